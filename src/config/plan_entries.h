#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/json_reader.h"

namespace mola {

// What the plans of several runs have in common: named entries that set something in their runs.

/// A task, a domain or an adapter of a plan.
struct PlanEntry {
  std::string name;
  nlohmann::json own;    ///< its object "data" or "adapter"
  nlohmann::json train;  ///< what it sets in "train"
};

/// The list `key`; each entry has the key `own` beside its name and "train". Names are parts of
/// paths. Throws `Error` for a name that is not fit for one, two that are the same, and no entry.
std::vector<PlanEntry> read_entries(const JsonReader& reader, const std::string& key,
                                    const std::string& own, ConfigSource& source);

/// A list of whole numbers from `least` on, all different. Throws `Error` if there are none.
std::vector<int64_t> read_numbers(const JsonReader& reader, const std::string& key, int64_t least);

nlohmann::json object_or_empty(const JsonReader& reader, const std::string& key);

std::vector<std::string> names_of(const std::vector<PlanEntry>& entries);

}  // namespace mola
