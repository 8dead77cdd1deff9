#pragma once

#include <torch/types.h>

#include <cstdint>
#include <map>
#include <string>

namespace mola {

/// What ran on the pretend device since `reset_device_counts`.
struct DeviceCounts {
  std::map<std::string, int64_t> launches;  ///< by operator, such as "aten::mm"; copies among them
  int64_t copies_to_device = 0;
  int64_t copies_to_host = 0;
  /// The times that the host had to wait for the device: for a scalar or a shape that depends on
  /// values, for a copy to the host, or for one to the device that is not from pinned memory.
  int64_t waits = 0;
  int64_t traffic = 0;     ///< bytes of the operands and results of what was launched, each once
  int64_t live_bytes = 0;  ///< allocated now
  int64_t peak_bytes = 0;  ///< the most since the reset

  int64_t total_launches() const;
  std::string text() const;  ///< one line per operator, the most frequent first
};

/// A pretend accelerator, torch's device type PrivateUse1, for tests of the way that tensors on a
/// GPU take: every operator runs on the CPU, but the host cannot read the device's memory, which is
/// protected outside of operators: that ends the process. Operators refuse operands on different
/// devices. The first call makes it torch's accelerator for the whole process.
torch::Device pretend_device();

DeviceCounts device_counts();

/// Sets the counts to 0, and the peak to what is live.
void reset_device_counts();

}  // namespace mola
