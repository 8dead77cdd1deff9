#include "mola/eval/scoring.h"

#include <torch/types.h>

#include "mola/data/collate.h"

namespace mola {

std::vector<double> log_probabilities(Llama& model, const std::vector<Sequence>& sequences) {
  torch::NoGradGuard no_grad;
  MicroBatch all;
  for (const auto& sequence : sequences) all.push_back(&sequence);
  const auto batch = collate(all, model->embed_tokens.device());
  const auto hidden = model->forward_packed(batch.input_ids, batch.positions, batch.offsets);
  const auto logits = model->logits(hidden.index_select(0, batch.targets.positions));
  const auto of_tokens = torch::log_softmax(logits.to(torch::kFloat), -1)
                             .gather(1, batch.targets.tokens.unsqueeze(1))
                             .to(torch::kCPU, torch::kDouble);
  std::vector<double> sums;
  const double* next = of_tokens.const_data_ptr<double>();
  for (const auto& sequence : sequences) {
    sums.push_back(0);
    for (int64_t left = count_targets(sequence); left > 0; --left) sums.back() += *next++;
  }
  return sums;
}

}  // namespace mola
