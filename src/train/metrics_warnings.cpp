#include "train/metrics_warnings.h"

#include <cstdio>

namespace mola {
namespace {

constexpr int64_t kFirstLines = 5;   // whose losses may still fall or jump
constexpr double kSmoothing = 0.8;   // share of the previous average
constexpr double kSpikeFactor = 2;   // both times the average
constexpr double kSpikeAbove = 0.5;  // and above it by this
constexpr int64_t kIdleLines = 5;

}  // namespace

std::vector<std::string> MetricsWarnings::add(const StepMetrics& metrics) {
  std::vector<std::string> warnings;
  check_loss(metrics, warnings);
  check_load(metrics, warnings);
  ++lines_;
  return warnings;
}

void MetricsWarnings::check_loss(const StepMetrics& metrics, std::vector<std::string>& warnings) {
  const double loss = metrics.loss;
  const bool is_spike = lines_ >= kFirstLines && loss > kSpikeFactor * smooth_loss_ &&
                        loss > smooth_loss_ + kSpikeAbove;
  if (is_spike) {
    char text[160];
    std::snprintf(text, sizeof text,
                  "step %lld: the loss rose to %.4f from %.4f; a lower train.learning_rate or "
                  "train.max_grad_norm may help",
                  static_cast<long long>(metrics.step), loss, smooth_loss_);
    warnings.emplace_back(text);
  }
  smooth_loss_ = lines_ == 0 ? loss : kSmoothing * smooth_loss_ + (1 - kSmoothing) * loss;
}

void MetricsWarnings::check_load(const StepMetrics& metrics, std::vector<std::string>& warnings) {
  idle_lines_.resize(metrics.expert_load.size());
  std::string names;
  for (size_t layer = 0; layer < metrics.expert_load.size(); ++layer) {
    const auto& load = metrics.expert_load[layer];
    idle_lines_[layer].resize(load.size());
    for (size_t expert = 0; expert < load.size(); ++expert) {
      auto& idle = idle_lines_[layer][expert];
      idle = load[expert] > 0 ? 0 : idle + 1;
      if (idle < kIdleLines || !reported_.insert({layer, expert}).second) continue;
      names += (names.empty() ? "" : ", ") + std::string("expert ") + std::to_string(expert) +
               " of layer " + std::to_string(layer);
    }
  }
  if (names.empty()) return;
  warnings.push_back("step " + std::to_string(metrics.step) + ": no token was assigned to " +
                     names + " in the last " + std::to_string(kIdleLines) +
                     " log lines; a higher train.balance_coefficient may help");
}

}  // namespace mola
