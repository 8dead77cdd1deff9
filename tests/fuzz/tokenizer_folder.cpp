// The settings next to a tokenizer.model, and a text.
#include "fuzz/fuzz.h"
#include "mola/data/tokenizer.h"
#include "support/tiny_tokenizer.h"

namespace mola {
namespace {

// A byte-pair model of few pieces, since each input loads it.
std::string small_model() {
  enum Type { kNormal = 1, kUnknown = 2, kControl = 3 };
  ProtoWriter model;
  const auto add = [&](const std::string& piece, Type type) {
    model.text(1, ProtoWriter().text(1, piece).number(3, type).bytes());
  };
  add("<unk>", kUnknown);
  add("<s>", kControl);
  add("</s>", kControl);
  for (const char* piece : {"\u2581", "a", "b", "c"}) add(piece, kNormal);
  return model.text(2, ProtoWriter().number(3, 2).bytes()).bytes();
}

}  // namespace

void fuzz(const std::string& input) {
  static const auto model = put_file("tokenizer.model", small_model());
  const auto parts = parts_of(input, 5);
  put_file("tokenizer_config.json", parts[0]);
  put_file("added_tokens.json", parts[1]);
  put_file("special_tokens_map.json", parts[2]);
  put_file("generation_config.json", parts[3]);
  const Tokenizer tokenizer(scratch_folder());
  const auto ids = tokenizer.encode_with_special_tokens(parts[4]);
  tokenizer.decode(ids);
  for (const auto id : ids) tokenizer.bytes(id);
  for (const auto id : tokenizer.end_ids()) tokenizer.piece(id);
}

}  // namespace mola
