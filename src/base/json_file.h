#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace mola {

/// Parses `text`; `what` names its origin in errors. Throws `Error` for a syntax error and for a
/// key that stands twice in one object.
nlohmann::json parse_json(const std::string& text, const std::string& what);

/// Parses the file `path`. Throws `Error` if it cannot be read or parsed.
nlohmann::json read_json_file(const std::string& path);

/// True for an integer that an int64_t holds.
bool is_whole_number(const nlohmann::json& value);

/// The whole file `path` as bytes. Throws `Error` if it cannot be read.
std::string read_file(const std::string& path);

}  // namespace mola
