// The text of an allocation. The first byte is the number of layers.
#include "fuzz/fuzz.h"
#include "mola/config/adapter_config.h"

namespace mola {

void fuzz(const std::string& input) {
  auto text = input;
  const auto num_layers = static_cast<int64_t>(take_choice(text, 81)) + 1;
  Allocation::parse(text, num_layers, all_projections());
}

}  // namespace mola
