#include "adapters/peft_targets.h"

#include <algorithm>
#include <cctype>
#include <regex>

#include "adapters/expert_settings.h"
#include "adapters/per_layer.h"
#include "base/excerpt.h"
#include "base/json_file.h"

namespace mola {
namespace {

using nlohmann::json;
using List = std::vector<int64_t>;

// The module `end` of any parent.
ModulePattern by_end(const std::string& end) {
  return [end, suffix = "." + end](const std::string& path) {
    const bool is_longer = path.size() > suffix.size();
    return path == end ||
           (is_longer && path.compare(path.size() - suffix.size(), suffix.size(), suffix) == 0);
  };
}

// libstdc++ computes with numbers of any length, and they overflow.
bool has_long_number(const std::string& text) {
  constexpr size_t kMostDigits = 9;
  size_t digits = 0;
  return std::any_of(text.begin(), text.end(), [&](unsigned char c) {
    digits = std::isdigit(c) != 0 ? digits + 1 : 0;
    return digits > kMostDigits;
  });
}

// All of the path; `text` is Python's regular expression. A long one could exhaust the stack, and
// backtracking, which libstdc++ does without the flag, could take forever.
ModulePattern by_expression(const JsonReader& reader, const std::string& key,
                            const std::string& text) {
  constexpr size_t kLongest = 1000;
  if (text.size() > kLongest) {
    reader.refuse(key, "found a pattern of " + std::to_string(text.size()) +
                           " characters, expected at most " + std::to_string(kLongest));
  }
  if (!has_long_number(text)) {
    try {
      const auto flags = std::regex::ECMAScript | std::regex_constants::__polynomial;
      return [expression = std::regex(text, flags)](const std::string& path) {
        return std::regex_match(path, expression);
      };
    } catch (const std::regex_error&) {
      // refused below
    }
  }
  reader.refuse(key,
                "found " + excerpt(json(text).dump()) + ", which is not understood as a pattern");
}

// A key of rank_pattern: an expression of the end of a path, most often a path itself.
ModulePattern by_end_expression(const JsonReader& reader, const std::string& key,
                                const std::string& text) {
  const bool is_path = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '.';
  });
  return is_path ? by_end(text) : by_expression(reader, key, "(?:.*\\.)?(?:" + text + ")");
}

// The modules that `key` names, in an expression or a list of ends.
std::vector<ModulePattern> read_modules(const JsonReader& reader, const std::string& key) {
  if (reader.any(key).is_string()) return {by_expression(reader, key, reader.required_text(key))};
  std::vector<ModulePattern> patterns;
  for (const auto& end : reader.text_list(key).value_or(std::vector<std::string>())) {
    patterns.push_back(by_end(end));
  }
  return patterns;
}

std::optional<List> read_layers(const JsonReader& reader) {
  // PEFT finds the number of a layer behind this name, which is "layers" in a LLaMA.
  const json name = reader.any("layers_pattern");
  const json expected = {nullptr, "", "layers", json::array(), json::array({"layers"})};
  if (std::find(expected.begin(), expected.end(), name) == expected.end()) {
    reader.refuse("layers_pattern", "found " + excerpt(name.dump()) + ", expected \"layers\"");
  }
  const auto found = reader.number_or_list("layers_to_transform").value_or(List());
  if (std::holds_alternative<int64_t>(found)) return List{std::get<int64_t>(found)};
  const auto& list = std::get<List>(found);
  return list.empty() ? std::nullopt : std::optional(list);
}

std::vector<std::pair<ModulePattern, int64_t>> read_rank_pattern(const JsonReader& reader) {
  std::vector<std::pair<ModulePattern, int64_t>> ranks;
  const json pattern = reader.any("rank_pattern");
  if (!pattern.is_null() && !pattern.is_object()) {
    reader.refuse("rank_pattern", "found " + excerpt(pattern.dump()) + ", expected an object");
  }
  for (const auto& [text, rank] : pattern.items()) {
    if (!is_whole_number(rank) || rank < 1 || rank > kHighestRank) {
      reader.refuse("rank_pattern", "found " + excerpt(rank.dump()) + " for '" + excerpt(text) +
                                        "', expected a whole number from 1 to " +
                                        std::to_string(kHighestRank));
    }
    ranks.emplace_back(by_end_expression(reader, "rank_pattern", text), rank.get<int64_t>());
  }
  return ranks;
}

bool any_matches(const std::vector<ModulePattern>& patterns, const std::string& path) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const ModulePattern& pattern) { return pattern(path); });
}

}  // namespace

PeftTargets::PeftTargets(const JsonReader& reader, int64_t num_layers)
    : all_linear_(reader.any("target_modules") == "all-linear"),
      excluded_(read_modules(reader, "exclude_modules")),
      layers_(read_layers(reader)),
      ranks_(read_rank_pattern(reader)) {
  for (const std::string key : {"target_modules", "r"}) {
    if (!reader.is_given(key)) reader.refuse(key, "is missing");
  }
  common_ranks_ = read_per_layer(reader, "r", reader.any("r"), num_layers, kHighestRank);
  if (all_linear_) return;
  targets_ = read_modules(reader, "target_modules");
  for (const std::string outside : {"lm_head", "model.embed_tokens"}) {
    if (contains(outside, -1)) {
      reader.refuse("target_modules", "names " + outside + ", which is not supported");
    }
  }
}

bool PeftTargets::contains(const std::string& path, int64_t layer) const {
  if (any_matches(excluded_, path)) return false;
  if (layers_ && std::find(layers_->begin(), layers_->end(), layer) == layers_->end()) return false;
  return all_linear_ || any_matches(targets_, path);
}

std::vector<int64_t> PeftTargets::ranks(const std::string& path, int64_t layer) const {
  List found;
  for (const auto& [pattern, rank] : ranks_) {
    if (pattern(path)) found.push_back(rank);
  }
  return found.empty() ? List{common_ranks_[layer]} : found;
}

}  // namespace mola
