#include "train/run_summary.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "base/format_number.h"
#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "mola/base/log.h"
#include "mola/model/parameter_count.h"

namespace mola {
void log_data(const std::string& task, const RunData& data) {
  const auto& training = data.sequences.training;
  if (training.empty()) fail("data.task ", task, ": found no row to train on");
  size_t tokens = 0, longest = 0;
  for (const auto& sequence : training) {
    tokens += sequence.input_ids.size();
    longest = std::max(longest, sequence.input_ids.size());
  }
  std::ostringstream line;
  line << "data     " << task << ": " << with_commas(static_cast<int64_t>(training.size()))
       << " sequences of " << tokens / training.size() << " tokens on average, " << longest
       << " at most";
  const auto held_out = static_cast<int64_t>(data.sequences.validation.size());
  if (held_out > 0) line << "; " << with_commas(held_out) << " more held out for validation";
  log_info(line.str());
}

void log_model(const std::string& path, const Llama& model) {
  const auto& config = model->config;
  std::ostringstream line;
  line << "model    " << path << ": " << config.num_hidden_layers << " layers, hidden size "
       << config.hidden_size << ", " << with_commas(count_parameters(model).total)
       << " parameters, "
       << (model->embed_tokens.scalar_type() == torch::kBFloat16 ? "bf16" : "f32") << " on "
       << model->embed_tokens.device();
  log_info(line.str());
  for (const auto& text : adapter_summary(model->adapter)) log_info(text);
}

void log_training(const TrainConfig& train, const Llama& model, int64_t steps) {
  const auto count = count_parameters(model);
  std::ostringstream line;
  const double share =
      100.0 * static_cast<double>(count.trainable) / static_cast<double>(count.total);
  line << "training " << with_commas(count.trainable) << " parameters (" << std::setprecision(3)
       << share << " %), " << with_commas(steps) << " steps of " << train.batch_size
       << " sequences";
  log_info(line.str());
}

}  // namespace mola
