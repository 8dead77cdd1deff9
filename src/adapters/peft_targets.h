#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/json_reader.h"

namespace mola {

/// Whether a pattern describes a module's path, such as "model.layers.0.self_attn.q_proj".
using ModulePattern = std::function<bool(const std::string& path)>;

/// Which modules have experts, and of which rank, as PEFT reads it from adapter_config.json.
class PeftTargets {
 public:
  /// Throws `Error` for a setting that is missing, not understood or not supported.
  PeftTargets(const JsonReader& reader, int64_t num_layers);

  /// Whether the module `path` in `layer` has experts.
  bool contains(const std::string& path, int64_t layer) const;

  /// The rank of its experts. Where several entries of rank_pattern match, those of all: PEFT takes
  /// the first in the file, and their order is lost.
  std::vector<int64_t> ranks(const std::string& path, int64_t layer) const;

 private:
  bool all_linear_;
  std::vector<ModulePattern> targets_;
  std::vector<ModulePattern> excluded_;
  std::optional<std::vector<int64_t>> layers_;  // only these; empty: all
  std::vector<int64_t> common_ranks_;           // by layer
  std::vector<std::pair<ModulePattern, int64_t>> ranks_;
};

}  // namespace mola
