#include "mola/data/encode.h"

#include <algorithm>

#include "data/tokens.h"
#include "mola/base/error.h"
#include "mola/base/log.h"
#include "tasks/read_options.h"
#include "tasks/split_files.h"

namespace mola {
namespace {

size_t prompt_length(const Tokenizer& tokenizer, const Example& example) {
  return 1 + tokenizer.encode(example.prompt).size();  // with bos
}

Sequence encode_whole(const Tokenizer& tokenizer, const Example& example, bool train_on_prompt) {
  Sequence sequence;
  sequence.input_ids = tokenizer.encode(example.prompt + example.response);
  sequence.input_ids.insert(sequence.input_ids.begin(), tokenizer.bos_id());
  sequence.input_ids.push_back(tokenizer.eos_id());
  sequence.labels = sequence.input_ids;
  if (!train_on_prompt) {
    // A token may span the end of the prompt and the start of the response, so this count can
    // differ by one from the prompt's tokens in the whole; the official code counts the same way.
    const size_t length = std::min(prompt_length(tokenizer, example), sequence.labels.size());
    std::fill_n(sequence.labels.begin(), length, kIgnoreIndex);
  }
  return sequence;
}

// Truncating bos + tokens + eos equals truncating bos + tokens and then adding eos if it fits.
bool cut_right(Sequence& sequence, int64_t max_length) {
  const auto longest = static_cast<size_t>(max_length);
  if (sequence.input_ids.size() <= longest) return false;
  sequence.input_ids.resize(longest);
  sequence.labels.resize(longest);
  return true;
}

EncodedData load_tokens(const DataConfig& data, Split split, size_t limit) {
  EncodedData encoded;
  const auto lines = open_splits(SplitNames(), {".jsonl"})(data.path, split);
  const auto parse = [&](const std::string& line) {
    auto sequence = parse_tokens(line);
    const bool is_cut = cut_right(sequence, data.max_length);
    if (count_targets(sequence) == 0) {
      fail("found no token to train on within data.max_length ", data.max_length,
           ", expected a labelled one after the first");
    }
    encoded.cut += is_cut ? 1 : 0;
    return sequence;
  };
  encoded.sequences = read_rows(*lines, data.on_bad_row, parse, limit);
  return encoded;
}

// A row whose response is truncated away is a bad row.
EncodedData load_examples(const DataConfig& data, std::vector<Example> examples,
                          const Tokenizer& tokenizer) {
  EncodedData encoded;
  encoded.sequences.reserve(examples.size());
  encoded.examples.reserve(examples.size());
  for (auto& example : examples) {
    auto sequence = encode_whole(tokenizer, example, data.train_on_prompt);
    if (cut_right(sequence, data.max_length)) {
      const auto length = static_cast<int64_t>(prompt_length(tokenizer, example));
      if (length >= data.max_length) {
        handle_bad_row(example.place,
                       "found a prompt of " + std::to_string(length) +
                           " tokens, expected fewer than data.max_length, which is " +
                           std::to_string(data.max_length),
                       data.on_bad_row);
        continue;
      }
      ++encoded.cut;
    }
    encoded.sequences.push_back(std::move(sequence));
    encoded.examples.push_back(std::move(example));
  }
  return encoded;
}

}  // namespace

Sequence encode(const Tokenizer& tokenizer, const Example& example, int64_t max_length,
                bool train_on_prompt) {
  Sequence sequence = encode_whole(tokenizer, example, train_on_prompt);
  cut_right(sequence, max_length);
  return sequence;
}

EncodedData load_data(const DataConfig& data, Split split, const Tokenizer* tokenizer) {
  if (data.max_length < 1) {
    fail("data.max_length: found ", data.max_length, ", expected at least 1");
  }
  if (data.limit && *data.limit < 1) {
    fail("data.limit: found ", *data.limit, ", expected at least 1");
  }
  const auto options = read_options(data);
  EncodedData encoded;
  if (data.task == "tokens") {
    if (data.sample) fail("data.sample: applies to tasks of text only, found the task tokens");
    if (data.topic) fail("data.topic: applies to tasks of text only, found the task tokens");
    encoded = load_tokens(data, split, options.limit);
  } else {
    const Task task = find_task(data.task);
    if (tokenizer == nullptr) {
      fail("data.task: ", data.task, " is text, expected a tokenizer");
    }
    encoded = load_examples(data, task.read(data.path, split, options), *tokenizer);
  }
  if (encoded.sequences.empty()) fail("data.path: ", data.path, " has no rows to train on");
  if (encoded.cut > 0) {
    log_warning(data.path + ": " + std::to_string(encoded.cut) + " of " +
                std::to_string(encoded.sequences.size()) +
                " sequences are longer than data.max_length " + std::to_string(data.max_length) +
                " and were truncated on the right");
  }
  return encoded;
}

void check_vocabulary(const std::vector<Sequence>& sequences, int64_t vocab_size,
                      const std::string& path) {
  for (size_t i = 0; i < sequences.size(); ++i) {
    const auto check = [&](const char* key, int64_t id) {
      if (id < vocab_size) return;
      fail("data.path: ", path, ": ", key, " of sequence ", i, " (from 0): found ", id,
           ", expected below the model's vocab_size, ", vocab_size);
    };
    for (const auto id : sequences[i].input_ids) check("input_ids", id);
    for (const auto label : sequences[i].labels) check("labels", label);
  }
}

}  // namespace mola
