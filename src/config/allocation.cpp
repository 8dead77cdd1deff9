#include "mola/config/allocation.h"

#include <algorithm>

#include "base/closest_match.h"
#include "base/excerpt.h"
#include "base/json_file.h"
#include "mola/base/error.h"
#include "mola/config/adapter_config.h"

namespace mola {
namespace {

using nlohmann::json;
using List = std::vector<int64_t>;

// The shapes of section 4.1 of the paper.
const std::map<std::string, std::string> kPresets = {{"triangle", "8642"},
                                                     {"inverted_triangle", "2468"},
                                                     {"hourglass", "8228"},
                                                     {"rectangle", "5555"},
                                                     {"diamond", "2882"}};

[[noreturn]] void refuse(const std::string& spec, const std::string& problem) {
  fail("allocation '", excerpt(spec), "': ", problem);
}

int64_t checked_count(const std::string& spec, int64_t count) {
  if (count < 0 || count > kMostExperts) {
    refuse(spec, "found " + std::to_string(count) + " experts, expected 0 to " +
                     std::to_string(kMostExperts));
  }
  return count;
}

// The numbers of the equal groups: one digit each, or separated by dashes.
List group_sizes(const std::string& spec) {
  const auto preset = kPresets.find(spec);
  const std::string& text = preset == kPresets.end() ? spec : preset->second;
  const bool dashed = text.find('-') != std::string::npos;
  const bool has_letters = text.find_first_not_of("0123456789-") != std::string::npos;
  if (text.empty() || has_letters) {
    std::vector<std::string> names;
    for (const auto& [name, ignored] : kPresets) names.push_back(name);
    refuse(spec, "expected digits such as 2468, numbers with dashes such as 2-2-10-2, one of " +
                     join(names) + ", a JSON list or object, or the path of a .json file");
  }
  List sizes;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = dashed ? std::min(text.find('-', at), text.size()) : at + 1;
    if (!dashed && at == text.size()) break;
    const std::string digits = text.substr(at, end - at);
    if (digits.empty()) refuse(spec, "a number is missing next to a dash");
    sizes.push_back(checked_count(spec, digits.size() > 9 ? INT64_MAX : std::stoll(digits)));
    at = dashed ? end + 1 : end;
  }
  return sizes;
}

List layers_from_groups(const std::string& spec, int64_t num_layers) {
  const List sizes = group_sizes(spec);
  const auto groups = static_cast<int64_t>(sizes.size());
  if (groups > num_layers) {
    refuse(spec, "has " + std::to_string(groups) + " groups of layers, but the model has only " +
                     std::to_string(num_layers) + " layers");
  }
  List layers;
  for (int64_t j = 0; j < num_layers; ++j) layers.push_back(sizes[j * groups / num_layers]);
  return layers;
}

List layers_from_json(const std::string& spec, const json& value, int64_t num_layers) {
  if (value.is_string()) return layers_from_groups(value.get<std::string>(), num_layers);
  if (!value.is_array() || !std::all_of(value.begin(), value.end(), is_whole_number)) {
    refuse(spec,
           "found " + excerpt(value.dump()) + ", expected a string or a list of whole numbers");
  }
  if (static_cast<int64_t>(value.size()) != num_layers) {
    refuse(spec, "found a list of " + std::to_string(value.size()) + " numbers, expected " +
                     std::to_string(num_layers) + ", one for each layer of the model");
  }
  List layers;
  for (const auto& item : value) layers.push_back(checked_count(spec, item.get<int64_t>()));
  return layers;
}

std::vector<std::string> members(const std::string& key,
                                 const std::vector<std::string>& projections) {
  std::vector<std::string> found;
  for (const auto& projection : projections) {
    const bool named = key == projection || (key == "attention" && in_self_attention(projection)) ||
                       (key == "mlp" && !in_self_attention(projection));
    if (named) found.push_back(projection);
  }
  return found;
}

Allocation from_object(const std::string& spec, const json& object, int64_t num_layers,
                       const std::vector<std::string>& projections) {
  Allocation allocation;
  for (const auto& [key, value] : object.items()) {
    const auto named = members(key, projections);
    if (named.empty() && (key == "attention" || key == "mlp")) {
      refuse(spec, "found '" + key +
                       "', but none of its projections is a target module; these are " +
                       join(projections));
    }
    if (named.empty()) {
      refuse(spec, "'" + excerpt(key) + "' is not a target module, expected " + join(projections) +
                       ", attention or mlp");
    }
    const List layers = layers_from_json(spec, value, num_layers);
    for (const auto& projection : named) {
      const bool added = allocation.values.emplace(projection, layers).second;
      if (!added) refuse(spec, "'" + projection + "' is given twice");
    }
  }
  for (const auto& projection : projections) {
    if (allocation.values.count(projection) == 0) refuse(spec, "'" + projection + "' is missing");
  }
  return allocation;
}

bool ends_with(const std::string& text, const std::string& ending) {
  return text.size() >= ending.size() &&
         text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

}  // namespace

Allocation Allocation::parse(const std::string& spec, int64_t num_layers,
                             const std::vector<std::string>& projections) {
  const bool is_path = ends_with(spec, ".json");
  const bool is_json = !spec.empty() && (spec[0] == '[' || spec[0] == '{');
  const json value = is_path   ? read_json_file(spec)
                     : is_json ? parse_json(spec, "allocation")
                               : json(spec);
  if (value.is_object()) return from_object(spec, value, num_layers, projections);
  return {LayerTable::same(projections, layers_from_json(spec, value, num_layers))};
}

}  // namespace mola
