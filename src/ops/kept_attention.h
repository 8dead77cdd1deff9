#pragma once

#include <torch/types.h>

namespace mola {

/// What the backward pass of attention needs of one batch of products: blocks of heads, and what
/// the softmax gave.
struct KeptAttention {
  torch::Tensor query, key, value;
  torch::Tensor softmax;  ///< probabilities, or the log-sum-exp of each row
  torch::Tensor mixed;    ///< the output, if the backward pass reads it
};

}  // namespace mola
