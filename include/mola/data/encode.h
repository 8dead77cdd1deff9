#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mola/config/llama_config.h"
#include "mola/config/run_config.h"
#include "mola/data/sequence.h"
#include "mola/data/tokenizer.h"
#include "mola/tasks/example.h"
#include "mola/tasks/task.h"

namespace mola {

/// A data set as tokens.
struct EncodedData {
  std::vector<Sequence> sequences;
  std::vector<Example> examples;  ///< the same rows as text; none for the task "tokens"
  int64_t cut = 0;                ///< number of sequences that were truncated at max_length
};

/// bos + tokens(prompt + response, encoded as one string) + eos, truncated on the right at
/// `max_length`; eos is kept only if it fits. With `train_on_prompt` false a token is labelled if
/// it holds a character of the response.
Sequence encode(const Tokenizer& tokenizer, const Example& example, int64_t max_length,
                bool train_on_prompt);

/// Reads and encodes the split of `data`. `tokenizer` may be null for the task "tokens". A row that
/// keeps no token of its response within max_length, or no labelled one, is a bad row; with `model`
/// a row with an id outside its vocabulary too, and sequences that are longer than its
/// max_position_embeddings give a warning. Throws `Error` if no row is left to train on.
EncodedData load_data(const DataConfig& data, Split split, const Tokenizer* tokenizer,
                      const LlamaConfig* model = nullptr);

/// Throws `Error` if a sequence contains an id that is not below `vocab_size`.
void check_ids(const Sequence& sequence, int64_t vocab_size);

}  // namespace mola
