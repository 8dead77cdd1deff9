#include "mola/data/tokenizer_training.h"

#include <sentencepiece_trainer.h>

#include <algorithm>
#include <sstream>

#include "base/utf8.h"
#include "mola/base/error.h"

namespace mola {
namespace {

// In bytes. The trainer ends the process at a word of more than 65,535 characters. A piece has at
// most 16 characters, so a cut every 4096 bytes takes next to nothing from the counts of pairs.
constexpr size_t kLongestWord = 4096;

// The end of the part of `line` that begins at `start`: that of the line, or the character within a
// word at which it becomes too long.
size_t end_of_part(const std::string& line, size_t start) {
  size_t word = start;
  for (size_t at = start; at < line.size();) {
    const size_t next = at + std::max<size_t>(1, utf8_length(line, at));
    if (line[at] == ' ') word = next;
    if (next - word > kLongestWord) return at;
    at = next;
  }
  return line.size();
}

// sentencepiece skips lines longer than its limit for a sentence, so it gets the texts line by
// line; a line end is a byte to it, as to LLaMA's tokenizer. A line with a very long word is cut
// into several.
class Lines : public sentencepiece::SentenceIterator {
 public:
  explicit Lines(const std::vector<std::string>& texts) {
    for (const auto& text : texts) {
      std::istringstream stream(text);
      for (std::string line; std::getline(stream, line);) add(line);
    }
  }

  bool done() const override { return next_ == lines_.size(); }
  void Next() override { ++next_; }
  const std::string& value() const override { return lines_[next_]; }
  size_t longest() const {
    size_t bytes = 4192;  // sentencepiece's default
    for (const auto& line : lines_) bytes = std::max(bytes, line.size());
    return bytes;
  }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  void add(const std::string& line) {
    for (size_t start = 0; start < line.size();) {
      const size_t end = end_of_part(line, start);
      lines_.push_back(line.substr(start, end - start));
      start = end;
    }
  }

  std::vector<std::string> lines_;
  size_t next_ = 0;
};

}  // namespace

Tokenizer train_tokenizer(const std::vector<std::string>& texts, int64_t vocab_size) {
  Lines lines(texts);
  std::string bytes;
  const auto status = sentencepiece::SentencePieceTrainer::Train(
      {{"model_type", "bpe"},
       {"vocab_size", std::to_string(vocab_size)},
       {"byte_fallback", "true"},
       {"split_digits", "true"},
       {"character_coverage", "1.0"},
       {"normalization_rule_name", "identity"},
       {"remove_extra_whitespaces", "false"},
       {"add_dummy_prefix", "true"},
       {"unk_id", "0"},
       {"bos_id", "1"},
       {"eos_id", "2"},
       {"pad_id", "-1"},
       {"max_sentence_length", std::to_string(lines.longest())},
       {"num_threads", "1"},
       {"minloglevel", "3"}},
      &lines, &bytes);
  if (!status.ok()) {
    fail("model.vocab_size: found ", vocab_size,
         ", but no tokenizer of that size can be trained on this text (sentencepiece: ",
         status.message(), ")");
  }
  return Tokenizer::from_bytes(bytes, "the tokenizer just trained");
}

}  // namespace mola
