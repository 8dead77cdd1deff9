#include "mola/ops/rotary_angles.h"

namespace mola {

using torch::Tensor;

Tensor RotaryAngles::apply(const Tensor& x) const {
  const auto halves = x.chunk(2, -1);
  return x * cos.unsqueeze(1) + torch::cat({-halves[1], halves[0]}, -1) * sin.unsqueeze(1);
}

}  // namespace mola
