#include "base/json_file.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <set>
#include <vector>

#include "base/excerpt.h"
#include "base/input_file.h"
#include "mola/base/error.h"

namespace mola {

using nlohmann::json;

namespace {

constexpr int kDeepest = 64;  // printing and copying recurse

}  // namespace

json parse_json(const std::string& text, const std::string& what) {
  std::vector<std::set<std::string>> open_objects;
  const auto check = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > kDeepest) fail(what, ": is nested deeper than ", kDeepest, " levels");
    if (event == json::parse_event_t::object_start) open_objects.emplace_back();
    if (event == json::parse_event_t::object_end) open_objects.pop_back();
    if (event == json::parse_event_t::key) {
      const auto key = parsed.get<std::string>();
      if (!open_objects.back().insert(key).second) {
        fail(what, ": the key '", excerpt(key), "' is duplicated");
      }
    }
    return true;
  };
  try {
    return json::parse(text, check);
  } catch (const json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 1, ...": the tag is noise to a user.
    const std::string message = error.what();
    const auto tag_end = message.find("] ");
    fail(what, ": ", excerpt(tag_end == std::string::npos ? message : message.substr(tag_end + 2)));
  }
}

json read_json_file(const std::string& path) { return parse_json(read_file(path), path); }

bool is_whole_number(const json& value) {
  const bool is_too_large = value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX;
  return value.is_number_integer() && !is_too_large;
}

std::string read_file(const std::string& path) {
  auto file = open_input_file(path);
  std::string bytes;
  std::array<char, 1 << 16> block;
  do {
    file.read(block.data(), block.size());
    bytes.append(block.data(), static_cast<size_t>(file.gcount()));
  } while (file);
  if (file.bad()) fail(path, ": reading failed: ", std::strerror(errno));
  return bytes;
}

}  // namespace mola
