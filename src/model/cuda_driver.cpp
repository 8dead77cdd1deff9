#include "model/cuda_driver.h"

#include <dlfcn.h>

#include <map>

#include "mola/base/error.h"

namespace mola {
namespace {

// Of cuda.h, enum CUdevice_attribute.
constexpr int kCapabilityMajor = 75;
constexpr int kCapabilityMinor = 76;

template <class Function>
void find_symbol(void* library, const char* name, Function& function) {
  auto* symbol = dlsym(library, name);
  if (symbol == nullptr) fail("CUDA's driver has no function ", name);
  function = reinterpret_cast<Function>(symbol);
}

}  // namespace

CudaDriver::CudaDriver() {
  auto* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) fail("CUDA's driver cannot be opened: ", dlerror());
  find_symbol(library, "cuDeviceGetAttribute", get_attribute_);
  find_symbol(library, "cuCtxGetCurrent", get_current_);
  find_symbol(library, "cuCtxSetCurrent", set_current_);
  find_symbol(library, "cuDevicePrimaryCtxRetain", retain_primary_);
  find_symbol(library, "cuModuleLoadData", load_data_);
  find_symbol(library, "cuModuleGetFunction", get_function_);
  find_symbol(library, "cuLaunchKernel", launch_kernel_);
  find_symbol(library, "cuGetErrorString", get_error_string_);
}

int CudaDriver::architecture(int device) const {
  int major = 0;
  int minor = 0;
  check(get_attribute_(&major, kCapabilityMajor, device), "asking for the card's architecture");
  check(get_attribute_(&minor, kCapabilityMinor, device), "asking for the card's architecture");
  return 10 * major + minor;
}

CudaDriver::Current::Current(const CudaDriver& driver, int device) : driver_(driver) {
  // Kept for good, as torch keeps it.
  static thread_local std::map<int, CUctx_st*> contexts;
  auto& context = contexts[device];
  if (context == nullptr) {
    driver_.check(driver_.retain_primary_(&context, device), "asking for the card's context");
  }
  driver_.check(driver_.get_current_(&before_), "asking for the current card");
  if (before_ == context) return;
  driver_.check(driver_.set_current_(context), "choosing the card");
  has_changed_ = before_ != nullptr;
}

CudaDriver::Current::~Current() {
  if (has_changed_) driver_.set_current_(before_);
}

CudaDriver::Module CudaDriver::load(const std::string& binary) const {
  Module module = nullptr;
  check(load_data_(&module, binary.data()), "loading kernels");
  return module;
}

CudaDriver::Function CudaDriver::find(Module module, const std::string& name) const {
  Function function = nullptr;
  check(get_function_(&function, module, name.c_str()), "finding the kernel " + name);
  return function;
}

void CudaDriver::launch(Function function, int64_t blocks, int threads, const void* argument,
                        Stream stream) const {
  void* parameters[] = {const_cast<void*>(argument)};
  check(
      launch_kernel_(function, static_cast<unsigned>(blocks), 1, 1, static_cast<unsigned>(threads),
                     1, 1, /*shared memory=*/0, stream, parameters, nullptr),
      "starting a kernel");
}

void CudaDriver::check(int result, const std::string& what) const {
  if (result == 0) return;
  const char* message = nullptr;
  get_error_string_(result, &message);
  fail("CUDA: ", what, ": ", message != nullptr ? message : "unknown error");
}

}  // namespace mola
