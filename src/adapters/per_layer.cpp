#include "adapters/per_layer.h"

#include <algorithm>

#include "base/excerpt.h"
#include "base/json_file.h"

namespace mola {

using nlohmann::json;
using List = std::vector<int64_t>;

List read_per_layer(const JsonReader& reader, const std::string& key, const json& value,
                    int64_t num_layers, int64_t most) {
  const auto fits = [&](const json& item) {
    return is_whole_number(item) && item.get<int64_t>() >= 0 && item.get<int64_t>() <= most;
  };
  if (fits(value)) return List(static_cast<size_t>(num_layers), value.get<int64_t>());
  if (!value.is_array() || !std::all_of(value.begin(), value.end(), fits)) {
    reader.refuse(key, "found " + excerpt(value.dump()) + ", expected whole numbers from 0 to " +
                           std::to_string(most));
  }
  if (static_cast<int64_t>(value.size()) != num_layers) {
    reader.refuse(key, "found a list of " + std::to_string(value.size()) + " numbers, expected " +
                           std::to_string(num_layers) + ", one for each layer of the model");
  }
  return value.get<List>();
}

}  // namespace mola
