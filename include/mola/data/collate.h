#pragma once

#include <torch/types.h>

#include "mola/data/loader.h"

namespace mola {

/// B sequences as tensors, padded on the right to the longest, T. All int64.
struct Batch {
  torch::Tensor input_ids;       ///< [B, T], padding 0
  torch::Tensor attention_mask;  ///< [B, T], 1 for tokens and 0 for padding
  torch::Tensor labels;          ///< [B, T], kUnlabelled where the loss does not look
};

Batch collate(const MicroBatch& sequences, torch::Device device = torch::kCPU);

}  // namespace mola
