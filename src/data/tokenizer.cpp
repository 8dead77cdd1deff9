#include "mola/data/tokenizer.h"

#include <sentencepiece_processor.h>

#include <filesystem>

#include "config/json_file.h"
#include "mola/error.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

std::string model_file(const fs::path& path) {
  std::error_code ignored;
  const fs::path model = fs::is_directory(path, ignored) ? path / "tokenizer.model" : path;
  const fs::path json = fs::path(model).replace_extension(".json");
  if (fs::exists(json, ignored) && (model == json || !fs::exists(model, ignored))) {
    fail(json.string(),
         ": byte-level BPE tokenizers are not read yet, expected sentencepiece's tokenizer.model");
  }
  if (!fs::exists(model, ignored)) {
    fail(model.string(), ": no such file, the tokenizer is read from it");
  }
  return model.string();
}

}  // namespace

struct Tokenizer::Impl {
  std::string path;
  sentencepiece::SentencePieceProcessor processor;

  void check(const sentencepiece::util::Status& status, const char* problem) const {
    if (!status.ok()) fail(path, ": ", problem, " (sentencepiece: ", status.message(), ")");
  }
};

Tokenizer::Tokenizer(const std::string& path) : impl_(std::make_unique<Impl>()) {
  impl_->path = model_file(path);
  impl_->check(impl_->processor.LoadFromSerializedProto(read_file(impl_->path)),
               "is no sentencepiece model");
  if (bos_id() < 0 || eos_id() < 0) {
    fail(impl_->path, ": found bos ", bos_id(), " and eos ", eos_id(), ", expected both");
  }
}

Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

std::vector<int64_t> Tokenizer::encode(const std::string& text) const {
  std::vector<int> ids;
  impl_->check(impl_->processor.Encode(text, &ids), "cannot encode");
  return {ids.begin(), ids.end()};
}

std::string Tokenizer::decode(const std::vector<int64_t>& ids) const {
  std::vector<int> text_ids;
  text_ids.reserve(ids.size());
  for (const int64_t id : ids) {
    if (id < 0 || id >= vocab_size()) {
      fail(impl_->path, ": found the id ", id, ", expected 0 to ", vocab_size() - 1);
    }
    const bool is_text = id != bos_id() && id != eos_id() && id != impl_->processor.unk_id();
    if (is_text) text_ids.push_back(static_cast<int>(id));
  }
  std::string text;
  impl_->check(impl_->processor.Decode(text_ids, &text), "cannot decode");
  return text;
}

int64_t Tokenizer::vocab_size() const { return impl_->processor.GetPieceSize(); }
int64_t Tokenizer::bos_id() const { return impl_->processor.bos_id(); }
int64_t Tokenizer::eos_id() const { return impl_->processor.eos_id(); }

}  // namespace mola
