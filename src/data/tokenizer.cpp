#include "mola/data/tokenizer.h"

#include <sentencepiece_processor.h>

#include <filesystem>

#include "base/json_file.h"
#include "mola/base/error.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

constexpr uintmax_t kLargestFile = 100'000'000;  // those of large vocabularies have 10 MB

std::string model_file(const fs::path& path) {
  std::error_code ignored;
  const fs::path model = fs::is_directory(path, ignored) ? path / "tokenizer.model" : path;
  const fs::path json = fs::path(model).replace_extension(".json");
  if (fs::exists(json, ignored) && (model == json || !fs::exists(model, ignored))) {
    fail(json.string(),
         ": byte-level BPE tokenizers are not supported, expected sentencepiece's tokenizer.model");
  }
  if (!fs::exists(model, ignored)) {
    fail(model.string(), ": no such file, but the tokenizer is read from it");
  }
  std::error_code error;
  const auto size = fs::file_size(model, error);
  if (!error && size > kLargestFile) {
    fail(model.string(), ": has ", size, " bytes, expected at most ", kLargestFile);
  }
  return model.string();
}

}  // namespace

struct Tokenizer::Impl {
  std::string path;
  sentencepiece::SentencePieceProcessor processor;

  int checked(int64_t id) const {
    const int size = processor.GetPieceSize();
    if (id < 0 || id >= size) fail(path, ": found the id ", id, ", expected 0 to ", size - 1);
    return static_cast<int>(id);
  }

  bool is_text(int id) const { return !processor.IsControl(id) && !processor.IsUnknown(id); }

  void check(const sentencepiece::util::Status& status, const char* problem) const {
    if (!status.ok()) fail(path, ": ", problem, " (sentencepiece: ", status.message(), ")");
  }
};

Tokenizer::Tokenizer(const std::string& path) {
  const auto file = model_file(path);
  *this = from_bytes(read_file(file), file);
}

Tokenizer Tokenizer::from_bytes(const std::string& bytes, const std::string& name) {
  Tokenizer tokenizer;
  tokenizer.impl_ = std::make_unique<Impl>();
  auto& impl = *tokenizer.impl_;
  impl.path = name;
  impl.check(impl.processor.LoadFromSerializedProto(bytes), "is not a sentencepiece model");
  if (tokenizer.bos_id() < 0 || tokenizer.eos_id() < 0) {
    fail(name, ": found bos ", tokenizer.bos_id(), " and eos ", tokenizer.eos_id(),
         ", expected both");
  }
  return tokenizer;
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
    if (impl_->is_text(impl_->checked(id))) text_ids.push_back(static_cast<int>(id));
  }
  std::string text;
  impl_->check(impl_->processor.Decode(text_ids, &text), "cannot decode");
  return text;
}

std::string Tokenizer::bytes(int64_t token) const {
  const auto& processor = impl_->processor;
  const int id = impl_->checked(token);
  if (!impl_->is_text(id)) return "";
  std::string piece = processor.IdToPiece(id);
  if (processor.IsByte(id)) {  // "<0x2E>"
    return std::string(1, static_cast<char>(std::stoi(piece.substr(3, 2), nullptr, 16)));
  }
  const std::string space = "\u2581";
  for (size_t at = piece.find(space); at != std::string::npos; at = piece.find(space, at)) {
    piece.replace(at, space.size(), " ");
  }
  return piece;
}

std::string Tokenizer::piece(int64_t id) const {
  return impl_->processor.IdToPiece(impl_->checked(id));
}

int64_t Tokenizer::vocab_size() const { return impl_->processor.GetPieceSize(); }
int64_t Tokenizer::bos_id() const { return impl_->processor.bos_id(); }
int64_t Tokenizer::eos_id() const { return impl_->processor.eos_id(); }
std::string Tokenizer::serialized() const { return impl_->processor.serialized_model_proto(); }

}  // namespace mola
