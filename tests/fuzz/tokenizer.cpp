// The bytes of a tokenizer.model, and a text that it encodes.
#include "mola/data/tokenizer.h"

#include "fuzz/fuzz.h"
#include "mola/data/text_stream.h"

namespace mola {

void fuzz(const std::string& input) {
  const auto parts = parts_of(input, 2);
  const auto tokenizer = Tokenizer::from_bytes(parts[0], "tokenizer.model");
  TextStream stream(tokenizer, {"stop"});
  for (int64_t id = 0; id < tokenizer.num_ids(); ++id) {
    tokenizer.piece(id);
    stream.push(id);
  }
  stream.finish();
  tokenizer.decode(tokenizer.encode(parts[1]));
  tokenizer.decode(tokenizer.encode_with_special_tokens(parts[1]));
}

}  // namespace mola
