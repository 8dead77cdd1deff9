#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mola/data/tokenizer.h"
#include "mola/eval/sampler.h"
#include "mola/model/llama.h"

namespace mola {

struct GenerationOptions {
  SamplingOptions sampling;
  int64_t max_new_tokens = 256;
  int64_t batch_size = 16;        ///< sequences per batch
  std::vector<std::string> stop;  ///< strings that end a text, and are not part of it
  int64_t vocab_size = 0;         ///< only tokens below it; 0: the model's, `generate` sets it
  /// `generate`: whether the text of the prompt `index` so far is complete; optional.
  std::function<bool(size_t index, const std::string& text)> is_whole;
  /// Whether the prompt `index` is left out, because an interrupted process has continued it;
  /// optional.
  std::function<bool(size_t index)> is_done;
  /// Called before each forward pass; what it throws ends the generation; optional.
  std::function<void()> before_pass;
};

/// Throws `Error` with the name of a value out of range.
void check_generation(const GenerationOptions& options);

enum class Ending { kEos, kStop, kLength };

/// Receives each new token of the sequence `index`; false ends that sequence.
using OnToken = std::function<bool(size_t index, int64_t token)>;
using OnEnd = std::function<void(size_t index, Ending ending)>;

/// Continues `prompts`, each of at least one token, the longest first: all tokens of the prompt in
/// one forward pass that caches keys and values, then one token at a time. The common prefix of all
/// prompts is computed only once. A sequence ends at a token of `end_ids`, which is not passed to
/// `on_token`, if `on_token` returns false, or after max_new_tokens; the next prompt takes its
/// place in the batch. The model should be in evaluation mode.
void generate_tokens(Llama& model, const std::vector<std::vector<int64_t>>& prompts,
                     const GenerationOptions& options, const std::vector<int64_t>& end_ids,
                     const OnToken& on_token, const OnEnd& on_end);

struct Generation {
  std::string text;  ///< without the prompt
  int64_t prompt_tokens = 0;
  int64_t tokens = 0;
  Ending ending = Ending::kLength;
};

/// Callbacks during generation; both are optional.
struct GenerationObserver {
  std::function<void(size_t index, const std::string& text)> on_text;  ///< whole characters
  std::function<void(size_t index, const Generation& generation)> on_end;
};

/// Continues the texts `prompts`, encoded with special tokens. Warns if a text may become longer
/// than the model's max_position_embeddings.
std::vector<Generation> generate(Llama& model, const Tokenizer& tokenizer,
                                 const std::vector<std::string>& prompts,
                                 const GenerationOptions& options,
                                 const GenerationObserver& observer = {});

}  // namespace mola
