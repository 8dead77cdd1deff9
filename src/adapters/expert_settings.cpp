#include "adapters/expert_settings.h"

#include <algorithm>

#include "adapters/saved_adapter.h"
#include "base/closest_match.h"
#include "base/json_file.h"

namespace mola {
namespace {

using nlohmann::ordered_json;
using List = std::vector<int64_t>;
using Settings = ExpertSettings;

// A list or an object is kept as its JSON text.
ordered_json allocation_json(const std::optional<std::string>& allocation) {
  if (!allocation) return {};
  const bool is_json =
      !allocation->empty() && (allocation->front() == '[' || allocation->front() == '{');
  return is_json ? ordered_json(parse_json(*allocation, "adapter.allocation"))
                 : ordered_json(*allocation);
}

Field<Settings> allocation_field() {
  auto field = make_field(
      "allocation", &Settings::allocation,
      "Number of experts by layer: digits for equal groups of layers, lowest first (2468); the "
      "same with dashes (2-2-10-2); a preset (triangle, inverted_triangle, hourglass, rectangle, "
      "diamond); the path of a .json file; a list with one number per layer; or an object from "
      "projections, attention or mlp to any of these.",
      {{"type", {"string", "array", "object", "null"}}},
      [](const JsonReader& reader, const std::string& key) { return reader.text_or_json(key); },
      allocation_json);
  field.has_default = false;
  return field;
}

Field<Settings> per_layer_field(const std::string& key, NumberOrList Settings::*member,
                                const ordered_json& schema, const std::string& help) {
  return make_field(key, member, help, schema, [](const JsonReader& reader, const std::string& k) {
    return reader.number_or_list(k);
  });
}

Field<Settings> target_modules_field() {
  return make_field(
      "target_modules", &Settings::target_modules, "Projections that get experts.",
      {{"type", "array"},
       {"minItems", 1},
       {"uniqueItems", true},
       {"items", {{"enum", all_projections()}}}},
      [](const JsonReader& reader, const std::string& key) { return reader.text_list(key); });
}

List per_layer(const std::string& key, const NumberOrList& value, int64_t num_layers) {
  if (std::holds_alternative<int64_t>(value)) {
    return List(static_cast<size_t>(num_layers), std::get<int64_t>(value));
  }
  const auto& list = std::get<List>(value);
  if (static_cast<int64_t>(list.size()) != num_layers) {
    fail("adapter.", key, ": found a list of ", list.size(), " numbers, expected ", num_layers,
         ", one for each layer of the model");
  }
  return list;
}

LayerTable resolve_rank(const NumberOrList& value, int64_t num_layers,
                        const std::vector<std::string>& projections) {
  const List list = per_layer("rank", value, num_layers);
  for (const auto rank : list) {
    if (rank < 1 || rank > kHighestRank) {
      fail("adapter.rank: found ", rank, ", expected 1 to ", kHighestRank);
    }
  }
  return LayerTable::same(projections, list);
}

std::string to_text(const List& list) {
  std::string text;
  for (const auto number : list) text += (text.empty() ? "" : ", ") + std::to_string(number);
  return "[" + text + "]";
}

std::string describe(const LayerTable& table) {
  if (table.same_for_all() && !table.values.empty()) return to_text(table.values.begin()->second);
  std::string text;
  for (const auto& [projection, list] : table.values) {
    text += (text.empty() ? "" : ", ") + projection + " " + to_text(list);
  }
  return text;
}

void compare(const char* key, const LayerTable& given, const LayerTable& saved) {
  if (given != saved) refuse_contradiction(key, describe(given), describe(saved));
}

}  // namespace

const Fields<Settings>& mixture_fields() {
  static const Fields<Settings> kFields = [] {
    Fields<Settings> fields = {
        allocation_field(),
        per_layer_field(
            "top_k", &Settings::top_k,
            {{"type", {"integer", "array", "null"}},
             {"minimum", 1},
             {"items", {{"type", "integer"}, {"minimum", 0}}}},
            "Experts per token. A number is clamped to each layer's experts; a list has "
            "one number per layer."),
    };
    const auto& others = single_expert_fields();
    fields.insert(fields.end(), others.begin(), others.end());
    return fields;
  }();
  return kFields;
}

const Fields<Settings>& single_expert_fields() {
  static const ordered_json kRank = {
      {"type", "integer"}, {"minimum", 1}, {"maximum", kHighestRank}};
  static const Fields<Settings> kFields = {
      per_layer_field("rank", &Settings::rank,
                      {{"type", {"integer", "array"}},
                       {"minimum", 1},
                       {"maximum", kHighestRank},
                       {"items", kRank}},
                      "Rank of each expert; a list has one number per layer."),
      number_field("alpha", &Settings::alpha, positive(), "Outputs are scaled by alpha / rank."),
      number_field("dropout", &Settings::dropout, share_below_one(),
                   "Dropout of the experts' input, with one mask for the projections that share "
                   "an input."),
      target_modules_field(),
      enum_field("init", &Settings::init, init_names(),
                 "Initialization. kaiming: A as in the official code, B zero; gaussian: A as in "
                 "the paper's text, B zero; pissa: A and B from the largest singular values of the "
                 "frozen weight, which keeps the residual."),
  };
  return kFields;
}

LayerTable resolve_top_k(const NumberOrList& value, int64_t num_layers,
                         const Allocation& allocation) {
  const bool clamp = std::holds_alternative<int64_t>(value);
  const List list = per_layer("top_k", value, num_layers);
  LayerTable table;
  for (const auto& [projection, experts] : allocation.values) {
    List& top_k = table.values[projection];
    for (size_t layer = 0; layer < experts.size(); ++layer) {
      const int64_t most = experts[layer];
      const bool limited = !clamp && most > 0;
      const int64_t least = clamp || limited ? 1 : 0;
      if (list[layer] < least || (limited && list[layer] > most)) {
        fail("adapter.top_k: found ", list[layer], " for layer ", layer, ", expected at least ",
             least, limited ? " and at most its " + std::to_string(most) + " experts" : "");
      }
      top_k.push_back(std::min(list[layer], most));
    }
  }
  return table;
}

std::vector<std::string> resolve_target_modules(const std::vector<std::string>& names) {
  if (names.empty()) fail("adapter.target_modules: is empty");
  for (const auto& name : names) {
    const auto& known = all_projections();
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      fail("adapter.target_modules: found '", name, "', expected some of ", join(known),
           " (nearest: ", closest_match(name, known), ")");
    }
    if (std::count(names.begin(), names.end(), name) > 1) {
      fail("adapter.target_modules: '", name, "' is duplicated");
    }
  }
  std::vector<std::string> ordered;
  for (const auto& name : all_projections()) {
    if (std::count(names.begin(), names.end(), name) > 0) ordered.push_back(name);
  }
  return ordered;
}

