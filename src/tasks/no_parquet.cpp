#include "tasks/parquet.h"

namespace mola {

std::unique_ptr<RowReader> open_parquet(const std::string& path) {
  fail(path,
       ": is a Parquet file, and this mola was built without Apache Arrow; run "
       "tools/setup.sh --parquet, or install libarrow-dev and libparquet-dev, and configure anew");
}

}  // namespace mola
