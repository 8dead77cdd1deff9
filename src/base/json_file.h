#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace mola {

/// Parses `text`; `what` names its origin in errors. Throws `Error` for a syntax error and for a
/// duplicated key in an object.
nlohmann::json parse_json(const std::string& text, const std::string& what);

/// Parses the file `path`. Throws `Error` if it cannot be read or parsed.
nlohmann::json read_json_file(const std::string& path);

/// True for an integer that fits an int64_t.
bool is_whole_number(const nlohmann::json& value);

/// The bytes of the regular file `path`. Throws `Error` if it cannot be read to its end.
std::string read_file(const std::string& path);

}  // namespace mola
