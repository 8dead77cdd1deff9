#include "data/preview.h"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace mola {
namespace {

nlohmann::ordered_json to_json(const Example& example) {
  return {{"prompt", example.prompt}, {"response", example.response}};
}

}  // namespace

std::string preview_json(const Example& example) { return to_json(example).dump(); }

std::string preview_json(const Example& example, const Sequence& sequence,
                         const Tokenizer& tokenizer) {
  auto json = to_json(example);
  json["input_ids"] = sequence.input_ids;
  for (const int64_t id : sequence.input_ids) json["pieces"].push_back(tokenizer.piece(id));
  json["labels"] = sequence.labels;
  return json.dump();
}

std::string preview_tokens(const Sequence& sequence, const Tokenizer& tokenizer) {
  std::string text;
  for (size_t t = 0; t < sequence.input_ids.size(); ++t) {
    const int64_t id = sequence.input_ids[t];
    char start[64];
    std::snprintf(start, sizeof(start), "%5zu %7lld %c ", t, static_cast<long long>(id),
                  is_target(sequence, t) ? '*' : ' ');
    text += start + tokenizer.piece(id) + "\n";
  }
  return text;
}

}  // namespace mola
