#pragma once

#include <torch/types.h>

#include <map>
#include <string>

#include "ops/device.h"

namespace mola {

/// The devices whose random numbers a training on `device` draws, under their tensors' names in a
/// checkpoint.
inline std::map<std::string, torch::Device> random_devices(torch::Device device) {
  std::map<std::string, torch::Device> all = {{"rng.cpu", torch::kCPU}};
  if (is_gpu(device)) all.emplace("rng.cuda", device);
  return all;
}

}  // namespace mola
