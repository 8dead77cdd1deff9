// Any JSON text.
#include "base/json_file.h"
#include "fuzz/fuzz.h"

namespace mola {

void fuzz(const std::string& input) {
  const auto json = parse_json(input, "input");
  if (parse_json(json.dump(), "again") != json) __builtin_trap();
}

}  // namespace mola
