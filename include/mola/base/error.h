#pragma once

#include <sstream>
#include <stdexcept>

namespace mola {

/// An error that the user can fix: in a file, a config key or a command line. `what()` is one line
/// with the place, the value found and the value expected.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws an `Error` whose text is the concatenation of `parts`.
template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw Error(text.str());
}

}  // namespace mola
