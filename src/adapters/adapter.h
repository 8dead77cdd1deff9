#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "adapters/saved_adapter.h"
#include "config/adapter_type.h"
#include "mola/config/adapter_config.h"
#include "mola/model/llama.h"
#include "mola/model/tensor_map.h"

namespace mola {

constexpr int64_t kDefaultPromptLength = 40;
constexpr int64_t kLongestPrompt = 4096;

/// Gives the tokens of a text, bos in front.
using EncodeText = std::function<std::vector<int64_t>(const std::string& text)>;

/// An adapter type. Each is one file that defines an `Adapter`, and a line each in adapter_list.h
/// and adapters.cpp. A null function does nothing.
struct Adapter {
  AdapterType type;

  /// The adapter that an object "adapter" of this type describes on a model of L layers. Throws
  /// `Error` for a value that does not fit the model.
  AdapterConfig (*resolve)(const JsonReader& settings, int64_t num_layers);
  /// The saved adapter that a run starts from, with the changes that `settings` may make. Throws
  /// `Error` for a setting that contradicts it.
  AdapterConfig (*resolve_saved)(const JsonReader& settings, int64_t num_layers,
                                 const AdapterConfig& saved) = nullptr;
  /// Initializes a new adapter of `model`, whose base is loaded, beyond random numbers.
  void (*start)(Llama& model, const EncodeText& encode_text) = nullptr;

  // Files. An adapter that trains the base is saved as a model and has none of these.

  /// "peft_type" in adapter_config.json.
  const char* peft_type = nullptr;
  bool (*is_saved_in)(const SavedAdapter& saved) = nullptr;
  /// Reads the rest of adapter_config.json. Throws `Error` for settings that are not supported.
  AdapterConfig (*read)(const SavedAdapter& saved) = nullptr;
  nlohmann::ordered_json (*write)(const AdapterConfig& config, const LlamaConfig& model) = nullptr;
  /// The tensors of its file by their names: those of the model, or copies.
  TensorMap (*tensors)(Llama& model) = nullptr;
  /// Puts those of `tensors`, as read from a file, that are copies into the model.
  void (*finish_load)(Llama& model, const TensorMap& tensors) = nullptr;
  /// Names of tensors in the files of other tools that have no effect.
  std::vector<std::string> (*ignored_tensors)(Llama& model) = nullptr;

  // Its description.

  /// Lines for the log, beyond the type.
  std::vector<std::string> (*summary)(const AdapterConfig& config) = nullptr;
  double usual_learning_rate = 3e-4;
};

/// The adapter of that type. Throws `Error` with the nearest name if there is none.
const Adapter& find_adapter(const std::string& type);

/// The type of the adapter saved in a folder. Throws `Error` if it is unknown.
const Adapter& find_saved_adapter(const SavedAdapter& saved);

}  // namespace mola
