#include "mola/data/encode.h"

#include <algorithm>
#include <cstdio>

#include "data/tokens.h"
#include "mola/error.h"
#include "mola/log.h"

namespace mola {
namespace {

Sequence encode_whole(const Tokenizer& tokenizer, const Example& example, bool train_on_prompt) {
  Sequence sequence;
  sequence.input_ids = tokenizer.encode(example.prompt + example.response);
  sequence.input_ids.insert(sequence.input_ids.begin(), tokenizer.bos_id());
  sequence.input_ids.push_back(tokenizer.eos_id());
  sequence.labels = sequence.input_ids;
  if (!train_on_prompt) {
    // Where prompt and response meet, a token may span both, so this count can differ by one from
    // the prompt's share of the tokens of the whole; the official code counts so.
    const size_t prompt_length = 1 + tokenizer.encode(example.prompt).size();
    std::fill_n(sequence.labels.begin(), std::min(prompt_length, sequence.labels.size()),
                kUnlabelled);
  }
  return sequence;
}

// Cutting bos + tokens + eos is the same as cutting bos + tokens and then adding eos if it fits.
bool cut_right(Sequence& sequence, int64_t max_length) {
  const auto longest = static_cast<size_t>(max_length);
  if (sequence.input_ids.size() <= longest) return false;
  sequence.input_ids.resize(longest);
  sequence.labels.resize(longest);
  return true;
}

// All rows, whole.
EncodedData read_rows(const DataConfig& data, Split split, const Tokenizer* tokenizer) {
  EncodedData rows;
  const size_t limit = data.limit ? static_cast<size_t>(*data.limit) : SIZE_MAX;
  if (data.task == "tokens") {
    if (split != Split::kTrain) fail("data.task: tokens has a training split only");
    rows.sequences = read_tokens(data.path, data.on_bad_row, limit);
    return rows;
  }
  const Task& task = find_task(data.task);
  if (tokenizer == nullptr) {
    fail("data.task: ", data.task, " is text, expected a tokenizer with it");
  }
  rows.examples = task.read(data.path, split, data.on_bad_row, limit);
  rows.sequences.reserve(rows.examples.size());
  for (const auto& example : rows.examples) {
    rows.sequences.push_back(encode_whole(*tokenizer, example, data.train_on_prompt));
  }
  return rows;
}

std::string share(int64_t part, size_t whole) {
  char percent[16];
  std::snprintf(percent, sizeof percent, "%.1f %%", 100.0 * part / whole);
  return std::to_string(part) + " of " + std::to_string(whole) + " sequences (" + percent + ")";
}

void warn_of_losses(const DataConfig& data, const EncodedData& encoded, size_t num_rows) {
  const std::string longest = "data.max_length " + std::to_string(data.max_length);
  if (encoded.cut > 0) {
    log_warning(data.path + ": " + share(encoded.cut, num_rows) + " are longer than " + longest +
                " and were cut on the right");
  }
  if (encoded.unlabelled > 0) {
    log_warning(data.path + ": " + share(encoded.unlabelled, num_rows) +
                " have no token to train on within " + longest + " and were left out");
  }
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
  auto rows = read_rows(data, split, tokenizer);
  const size_t count = rows.sequences.size();
  if (count == 0) fail("data.path: ", data.path, " has no rows");

  EncodedData encoded;
  encoded.sequences.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    auto& sequence = rows.sequences[i];
    if (cut_right(sequence, data.max_length)) ++encoded.cut;
    if (count_targets(sequence) > 0) {
      encoded.sequences.push_back(std::move(sequence));
      if (!rows.examples.empty()) encoded.examples.push_back(std::move(rows.examples[i]));
    } else {
      ++encoded.unlabelled;
    }
  }
  if (encoded.sequences.empty()) {
    fail("data.path: ", data.path, ": none of its ", count,
         " rows has a token to train on within data.max_length ", data.max_length);
  }
  warn_of_losses(data, encoded, count);
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
