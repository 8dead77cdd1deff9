#include "mola/data/tokenizer.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <filesystem>

#include "base/excerpt.h"
#include "base/json_file.h"
#include "data/tokenizer_bytes.h"
#include "data/tokenizer_settings.h"
#include "mola/base/error.h"
#include "mola/base/log.h"

namespace mola {
namespace {

using Ids = std::vector<int64_t>;

const std::string kSpace = "\u2581";

}  // namespace

struct Tokenizer::Impl {
  std::string path;
  sentencepiece::SentencePieceProcessor processor;
  /// Puts no space in front of a text; loaded if the tokenizer is not legacy.
  sentencepiece::SentencePieceProcessor bare;
  bool is_legacy = true;
  bool adds_bos = true;
  int64_t bos = 0;
  int64_t eos = 0;
  Ids end_ids;
  AddedTokens added;

  int64_t pieces() const { return processor.GetPieceSize(); }
  int64_t num_ids() const {
    const int64_t last_end = *std::max_element(end_ids.begin(), end_ids.end());
    return std::max({pieces(), added.largest_id() + 1, last_end + 1});
  }

  void check_id(int64_t id) const {
    if (id < 0 || id >= num_ids()) {
      fail(path, ": found the id ", id, ", expected 0 to ", num_ids() - 1);
    }
  }

  // Whether the id is a piece that gives text.
  bool is_text_piece(int64_t id) const {
    if (id >= pieces()) return false;
    const auto* token = added.find(id);
    const int piece = static_cast<int>(id);
    return !processor.IsControl(piece) && !processor.IsUnknown(piece) &&
           (token == nullptr || !token->is_special);
  }

  // The text of an id that is no piece, none for a special token and an id without a token.
  std::string added_text(int64_t id) const {
    const auto* token = id < pieces() ? nullptr : added.find(id);
    return token == nullptr || token->is_special ? "" : token->text;
  }

  void check(const sentencepiece::util::Status& status, const char* problem) const {
    if (!status.ok()) fail(path, ": ", problem, " (sentencepiece: ", status.message(), ")");
  }

  void encode(const sentencepiece::SentencePieceProcessor& with, const std::string& text,
              Ids& ids) const {
    std::vector<int> more;
    check(with.Encode(text, &more), "cannot encode");
    ids.insert(ids.end(), more.begin(), more.end());
  }

  void load(const std::string& bytes) {
    check_tokenizer_bytes(bytes, path);
    sentencepiece::SetMinLogLevel(3);  // the library does not print
    check(processor.LoadFromSerializedProto(bytes), "is not a sentencepiece model");
    bos = processor.bos_id();
    eos = processor.eos_id();
    if (bos < 0 || eos < 0 || processor.unk_id() < 0) {
      fail(path, ": found bos ", bos, ", eos ", eos, " and unk ", processor.unk_id(),
           ", expected all three");
    }
    end_ids = {eos};
    added = AddedTokens(own_tokens());
  }

  // <s>, </s> and <unk>
  std::vector<AddedToken> own_tokens() const {
    std::vector<AddedToken> tokens;
    for (const int id : {processor.bos_id(), processor.eos_id(), processor.unk_id()}) {
      tokens.push_back({processor.IdToPiece(id), id, /*is_special=*/true});
    }
    return tokens;
  }

  void apply(const TokenizerSettings& settings);
  void set_ends(const TokenizerSettings& settings);
};

void Tokenizer::Impl::apply(const TokenizerSettings& settings) {
  is_legacy = settings.is_legacy;
  adds_bos = settings.adds_bos;
  auto tokens = settings.added;
  int64_t next = pieces();
  for (const auto& token : tokens) next = std::max(next, token.id + 1);
  for (auto& token : tokens) {
    if (token.id != kIdOfItsText) continue;
    const int id = processor.PieceToId(token.text);
    token.id = processor.IdToPiece(id) == token.text ? id : next++;
  }
  for (const auto& token : own_tokens()) tokens.push_back(token);
  added = AddedTokens(std::move(tokens));
  if (!settings.bos.empty()) bos = added.find(settings.bos)->id;
  if (!settings.eos.empty()) eos = added.find(settings.eos)->id;
  set_ends(settings);
  if (is_legacy) return;
  // normalizer_spec.add_dummy_prefix = false: a later field of a message overrides an earlier one.
  const std::string no_prefix("\x1a\x02\x18\x00", 4);
  check(bare.LoadFromSerializedProto(processor.serialized_model_proto() + no_prefix),
        "cannot be loaded without add_dummy_prefix");
}

// Training ends a text with eos, and a fine-tuned model too.
void Tokenizer::Impl::set_ends(const TokenizerSettings& settings) {
  end_ids = settings.end_ids;
  if (std::find(end_ids.begin(), end_ids.end(), eos) != end_ids.end()) return;
  if (!end_ids.empty()) {
    log_warning(settings.end_ids_place + ": found " + std::to_string(end_ids[0]) +
                ", but the tokenizer's eos_token has the id " + std::to_string(eos) +
                ": training ends a text with that, and generation stops at both");
  }
  end_ids.push_back(eos);
}

Tokenizer::Tokenizer(const std::string& path) {
  const auto file = tokenizer_model_file(path);
  *this = from_bytes(read_file(file), file);
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) impl_->apply(read_tokenizer_settings(path));
}

