#include "data/tokenizer_settings.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "base/excerpt.h"
#include "base/json_file.h"
#include "config/json_reader.h"
#include "mola/base/error.h"
#include "mola/base/log.h"

namespace mola {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// The order in which transformers gives new ids.
constexpr const char* kSpecialKeys[] = {
    "bos_token", "eos_token", "unk_token",  "sep_token",
    "pad_token", "cls_token", "mask_token", "additional_special_tokens"};

const std::string kExpectedId =
    "expected a whole number from 0 to " + std::to_string(kLargestInteger);

constexpr uintmax_t kLargestFile = 100'000'000;  // those of large vocabularies have 10 MB

// A JSON file, which is an empty object if it is not there.
struct OptionalFile {
  explicit OptionalFile(const std::string& path) : source{path, {}, {}} {
    if (fs::exists(path)) object = read_json_file(path);
  }
  JsonReader reader() { return {object, source, ""}; }

  ConfigSource source;
  json object = json::object();
};

int64_t read_id(const JsonReader& reader, const std::string& key, const json& found) {
  const int64_t id = is_whole_number(found) ? found.get<int64_t>() : -1;
  if (id < 0 || id > kLargestInteger) {
    reader.refuse(key, "found " + excerpt(found.dump()) + ", " + kExpectedId);
  }
  return id;
}

// A token is its text, or an object such as {"content": "<|im_end|>", "lstrip": false}.
AddedToken read_token(const json& value, ConfigSource& source, const std::string& key, int64_t id) {
  if (value.is_string()) return {value.get<std::string>(), id};
  if (!value.is_object()) {
    fail(source.file, ": ", key, ": found ", excerpt(value.dump()),
         ", expected the text of a token");
  }
  const JsonReader reader(value, source, key);
  const json text = reader.any("content");
  if (!text.is_string()) {
    reader.refuse("content", "found " + excerpt(text.dump()) + ", expected the text of a token");
  }
  if (reader.boolean("single_word").value_or(false)) {
    log_warning(source.file + ": " + key + ".single_word: is not supported; " +
                text.get<std::string>() + " is found within words too");
  }
  return {text.get<std::string>(), id, reader.boolean("special").value_or(false),
          reader.boolean("lstrip").value_or(false), reader.boolean("rstrip").value_or(false)};
}

// Keeps the id of a token that is there already.
void add(const AddedToken& token, const std::string& place, TokenizerSettings& settings) {
  if (token.text.empty()) {
    log_warning(place + ": found a token without text, which is not used");
    return;
  }
  auto& added = settings.added;
  const auto same = std::find_if(added.begin(), added.end(),
                                 [&](const AddedToken& other) { return other.text == token.text; });
  if (same == added.end()) {
    added.push_back(token);
  } else {
    same->is_special = same->is_special || token.is_special;
  }
}

// {"512": {"content": "<|im_end|>", ...}, ...}
void read_decoder(const json& decoder, ConfigSource& source, TokenizerSettings& settings) {
  const std::string key = "added_tokens_decoder";
  const JsonReader reader(decoder, source, key);
  for (const auto& [number, token] : decoder.items()) {
    int64_t id = 0;
    const char* const end = number.data() + number.size();
    const auto [rest, problem] = std::from_chars(number.data(), end, id);
    if (problem != std::errc() || rest != end || id < 0 || id > kLargestInteger) {
      reader.refuse(excerpt(number), "is no id of a token, " + kExpectedId);
    }
    const auto place = key + "." + number;
    add(read_token(token, source, place, id), source.file + ": " + place, settings);
  }
}

// {"<|im_end|>": 512, ...}
void read_ids(OptionalFile file, TokenizerSettings& settings) {
  const auto reader = file.reader();
  std::map<int64_t, std::string> texts;
  for (const auto& [text, number] : file.object.items()) {
    const int64_t id = read_id(reader, excerpt(text), number);
    if (text.empty()) fail(file.source.file, ": found the id ", id, " of a token without text");
    const auto [other, is_new] = texts.emplace(id, text);
    if (!is_new) {
      reader.refuse(excerpt(text), "found the id " + std::to_string(id) + ", which '" +
                                       excerpt(other->second) + "' has too");
    }
    add({text, id}, file.source.file, settings);
  }
}

void read_special(OptionalFile& file, const std::string& key, TokenizerSettings& settings) {
  const json value = file.reader().any(key);
  if (value.is_null()) return;
  for (const json& item : value.is_array() ? value : json::array({value})) {
    auto token = read_token(item, file.source, key, kIdOfItsText);
    token.is_special = true;
    add(token, file.source.file + ": " + key, settings);
    if (key == "bos_token") settings.bos = token.text;
    if (key == "eos_token") settings.eos = token.text;
  }
}

// eos_token_id is a number or a list.
void read_end_ids(const std::string& folder, TokenizerSettings& settings) {
  const std::string key = "eos_token_id";
  for (const char* name : {"/generation_config.json", "/config.json"}) {
    OptionalFile file(folder + name);
    const auto reader = file.reader();
    const json found = reader.any(key);
    if (found.is_null()) continue;
    for (const json& id : found.is_array() ? found : json::array({found})) {
      settings.end_ids.push_back(read_id(reader, key, id));
    }
    settings.end_ids_place = folder + name + ": " + key;
    return;
  }
}

std::string find_model_file(const std::string& place) {
  const std::string expected = ", expected the folder of a model or its tokenizer.model";
  const std::string is_byte_level =
      ": byte-level BPE tokenizers are not supported, expected sentencepiece's tokenizer.model";
  std::error_code ignored;
  if (!fs::exists(place, ignored)) fail(place, ": no such file or folder", expected);
  if (!fs::is_directory(place, ignored)) {
    const fs::path file = place;
    if (file.filename() == "tokenizer.json") fail(place, is_byte_level);
    if (file.extension() == ".json") fail(place, ": is a JSON file", expected);
    return place;
  }
  const fs::path model = fs::path(place) / "tokenizer.model";
  const fs::path json = fs::path(place) / "tokenizer.json";
  if (fs::exists(model, ignored)) return model.string();
  if (fs::exists(json, ignored)) fail(json.string(), is_byte_level);
  fail(model.string(), ": no such file, but the tokenizer is read from it");
}

}  // namespace

std::string tokenizer_model_file(const std::string& place) {
  const auto file = find_model_file(place);
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (!error && size > kLargestFile) {
    fail(file, ": has ", size, " bytes, expected at most ", kLargestFile);
  }
  return file;
}

TokenizerSettings read_tokenizer_settings(const std::string& folder) {
  TokenizerSettings settings;
  OptionalFile config(folder + "/tokenizer_config.json");
  OptionalFile map(folder + "/special_tokens_map.json");
  const auto reader = config.reader();
  settings.adds_bos = reader.boolean("add_bos_token").value_or(true);
  settings.is_legacy = reader.boolean("legacy").value_or(true);
  // The other two files are older, and are not read with an added_tokens_decoder.
  const json decoder = reader.any("added_tokens_decoder");
  if (decoder.is_null()) {
    read_ids(OptionalFile(folder + "/added_tokens.json"), settings);
  } else {
    read_decoder(decoder, config.source, settings);
  }
  for (const std::string key : kSpecialKeys) {
    const bool is_in_map = decoder.is_null() && map.object.contains(key);
    read_special(is_in_map ? map : config, key, settings);
  }
  read_end_ids(folder, settings);
  return settings;
}

}  // namespace mola
