#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/added_tokens.h"

namespace mola {

/// The id of a token that a file names by its text alone: that of the piece with this text or, if
/// there is none, a new one.
constexpr int64_t kIdOfItsText = -1;

/// The contents of the JSON files next to a tokenizer.model, as transformers' LlamaTokenizer and
/// its generation read them.
struct TokenizerSettings {
  bool adds_bos = true;   ///< add_bos_token
  bool is_legacy = true;  ///< legacy: text behind an added token gets a space in front too
  std::string bos = "";   ///< bos_token; empty: that of tokenizer.model
  std::string eos = "";   ///< eos_token; empty: that of tokenizer.model
  std::vector<AddedToken> added;
  std::vector<int64_t> end_ids;  ///< eos_token_id of generation_config.json or config.json
  std::string end_ids_place;     ///< the file and key
};

/// The path of the tokenizer.model that `place` is, or that is in this folder. Throws `Error` if
/// there is none, or only a tokenizer.json, and above 100 MB.
std::string tokenizer_model_file(const std::string& place);

/// Reads tokenizer_config.json, added_tokens.json, special_tokens_map.json, generation_config.json
/// and config.json in `folder`, each if it is there. Throws `Error` naming the file and the key.
TokenizerSettings read_tokenizer_settings(const std::string& folder);

}  // namespace mola
