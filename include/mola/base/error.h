#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace mola {

/// `text` with its control characters made visible, as C writes them; others in hexadecimal.
inline std::string on_one_line(const std::string& text) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      shown += c;
    } else if (c == '\n' || c == '\t' || c == '\r') {
      shown += c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r";
    } else {
      shown += std::string("\\x") + kDigits[byte / 16] + kDigits[byte % 16];
    }
  }
  return shown;
}

/// An error that the user can fix: in a file, a config key or a command line. `what()` is one line
/// with the place, the value found and the value expected; control characters are made visible.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(on_one_line(message)) {}
};

/// Throws an `Error` whose text is the concatenation of `parts`.
template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw Error(text.str());
}

}  // namespace mola
