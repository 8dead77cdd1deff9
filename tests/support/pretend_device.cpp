#include "support/pretend_device.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/EmptyTensor.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/view_native.h>
#include <torch/library.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <sstream>
#include <vector>

#include "support/pretend_device_parts.h"

namespace mola {
namespace {

using torch::Tensor;

std::mutex counts_mutex;
DeviceCounts counts;  // but for its bytes

// Above 0 in an operator of the device: what it calls runs on it too.
thread_local int in_operator = 0;

struct InOperator {
  InOperator() { ++in_operator; }
  ~InOperator() { --in_operator; }
};

template <class Count>
void count_outside(const Count& count) {
  if (in_operator > 0) return;
  const std::lock_guard<std::mutex> lock(counts_mutex);
  count(counts);
}

bool is_here(const Tensor& tensor) { return tensor.defined() && tensor.is_privateuseone(); }

int64_t bytes_of(const Tensor& tensor) {
  return is_here(tensor) ? static_cast<int64_t>(tensor.nbytes()) : 0;
}

// The same memory as a tensor of the CPU.
Tensor as_host(const Tensor& tensor) {
  if (!is_here(tensor)) return tensor;
  return at::from_blob(tensor.data_ptr(), tensor.sizes(), tensor.strides(),
                       tensor.options().device(torch::kCPU));
}

void copy_values(const Tensor& from, const Tensor& to) {
  const torch::NoGradGuard no_grad;
  const InOperator inside;
  const DeviceMemory::Opened source(is_here(from) ? from.storage().data() : nullptr);
  const DeviceMemory::Opened target(is_here(to) ? to.storage().data() : nullptr);
  as_host(to).copy_(as_host(from));
}

Tensor copy_from(const Tensor& self, const Tensor& to, bool non_blocking) {
  copy_values(self, to);
  const bool waits = !non_blocking || (is_here(self) ? !to.is_pinned() : !self.is_pinned());
  count_outside([&](DeviceCounts& total) {
    if (is_here(self) && is_here(to)) {
      ++total.launches["copy"];
      total.traffic += bytes_of(self) + bytes_of(to);
      return;
    }
    ++(is_here(to) ? total.copies_to_device : total.copies_to_host);
    if (waits) ++total.waits;
  });
  return to;
}

Tensor copy_from_and_resize(const Tensor& self, const Tensor& to) {
  if (self.sizes() != to.sizes()) {
    TORCH_CHECK(to.numel() == 0, "pretend device: found a result of ", to.sizes(), ", expected ",
                self.sizes());
    to.unsafeGetTensorImpl()->set_sizes_contiguous(self.sizes());
    const size_t bytes = self.numel() * to.element_size();
    auto* storage = to.storage().unsafeGetStorageImpl();
    storage->set_data_ptr_noswap(device_allocator().allocate(bytes));
    storage->set_nbytes(bytes);
  }
  return copy_from(self, to, /*non_blocking=*/false);
}

at::Scalar local_scalar_dense(const Tensor& self) {
  count_outside([](DeviceCounts& total) { ++total.waits; });
  const auto value = torch::empty({}, self.options().device(torch::kCPU));
  copy_values(self, value);
  return value.item();
}

Tensor empty(at::IntArrayRef size, std::optional<at::ScalarType> dtype, std::optional<at::Layout>,
             std::optional<at::Device>, std::optional<bool>,
             std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(size, &device_allocator(),
                                   c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                   c10::dtype_or_default(dtype), format);
}

Tensor empty_strided(at::IntArrayRef size, at::IntArrayRef stride,
                     std::optional<at::ScalarType> dtype, std::optional<at::Layout>,
                     std::optional<at::Device>, std::optional<bool>) {
  return at::detail::empty_strided_generic(size, stride, &device_allocator(),
                                           c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                           c10::dtype_or_default(dtype));
}

// Results whose shapes depend on values.
const std::set<std::string> kWaiting = {"aten::nonzero", "aten::masked_select", "aten::equal",
                                        "aten::_unique2"};

// Runs an operator on the CPU. As on a GPU, a tensor of one number may be the host's.
void run_on_host(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const auto& name = op.schema().name();
  std::map<const void*, int64_t> bytes;  // of operands and results
  const auto count = [&](const Tensor& tensor) {
    if (is_here(tensor)) bytes[tensor.unsafeGetTensorImpl()] = bytes_of(tensor);
  };
  const auto check = [&](const Tensor& tensor) {
    TORCH_CHECK(in_operator > 0 || !tensor.defined() || is_here(tensor) || tensor.dim() == 0,
                "pretend device: ", name, ": found an operand on ", tensor.device());
    count(tensor);
  };
  const auto arguments = op.schema().arguments().size();
  for (auto value = stack->end() - static_cast<int64_t>(arguments); value != stack->end();
       ++value) {
    if (value->isTensor()) check(value->toTensor());
    if (!value->isTensorList()) continue;
    for (const Tensor& tensor : value->toTensorList()) check(tensor);
  }
  {
    const InOperator inside;
    at::native::cpu_fallback(op, stack);
  }
  for (const auto& value : *stack) {
    if (value.isTensor()) count(value.toTensor());
  }
  count_outside([&](DeviceCounts& total) {
    ++total.launches[name];
    for (const auto& [tensor, of_tensor] : bytes) total.traffic += of_tensor;
    if (kWaiting.count(name) > 0) ++total.waits;
  });
}

struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  c10::DeviceIndex deviceCount() const override { return 1; }
  c10::DeviceIndex getCurrentDevice() const override { return 0; }
  const at::Generator& getDefaultGenerator(c10::DeviceIndex) const override {
    return at::detail::getDefaultCPUGenerator();
  }
  at::Allocator* getPinnedMemoryAllocator() const override { return &pinned_allocator(); }
  bool isPinnedPtr(const void* data) const override { return is_pinned(data); }
};

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&run_on_host>());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
  library.impl("empty.memory_format", &empty);
  library.impl("empty_strided", &empty_strided);
  library.impl("as_strided", [](const Tensor& self, at::IntArrayRef size, at::IntArrayRef stride,
                                std::optional<int64_t> offset) {
    return at::native::as_strided_tensorimpl(self, size, stride, offset);
  });
  library.impl("view", [](const Tensor& self, at::IntArrayRef size) {
    return at::native::view(self, size);
  });
  library.impl("_reshape_alias",
               [](const Tensor& self, at::IntArrayRef size, at::IntArrayRef stride) {
                 return at::native::_reshape_alias(self, size, stride);
               });
  library.impl("_copy_from", &copy_from);
  library.impl("_copy_from_and_resize", &copy_from_and_resize);
  library.impl("_local_scalar_dense", &local_scalar_dense);
}

