// The bytes of a Parquet file, of which every row is read.
#include "tasks/parquet.h"

#include <nlohmann/json.hpp>

#include "fuzz/fuzz.h"

namespace mola {

void fuzz(const std::string& input) {
  const auto next_row = open_parquet_rows(put_file("train.parquet", input));
  for (std::string row; next_row(row);) {
    if (!nlohmann::json::accept(row)) __builtin_trap();
  }
}

}  // namespace mola
