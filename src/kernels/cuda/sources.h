#pragma once

#include <string>
#include <vector>

namespace mola {

/// A file of kernels/cuda or one that it includes, as text within the library, for a compiler at
/// run time.
struct CudaFile {
  const char* name;  ///< as it is included, such as "kernels/numbers.h"
  const char* text;
};

const std::vector<CudaFile>& cuda_headers();

/// All kernels/cuda/*.cu, without ".cu" in their names.
const std::vector<CudaFile>& cuda_sources();

/// The text of one of them. Throws `std::out_of_range` for another name.
const char* cuda_source(const std::string& name);

}  // namespace mola
