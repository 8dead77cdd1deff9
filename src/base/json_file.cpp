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

constexpr size_t kDeepest = 64;  // printing and copying recurse

// Checks what json::parse does not. (Its callback could do it, but with one, each object that ends
// takes a walk over the others in the same parent.)
class Checks : public nlohmann::json_sax<json> {
 public:
  explicit Checks(const std::string& what) : what_(what) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(size_t) override { return start(); }
  bool start_array(size_t) override { return start(); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool key(string_t& key) override {
    if (keys_.back().insert(key).second) return true;
    fail(what_, ": the key '", excerpt(key), "' is duplicated");
  }
  bool parse_error(size_t, const std::string&, const json::exception&) override {
    return false;  // json::parse will say it
  }

 private:
  bool start() {
    keys_.emplace_back();
    if (keys_.size() <= kDeepest) return true;
    fail(what_, ": is nested deeper than ", kDeepest, " levels");
  }
  bool end() {
    keys_.pop_back();
    return true;
  }

  std::string what_;
  std::vector<std::set<std::string>> keys_;  // of each open object, and nothing of an array
};

}  // namespace

json parse_json(const std::string& text, const std::string& what) {
  Checks checks(what);
  json::sax_parse(text, &checks);
  try {
    return json::parse(text);
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
