#include "support/pretend_device_parts.h"

#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <set>

namespace mola {
namespace {

constexpr auto kType = c10::DeviceType::PrivateUse1;
constexpr size_t kPage = 4096;

size_t in_pages(size_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

struct Block {
  size_t bytes;
  int opened = 0;
};

struct Blocks {
  std::mutex mutex;
  std::map<const void*, Block> by_address;
  std::set<const void*> pinned;
  int64_t live = 0;
  int64_t peak = 0;
};

Blocks& blocks() {
  static auto* all = new Blocks;  // tensors may be freed at the very end
  return *all;
}

void free_block(void* address) {
  if (address == nullptr) return;
  const std::lock_guard<std::mutex> lock(blocks().mutex);
  const auto block = blocks().by_address.find(address);
  blocks().live -= static_cast<int64_t>(block->second.bytes);
  munmap(address, in_pages(block->second.bytes));
  blocks().by_address.erase(block);
}

struct DeviceAllocator final : at::Allocator {
  at::DataPtr allocate(size_t bytes) override {
    const at::Device device(kType, 0);
    if (bytes == 0) return {nullptr, nullptr, &free_block, device};
    void* address = mmap(nullptr, in_pages(bytes), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    TORCH_CHECK(address != MAP_FAILED, "pretend device: out of memory");
    const std::lock_guard<std::mutex> lock(blocks().mutex);
    blocks().by_address[address] = {bytes};
    blocks().live += static_cast<int64_t>(bytes);
    blocks().peak = std::max(blocks().peak, blocks().live);
    return {address, address, &free_block, device};
  }
  at::DeleterFnPtr raw_deleter() const override { return &free_block; }
  void copy_data(void* to, const void* from, size_t bytes) const override {
    const DeviceMemory::Opened source(from);
    const DeviceMemory::Opened target(to);
    std::memcpy(to, from, bytes);
  }
};

void free_pinned(void* address) {
  const std::lock_guard<std::mutex> lock(blocks().mutex);
  blocks().pinned.erase(address);
  std::free(address);
}

struct PinnedAllocator final : at::Allocator {
  at::DataPtr allocate(size_t bytes) override {
    void* address = std::malloc(std::max<size_t>(bytes, 1));
    TORCH_CHECK(address != nullptr, "pretend device: out of pinned memory");
    const std::lock_guard<std::mutex> lock(blocks().mutex);
    blocks().pinned.insert(address);
    return {address, address, &free_pinned, at::Device(at::kCPU)};
  }
  at::DeleterFnPtr raw_deleter() const override { return &free_pinned; }
  void copy_data(void* to, const void* from, size_t bytes) const override {
    std::memcpy(to, from, bytes);
  }
};

struct Guard final : c10::impl::DeviceGuardImplInterface {
  static c10::Stream only_stream() {
    return c10::Stream(c10::Stream::DEFAULT, c10::Device(kType, 0));
  }
  c10::DeviceType type() const override { return kType; }
  c10::Device exchangeDevice(c10::Device) const override { return {kType, 0}; }
  c10::Device getDevice() const override { return {kType, 0}; }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  c10::Stream getStream(c10::Device) const noexcept override { return only_stream(); }
  c10::Stream getDefaultStream(c10::Device) const override { return only_stream(); }
  c10::Stream getNewStream(c10::Device, int) const override { return only_stream(); }
  c10::Stream exchangeStream(c10::Stream) const noexcept override { return only_stream(); }
  bool queryStream(const c10::Stream&) const override { return true; }
  void synchronizeStream(const c10::Stream&) const override {}
  void record(void**, const c10::Stream&, const c10::DeviceIndex,
              const c10::EventFlag) const override {}
  void block(void*, const c10::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  void synchronizeEvent(void*) const override {}
  void destroyEvent(void*, const c10::DeviceIndex) const noexcept override {}
  void recordDataPtrOnStream(const c10::DataPtr&, const c10::Stream&) const override {}
};

void protect(const void* address, size_t bytes, int mode) {
  mprotect(const_cast<void*>(address), in_pages(bytes), mode);
}

}  // namespace

DeviceMemory::Opened::Opened(const void* block) : block_(block) {
  if (block_ == nullptr) return;
  const std::lock_guard<std::mutex> lock(blocks().mutex);
  const auto found = blocks().by_address.find(block_);
  TORCH_CHECK(found != blocks().by_address.end(),
              "pretend device: found memory of another allocator");
  if (found->second.opened++ == 0) protect(block_, found->second.bytes, PROT_READ | PROT_WRITE);
}

DeviceMemory::Opened::~Opened() {
  if (block_ == nullptr) return;
  const std::lock_guard<std::mutex> lock(blocks().mutex);
  auto& block = blocks().by_address.at(block_);
  if (--block.opened == 0) protect(block_, block.bytes, PROT_NONE);
}

const void* DeviceMemory::block_of(const void* address) {
  const std::lock_guard<std::mutex> lock(blocks().mutex);
  auto block = blocks().by_address.upper_bound(address);
  if (block == blocks().by_address.begin()) return nullptr;
  --block;
  const auto* end = static_cast<const char*>(block->first) + block->second.bytes;
  return address < end ? block->first : nullptr;
}

int64_t DeviceMemory::live_bytes() {
  const std::lock_guard<std::mutex> lock(blocks().mutex);
  return blocks().live;
}

int64_t DeviceMemory::peak_bytes() {
  const std::lock_guard<std::mutex> lock(blocks().mutex);
  return blocks().peak;
}

void DeviceMemory::reset_peak() {
  const std::lock_guard<std::mutex> lock(blocks().mutex);
  blocks().peak = blocks().live;
}

at::Allocator& device_allocator() {
  static DeviceAllocator allocator;
  return allocator;
}

at::Allocator& pinned_allocator() {
  static PinnedAllocator allocator;
  return allocator;
}

bool is_pinned(const void* data) {
  const std::lock_guard<std::mutex> lock(blocks().mutex);
  return blocks().pinned.count(data) > 0;
}

void register_device_guard() {
  static const c10::impl::DeviceGuardImplRegistrar registrar(kType, new Guard);
}

}  // namespace mola
