#include "mola/base/error.h"
#include "tasks/parquet.h"

namespace mola {

ParquetRows open_parquet_rows(const std::string& path) {
  fail(path,
       ": is a Parquet file, and this mola was built without Apache Arrow; run "
       "tools/setup.sh, or install libarrow-dev and libparquet-dev, and re-run CMake");
}

}  // namespace mola