bool register_device() {
  c10::register_privateuse1_backend("pretend");
  register_device_guard();
  static Hooks hooks;
  at::RegisterPrivateUse1HooksInterface(&hooks);
  c10::SetAllocator(torch::kPrivateUse1, &device_allocator());
  return true;
}

}  // namespace

int64_t DeviceCounts::total_launches() const {
  int64_t total = 0;
  for (const auto& [name, launched] : launches) total += launched;
  return total;
}

std::string DeviceCounts::text() const {
  std::vector<std::pair<int64_t, std::string>> sorted;
  for (const auto& [name, launched] : launches) sorted.emplace_back(-launched, name);
  std::sort(sorted.begin(), sorted.end());
  std::ostringstream text;
  for (const auto& [launched, name] : sorted) text << -launched << " " << name << "\n";
  return text.str();
}

void count_launch(const std::string& name) {
  count_outside([&](DeviceCounts& total) { ++total.launches[name]; });
}

torch::Device pretend_device() {
  static const bool registered = register_device();
  TORCH_CHECK(registered);
  return {torch::kPrivateUse1, 0};
}

DeviceCounts device_counts() {
  const std::lock_guard<std::mutex> lock(counts_mutex);
  auto result = counts;
  result.live_bytes = DeviceMemory::live_bytes();
  result.peak_bytes = DeviceMemory::peak_bytes();
  return result;
}

void reset_device_counts() {
  const std::lock_guard<std::mutex> lock(counts_mutex);
  counts = {};
  DeviceMemory::reset_peak();
}

}  // namespace mola
