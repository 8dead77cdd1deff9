#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/json_reader.h"

namespace mola {

// Shared by the plans of several runs: named entries with settings for their runs.

/// A task, a domain or an adapter of a plan.
struct PlanEntry {
  std::string name;
  nlohmann::json own;    ///< its object "data" or "adapter"
  nlohmann::json train;  ///< its object "train"
};

/// The list `key`; each entry has the key `own` besides its name and "train". Names are parts of
/// paths. Throws `Error` for an invalid or duplicated name, and for an empty list.
std::vector<PlanEntry> read_entries(const JsonReader& reader, const std::string& key,
                                    const std::string& own, ConfigSource& source);

/// A list of distinct whole numbers of at least `least`. Throws `Error` if it is empty.
std::vector<int64_t> read_numbers(const JsonReader& reader, const std::string& key, int64_t least);

nlohmann::json object_or_empty(const JsonReader& reader, const std::string& key);

std::vector<std::string> names_of(const std::vector<PlanEntry>& entries);

}  // namespace mola
