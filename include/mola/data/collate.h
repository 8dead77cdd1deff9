#pragma once

#include "mola/data/loader.h"
#include "mola/loss/causal_lm_loss.h"
#include "mola/model/packed_tokens.h"

namespace mola {

/// A micro-batch as tensors: the input of a model and the targets of its loss.
struct Batch {
  PackedTokens tokens;
  Targets targets;  ///< positions among `tokens`
};

/// The sequences in their order, on `device`. With a GPU the host does not wait for the copy. With
/// `share_prefix`, tokens that several sequences begin with are there once, with their
/// multiplicity, where that saves time.
Batch collate(const MicroBatch& sequences, torch::Device device = torch::kCPU,
              bool share_prefix = false);

}  // namespace mola
