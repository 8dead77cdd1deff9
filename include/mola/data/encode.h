#pragma once

#include <cstdint>
#include <string>
#include <vector>

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
/// `max_length`; eos is kept only if it fits. With `train_on_prompt` false the first len(bos +
/// tokens(prompt)) positions are unlabelled.
Sequence encode(const Tokenizer& tokenizer, const Example& example, int64_t max_length,
                bool train_on_prompt);

/// Reads and encodes the split of `data`. `tokenizer` may be null for the task "tokens". A row that
/// keeps no token of its response within max_length, or no labelled one, is a bad row. Throws
/// `Error` if no row is left to train on.
EncodedData load_data(const DataConfig& data, Split split, const Tokenizer* tokenizer);

/// Throws `Error` naming `path` if a sequence contains an id that is not below `vocab_size`.
void check_vocabulary(const std::vector<Sequence>& sequences, int64_t vocab_size,
                      const std::string& path);

}  // namespace mola