AdapterConfig resolve_experts(const Settings& settings, int64_t num_layers) {
  AdapterConfig config;
  config.target_modules = resolve_target_modules(settings.target_modules);
  config.rank = resolve_rank(settings.rank, num_layers, config.target_modules);
  config.alpha = settings.alpha;
  config.dropout = settings.dropout;
  config.init = settings.init;
  config.allocation =
      Allocation::parse(settings.allocation.value_or("1"), num_layers, config.target_modules);
  config.top_k = resolve_top_k(settings.top_k, num_layers, config.allocation);
  for (const auto& [projection, experts] : config.allocation.values) {
    if (std::any_of(experts.begin(), experts.end(), [](int64_t n) { return n > 0; })) return config;
  }
  fail("adapter.allocation: has no expert in any layer, so there is nothing to train");
}

AdapterConfig resolve_saved_experts(const JsonReader& reader, int64_t num_layers,
                                    const AdapterConfig& saved) {
  const auto given = read_fields(reader, mixture_fields());
  const auto& modules = saved.target_modules;
  if (reader.is_given("init") && given.init != saved.init) {
    refuse_contradiction("init", name_of(given.init, init_names()),
                         name_of(saved.init, init_names()));
  }
  if (reader.is_given("target_modules") &&
      resolve_target_modules(given.target_modules) != modules) {
    refuse_contradiction("target_modules", join(given.target_modules), join(modules));
  }
  if (reader.is_given("rank")) {
    compare("rank", resolve_rank(given.rank, num_layers, modules), saved.rank);
  }
  if (given.allocation) {
    compare("allocation", Allocation::parse(*given.allocation, num_layers, modules),
            saved.allocation);
  }
  if (reader.is_given("top_k")) {
    compare("top_k", resolve_top_k(given.top_k, num_layers, saved.allocation), saved.top_k);
  }
  if (reader.is_given("alpha") && given.alpha != saved.alpha) {
    refuse_contradiction("alpha", given.alpha, saved.alpha);
  }
  AdapterConfig config = saved;
  if (reader.is_given("dropout")) config.dropout = given.dropout;
  return config;
}

}  // namespace mola
