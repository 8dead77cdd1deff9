// Opens the plugin with the reader of Parquet files, and Apache Arrow with it, when the first one
// is read: most runs read none, and Arrow takes 70 ms and 60 MB.
#include <dlfcn.h>

#include "mola/base/error.h"
#include "tasks/parquet.h"

namespace mola {

ParquetRows open_parquet_rows(const std::string& path) {
  // A name without a folder is looked up in the run path of the program.
  void* plugin = dlopen("libmola_parquet.so", RTLD_NOW | RTLD_LOCAL);
  void* open = plugin == nullptr ? nullptr : dlsym(plugin, "mola_open_parquet_rows");
  if (open == nullptr) {
    const std::string problem = dlerror();
    fail(path, ": is a Parquet file, and its reader cannot be opened (", problem,
         "); install mola again");
  }
  ParquetRows rows;
  reinterpret_cast<decltype(&mola_open_parquet_rows)>(open)(path.c_str(), &rows);
  return rows;
}

}  // namespace mola
