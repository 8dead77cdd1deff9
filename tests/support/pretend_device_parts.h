#pragma once

#include <c10/core/Allocator.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace mola {

/// The memory of the pretend device, which can be read and written only while it is opened.
class DeviceMemory {
 public:
  /// Opens the block at `block`, if it is not null, for as long as this lives.
  class Opened {
   public:
    explicit Opened(const void* block);
    ~Opened();
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;

   private:
    const void* block_;
  };

  /// The block that has this address; null if it is not the device's.
  static const void* block_of(const void* address);

  static int64_t live_bytes();
  static int64_t peak_bytes();
  static void reset_peak();
};

at::Allocator& device_allocator();

/// Memory of the host from which a copy to the device does not wait.
at::Allocator& pinned_allocator();
bool is_pinned(const void* data);

/// Counts a launch that is no operator of torch.
void count_launch(const std::string& name);

/// Tells torch that there is one device, with one stream, on which nothing has to be waited for.
void register_device_guard();

}  // namespace mola
