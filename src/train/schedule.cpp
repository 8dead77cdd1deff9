#include "mola/train/schedule.h"

#include <algorithm>
#include <cmath>

namespace mola {

double learning_rate_at(const TrainConfig& train, int64_t step, int64_t total_steps) {
  const int64_t warmup = train.warmup_steps;
  if (step < warmup) {
    return train.learning_rate * static_cast<double>(step) / static_cast<double>(warmup);
  }
  if (train.schedule == Schedule::kConstant) return train.learning_rate;
  const auto left = static_cast<double>(std::max<int64_t>(0, total_steps - step));
  const double share = left / static_cast<double>(std::max<int64_t>(1, total_steps - warmup));
  if (train.schedule == Schedule::kLinear) return train.learning_rate * share;
  return train.learning_rate * 0.5 * (1 + std::cos(M_PI * (1 - share)));
}

}  // namespace mola
