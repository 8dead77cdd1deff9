#pragma once

#include <torch/types.h>

#include <vector>

#include "mola/data/loader.h"
#include "mola/loss/causal_lm_loss.h"

namespace mola {

/// Sequences as tensors, N tokens end to end, with nothing padded. All int64.
struct Batch {
  torch::Tensor input_ids;       ///< [N]
  torch::Tensor positions;       ///< [N], of each token in its sequence
  std::vector<int64_t> offsets;  ///< where each sequence begins; N at the end
  Targets targets;

  int64_t tokens() const { return offsets.back(); }
};

Batch collate(const MicroBatch& sequences, torch::Device device = torch::kCPU);

}  // namespace mola
