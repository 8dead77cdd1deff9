#pragma once

#include <sstream>
#include <stdexcept>

namespace mola {

/// What a user can put right: a file, a config key, a command line. `what()` is one line that
/// names the place, what was found there and what was expected.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws an `Error` whose text is all `parts`, one after another.
template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw Error(text.str());
}

}  // namespace mola
