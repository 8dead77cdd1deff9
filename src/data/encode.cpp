#include "mola/data/encode.h"

#include <algorithm>

#include "data/tokens.h"
#include "mola/base/error.h"
#include "mola/base/log.h"
#include "tasks/read_options.h"
#include "tasks/split_files.h"

namespace mola {
namespace {

// The number of tokens that hold nothing of the response: those that the whole has in common with
// the prompt alone. A token may span the end of the prompt and the start of the response.
size_t prompt_length(const Tokenizer& tokenizer, const Example& example, const Sequence& whole) {
  const auto& ids = whole.input_ids;
  const auto prompt = tokenizer.encode_with_special_tokens(example.prompt);
  const auto last = std::mismatch(prompt.begin(), prompt.end(), ids.begin(), ids.end()).first;
  return static_cast<size_t>(last - prompt.begin());
}

Sequence encode_whole(const Tokenizer& tokenizer, const Example& example, bool train_on_prompt) {
  Sequence sequence;
  sequence.input_ids = tokenizer.encode_with_special_tokens(example.prompt + example.response);
  sequence.input_ids.push_back(tokenizer.eos_id());
  sequence.labels = sequence.input_ids;
  if (!train_on_prompt) {
    std::fill_n(sequence.labels.begin(), prompt_length(tokenizer, example, sequence), kIgnoreIndex);
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

EncodedData load_tokens(const DataConfig& data, Split split, size_t limit,
                        const LlamaConfig* model) {
  EncodedData encoded;
  const auto lines = open_splits(SplitNames(), {".jsonl"})(data.path, split);
  const auto parse = [&](const std::string& line) {
    auto sequence = parse_tokens(line);
    if (model != nullptr) check_ids(sequence, model->vocab_size);
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

// Throws `Error` for a row whose response is truncated away.
void add_example(const DataConfig& data, const Tokenizer& tokenizer, const LlamaConfig* model,
                 Example example, EncodedData& encoded) {
  auto sequence = encode_whole(tokenizer, example, data.train_on_prompt);
  if (model != nullptr) check_ids(sequence, model->vocab_size);
  const bool is_cut = static_cast<int64_t>(sequence.input_ids.size()) > data.max_length;
  if (is_cut) {
    const auto length = static_cast<int64_t>(prompt_length(tokenizer, example, sequence));
    if (length >= data.max_length) {
      fail("found a prompt of ", length, " tokens, expected fewer than data.max_length, which is ",
           data.max_length);
    }
    cut_right(sequence, data.max_length);
  }
  encoded.cut += is_cut ? 1 : 0;
  encoded.sequences.push_back(std::move(sequence));
  encoded.examples.push_back(std::move(example));
}

EncodedData load_examples(const DataConfig& data, std::vector<Example> examples,
                          const Tokenizer& tokenizer, const LlamaConfig* model) {
  EncodedData encoded;
  encoded.sequences.reserve(examples.size());
  encoded.examples.reserve(examples.size());
  for (auto& example : examples) {
    const auto place = example.place;
    try {
      add_example(data, tokenizer, model, std::move(example), encoded);
    } catch (const Error& error) {
      handle_bad_row(place, error.what(), data.on_bad_row);
    }
  }
  return encoded;
}

void warn_about_length(const DataConfig& data, const EncodedData& encoded,
                       const LlamaConfig& model) {
  size_t longest = 0;
  for (const auto& sequence : encoded.sequences) {
    longest = std::max(longest, sequence.input_ids.size());
  }
  if (static_cast<int64_t>(longest) <= model.max_position_embeddings) return;
  log_warning(data.path + ": the longest sequence has " + std::to_string(longest) +
              " tokens, more than the model's max_position_embeddings, " +
              std::to_string(model.max_position_embeddings) +
              "; a lower data.max_length truncates it");
}

}  // namespace

Sequence encode(const Tokenizer& tokenizer, const Example& example, int64_t max_length,
                bool train_on_prompt) {
  Sequence sequence = encode_whole(tokenizer, example, train_on_prompt);
  cut_right(sequence, max_length);
  return sequence;
}

EncodedData load_data(const DataConfig& data, Split split, const Tokenizer* tokenizer,
                      const LlamaConfig* model) {
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
    encoded = load_tokens(data, split, options.limit, model);
  } else {
    const Task task = find_task(data.task);
    if (tokenizer == nullptr) {
      fail("data.task: ", data.task, " is text, expected a tokenizer");
    }
    encoded = load_examples(data, task.read(data.path, split, options), *tokenizer, model);
  }
  if (encoded.sequences.empty()) fail("data.path: ", data.path, " has no rows");
  if (encoded.cut > 0) {
    log_warning(data.path + ": " + std::to_string(encoded.cut) + " of " +
                std::to_string(encoded.sequences.size()) +
                " sequences are longer than data.max_length " + std::to_string(data.max_length) +
                " and were truncated on the right");
  }
  if (model != nullptr) warn_about_length(data, encoded, *model);
  return encoded;
}

void check_ids(const Sequence& sequence, int64_t vocab_size) {
  const auto check = [&](const char* key, const std::vector<int64_t>& ids) {
    for (size_t t = 0; t < ids.size(); ++t) {
      if (ids[t] < vocab_size) continue;
      fail(key, "[", t, "]: found ", ids[t], ", expected below the model's vocab_size, ",
           vocab_size);
    }
  };
  check("input_ids", sequence.input_ids);
  check("labels", sequence.labels);
}

}  // namespace mola
