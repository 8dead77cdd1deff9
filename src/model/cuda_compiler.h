#pragma once

#include <memory>
#include <string>

namespace mola {

/// Compiles kernels/cuda by NVRTC, CUDA's compiler at run time, which comes with LibTorch for CUDA
/// and needs neither a card nor a driver.
class CudaCompiler {
 public:
  /// Opens libnvrtc: that next to LibTorch in Python packages, or the system's. Throws `Error` if
  /// there is none.
  CudaCompiler();
  ~CudaCompiler();
  CudaCompiler(const CudaCompiler&) = delete;
  CudaCompiler& operator=(const CudaCompiler&) = delete;

  struct Result {
    std::string binary;  ///< for `architecture` alone
    std::string log;     ///< registers and spills of each kernel
  };

  /// Compiles kernels/cuda/`source`.cu for an architecture such as 90, for sm_90. Throws `Error`
  /// with the compiler's messages.
  Result compile(const std::string& source, int architecture) const;

  /// Changes with everything that the result of `compile` depends on.
  std::string fingerprint(const std::string& source, int architecture) const;

 private:
  struct Library;
  std::unique_ptr<Library> library_;
};

}  // namespace mola
