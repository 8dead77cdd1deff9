#pragma once

#include <memory>
#include <string>

#include "tasks/row_reader.h"

namespace mola {

/// The rows of a Parquet file. The text of each is a JSON object of its columns: no type of Arrow,
/// whose headers need C++20, goes past this function. Throws `Error` if `path` cannot be read, and
/// always where mola was built without Arrow.
std::unique_ptr<RowReader> open_parquet(const std::string& path);

}  // namespace mola
