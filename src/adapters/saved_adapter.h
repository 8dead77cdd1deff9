#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "config/json_reader.h"
#include "mola/base/error.h"
#include "mola/config/layer_table.h"

namespace mola {

/// A saved adapter, as its folder describes it, on a model of `num_layers` layers.
struct SavedAdapter {
  const JsonReader& reader;  ///< of adapter_config.json
  int64_t num_layers;
  NumberOrList unsaved_top_k;  ///< K for files that do not save it
  std::string tensors_path;    ///< for errors
  /// The shapes of the tensors in the file, by name. Throws `Error` if it cannot be read.
  std::function<std::map<std::string, std::vector<int64_t>>()> shapes;
};

template <class Given, class Saved>
[[noreturn]] void refuse_contradiction(const std::string& key, const Given& given,
                                       const Saved& saved) {
  fail("adapter.", key, ": found ", given, ", but the adapter of adapter.init_from has ", saved,
       "; remove the key");
}

}  // namespace mola