Tokenizer Tokenizer::from_bytes(const std::string& bytes, const std::string& name) {
  Tokenizer tokenizer;
  tokenizer.impl_ = std::make_unique<Impl>();
  tokenizer.impl_->path = name;
  tokenizer.impl_->load(bytes);
  return tokenizer;
}

Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

Ids Tokenizer::encode(const std::string& text) const {
  Ids ids;
  impl_->encode(impl_->processor, text, ids);
  return ids;
}

Ids Tokenizer::encode_with_special_tokens(const std::string& text) const {
  const auto& impl = *impl_;
  Ids ids;
  if (impl.adds_bos) ids.push_back(impl.bos);
  const bool has_space = !impl.is_legacy && !text.empty();
  auto parts = impl.added.split(has_space ? kSpace + text : text);
  // The space belongs to the text that begins behind it.
  if (has_space && parts.size() > 1 && parts[0].text == kSpace) parts.erase(parts.begin());
  for (const auto& part : parts) {
    if (part.token != nullptr) {
      ids.push_back(part.token->id);
    } else {
      impl.encode(impl.is_legacy ? impl.processor : impl.bare, part.text, ids);
    }
  }
  return ids;
}

std::string Tokenizer::decode(const Ids& ids) const {
  std::string text;
  std::vector<int> pieces;
  const auto add_pieces = [&] {
    std::string more;
    impl_->check(impl_->processor.Decode(pieces, &more), "cannot decode");
    text += more;
    pieces.clear();
  };
  for (const int64_t id : ids) {
    impl_->check_id(id);
    if (impl_->is_text_piece(id)) pieces.push_back(static_cast<int>(id));
    const auto more = impl_->added_text(id);
    if (more.empty()) continue;
    add_pieces();
    text += more;
  }
  add_pieces();
  return text;
}

std::string Tokenizer::bytes(int64_t token) const {
  const auto& processor = impl_->processor;
  impl_->check_id(token);
  if (!impl_->is_text_piece(token)) return impl_->added_text(token);
  const int id = static_cast<int>(token);
  std::string piece = processor.IdToPiece(id);
  if (processor.IsByte(id)) {  // "<0x2E>"
    return std::string(1, static_cast<char>(std::stoi(piece.substr(3, 2), nullptr, 16)));
  }
  for (size_t at = piece.find(kSpace); at != std::string::npos; at = piece.find(kSpace, at)) {
    piece.replace(at, kSpace.size(), " ");
  }
  return piece;
}

std::string Tokenizer::piece(int64_t id) const {
  impl_->check_id(id);
  if (id < impl_->pieces()) return impl_->processor.IdToPiece(static_cast<int>(id));
  const auto* token = impl_->added.find(id);
  return token == nullptr ? "" : token->text;
}

void Tokenizer::check_fits(int64_t vocab_size) const {
  const auto check = [&](const char* key, int64_t id) {
    if (id < vocab_size) return;
    fail(impl_->path, ": the ", key, " '", excerpt(piece(id)), "' has the id ", id,
         ", expected below the model's vocab_size, ", vocab_size);
  };
  check("bos_token", impl_->bos);
  check("eos_token", impl_->eos);
}

int64_t Tokenizer::vocab_size() const { return impl_->pieces(); }
int64_t Tokenizer::num_ids() const { return impl_->num_ids(); }
int64_t Tokenizer::bos_id() const { return impl_->bos; }
int64_t Tokenizer::eos_id() const { return impl_->eos; }
Ids Tokenizer::end_ids() const { return impl_->end_ids; }
std::string Tokenizer::serialized() const { return impl_->processor.serialized_model_proto(); }

}  // namespace mola
