#include "mola/ops/rotary_angles.h"

namespace mola {

using torch::Tensor;

Tensor RotaryAngles::apply(const Tensor& x) const {
  const auto halves = x.chunk(2, -1);
  const auto swapped = torch::cat({-halves[1], halves[0]}, -1);
  return torch::addcmul(x * cos.unsqueeze(1), swapped, sin.unsqueeze(1));
}

}  // namespace mola
