#pragma once

#include <cstdint>
#include <string>

namespace mola {

/// The functions of CUDA's driver that start kernels. All throw `Error` with the driver's message.
class CudaDriver {
 public:
  using Module = struct CUmod_st*;
  using Function = struct CUfunc_st*;
  using Stream = struct CUstream_st*;

  /// Opens libcuda. Throws `Error` if there is no driver.
  CudaDriver();

  /// Such as 90, for sm_90, of the device with this number.
  int architecture(int device) const;

  /// While it lives, the device with this number is the current one of this thread, with the
  /// context that torch uses: a new thread, such as one of autograd's, has none until it calls
  /// CUDA.
  class Current {
   public:
    Current(const CudaDriver& driver, int device);
    ~Current();
    Current(const Current&) = delete;
    Current& operator=(const Current&) = delete;

   private:
    const CudaDriver& driver_;
    struct CUctx_st* before_ = nullptr;
    bool has_changed_ = false;
  };

  /// Loads compiled kernels into the current device, for the life of the process.
  Module load(const std::string& binary) const;
  Function find(Module module, const std::string& name) const;

  /// `argument` points to the kernel's only parameter, which is copied.
  void launch(Function function, int64_t blocks, int threads, const void* argument,
              Stream stream) const;

 private:
  void check(int result, const std::string& what) const;

  int (*get_attribute_)(int*, int, int);
  int (*get_current_)(struct CUctx_st**);
  int (*set_current_)(struct CUctx_st*);
  int (*retain_primary_)(struct CUctx_st**, int);
  int (*load_data_)(Module*, const void*);
  int (*get_function_)(Function*, Module, const char*);
  int (*launch_kernel_)(Function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,
                        unsigned, Stream, void**, void**);
  int (*get_error_string_)(int, const char**);
};

}  // namespace mola
