#include "mola/io/base_model.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "mola/base/error.h"
#include "mola/io/pretrained.h"
#include "mola/model/builders.h"
#include "support/base_weights.h"
#include "support/tensors.h"
#include "support/tiny_llama.h"
#include "support/tiny_tokenizer.h"

namespace mola {
namespace {

void expect_loaded(Llama model, const TensorMap& expected) {
  const auto found = base_weights(model);
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& [name, tensor] : expected) expect_same(found.at(name), tensor, name);
}

class BaseModel : public testing::Test {
 protected:
  std::string write() { return write_llama(folder_, config_, tensors_); }

  // Writes the tensors into two shards with an index, instead of into one file.
  nlohmann::json write_shards() {
    folder_.write("config.json", config_text(config_));
    TensorMap shards[2];
    nlohmann::json map;
    for (const auto& [name, tensor] : tensors_) {
      const size_t shard = map.size() % 2;
      shards[shard][name] = tensor;
      map[name] = shard == 0 ? "a.safetensors" : "b.safetensors";
    }
    save_safetensors(folder_.path("a.safetensors"), shards[0]);
    save_safetensors(folder_.path("b.safetensors"), shards[1]);
    return {{"metadata", {{"total_size", 0}}}, {"weight_map", map}};
  }

  std::string write_index(const nlohmann::json& index) {
    return folder_.write("model.safetensors.index.json", index.dump());
  }

  std::string message() {
    const std::string text = message_of<Error>([&] { load_pretrained(folder_.path()); });
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    return text;
  }

  TempFolder folder_;
  LlamaConfig config_ = tiny_llama_config();
  TensorMap tensors_ = random_llama(config_);
};

TEST_F(BaseModel, IsLoadedFromOneFile) {
  const auto model = load_pretrained(write());
  expect_loaded(model, tensors_);
  EXPECT_FALSE(model->is_training());
  for (const auto& parameter : model->parameters()) EXPECT_FALSE(parameter.requires_grad());
}

TEST_F(BaseModel, IsLoadedFromShards) {
  write_index(write_shards());
  expect_loaded(load_pretrained(folder_.path()), tensors_);
}

TEST_F(BaseModel, IsLoadedFromHalfPrecisionWithoutLoss) {
  for (const auto dtype : {torch::kHalf, torch::kBFloat16}) {
    const auto rounded = in_dtype(tensors_, dtype);
    write_llama(folder_, config_, rounded);
    expect_loaded(load_pretrained(folder_.path()), in_dtype(rounded, torch::kFloat));
  }
}

TEST_F(BaseModel, IsLoadedIntoBf16) {
  const auto rounded = in_dtype(tensors_, torch::kBFloat16);
  expect_loaded(load_pretrained(write(), "", torch::kBFloat16), rounded);
  write_llama(folder_, config_, rounded);
  expect_loaded(load_pretrained(folder_.path(), "", torch::kBFloat16), rounded);
}

TEST_F(BaseModel, ComesBackToTheBitFromWhereItWasSaved) {
  config_.rope_theta = 500000;
  config_.rms_norm_eps = 1e-5;
  config_.max_position_embeddings = 77;
  config_.rope_scaling = {RopeScaling::Type::kLlama3, 8, 2, 6, 32};
  folder_.write("tokenizer.model", tiny_tokenizer_model());
  const Tokenizer tokenizer(folder_.path());
  for (const bool tied : {false, true}) {
    config_.tie_word_embeddings = tied;
    if (tied) tensors_.erase("lm_head.weight");
    for (const auto dtype : {torch::kFloat, torch::kBFloat16}) {
      auto model = load_pretrained(write(), "", dtype);
      model->config = config_;
      const auto saved = folder_.path("saved");
      save_base_model(model, tokenizer, saved);
      expect_loaded(load_pretrained(saved, "", dtype), in_dtype(tensors_, dtype));
      EXPECT_EQ(load_safetensors(saved + "/model.safetensors").size(), tensors_.size());
      EXPECT_EQ(folder_.read("saved/tokenizer.model"), tiny_tokenizer_model());
      const auto config = read_llama_config(saved);
      EXPECT_EQ(llama_config_text(config, "float32", 1, 2),
                llama_config_text(config_, "float32", 1, 2));
    }
  }
}

TEST_F(BaseModel, IsSavedWithTheConfigAndTokenizerOfItsSource) {
  for (const auto dtype : {torch::kFloat, torch::kBFloat16}) {
    auto model = load_pretrained(write(), "", dtype);
    const auto saved = folder_.path("saved");
    save_base_model(model, folder_.path(), saved);
    EXPECT_EQ(names_in(saved), (std::vector<std::string>{"config.json", "model.safetensors"}));
    expect_loaded(load_pretrained(saved, "", dtype), in_dtype(tensors_, dtype));
    EXPECT_EQ(stored_dtype(saved), dtype);
    std::filesystem::remove_all(saved);
  }
  const std::string tokenizer = R"({"tokenizer_class": "LlamaTokenizer"})";
  folder_.write("tokenizer_config.json", tokenizer);
  folder_.write("notes.txt", "mine");
  auto config = nlohmann::json::parse(config_text(config_));
  config["eos_token_id"] = {2, 3};
  config["dtype"] = "float16";
  auto model = load_pretrained(folder_.path());
  folder_.write("config.json", config.dump());
  const auto saved = folder_.path("saved");
  save_base_model(model, folder_.path(), saved);
  EXPECT_EQ(names_in(saved), (std::vector<std::string>{"config.json", "model.safetensors",
                                                       "tokenizer_config.json"}));
  EXPECT_EQ(folder_.read("saved/tokenizer_config.json"), tokenizer);
  config["dtype"] = "float32";
  EXPECT_EQ(nlohmann::json::parse(folder_.read("saved/config.json")), config);
}

TEST_F(BaseModel, HasNoHeadOfItsOwnWhereItIsTied) {
  config_.tie_word_embeddings = true;
  tensors_.erase("lm_head.weight");
  auto model = load_pretrained(write());
  expect_loaded(model, tensors_);
  EXPECT_TRUE(model->head_weight().is_same(model->embed_tokens));
}

TEST_F(BaseModel, PassesOverWhatIsDerived) {
  const auto expected = tensors_;
  tensors_["model.layers.0.self_attn.rotary_emb.inv_freq"] = torch::ones({1});
  expect_loaded(load_pretrained(write()), expected);

  config_.tie_word_embeddings = true;  // some save the tied head all the same
  const auto model = load_pretrained(write());
  EXPECT_FALSE(model->lm_head.defined());
}

TEST_F(BaseModel, NamesAMissingTensor) {
  const std::string up = "model.layers.1.mlp.up_proj.weight";
  tensors_.erase(up);
  write();
  EXPECT_EQ(message(), folder_.path("model.safetensors") + ": has no tensor '" + up + "'");
  std::filesystem::remove(folder_.path("model.safetensors"));
  const std::string index = write_index(write_shards());
  EXPECT_EQ(message(), index + ": has no tensor '" + up + "'");
}

TEST_F(BaseModel, NamesATensorOfAnotherShape) {
  tensors_["model.layers.0.self_attn.k_proj.weight"] = torch::ones({6, 8});
  write();
  EXPECT_EQ(message(), folder_.path("model.safetensors") +
                           ": tensor 'model.layers.0.self_attn.k_proj.weight' has the shape [6, "
                           "8], expected [2, 8]");
}

TEST_F(BaseModel, NamesATensorWithoutAPlace) {
  tensors_["model.layers.2.input_layernorm.weight"] = torch::ones({8});
  write();
  EXPECT_EQ(message(), folder_.path("model.safetensors") +
                           ": tensor 'model.layers.2.input_layernorm.weight' has no place in a "
                           "LLaMA of this config.json");
}

TEST_F(BaseModel, NamesMissingFiles) {
  const std::string reason = ": cannot be read: No such file or directory";
  EXPECT_EQ(message(), folder_.path("config.json") + reason);
  folder_.write("config.json", config_text(config_));
  EXPECT_EQ(message(), folder_.path("model.safetensors") + reason);

  auto index = write_shards();
  index["weight_map"]["model.norm.weight"] = "c.safetensors";
  write_index(index);
  EXPECT_EQ(message(), folder_.path("c.safetensors") + reason);
}

TEST_F(BaseModel, RefusesAnIndexThatIsWrong) {
  auto index = write_shards();
  const std::string path = write_index({{"weight_map", nlohmann::json::object()}});
  const std::string expected = path + ": weight_map: expected an object from tensors to files";
  EXPECT_EQ(message(), expected);
  write_index(nlohmann::json::array());
  EXPECT_EQ(message(), expected);

  // 'lm_head.weight' is the first and in the shard a.
  index["weight_map"]["lm_head.weight"] = "b.safetensors";
  write_index(index);
  EXPECT_EQ(message().find(folder_.path("b.safetensors") + ": has no tensor 'lm_head.weight'"), 0u);
  index["weight_map"]["lm_head.weight"] = 1;
  write_index(index);
  EXPECT_EQ(message(), path + ": weight_map: 'lm_head.weight' names no file");
}

TEST_F(BaseModel, TakesNoShardFromElsewhere) {
  auto index = write_shards();
  folder_.write("model/config.json", config_text(config_));
  for (const std::string name :
       {"../b.safetensors", "sub/b.safetensors", "..", ".", "", "/etc/passwd", "b\n.safetensors"}) {
    index["weight_map"]["lm_head.weight"] = name;
    const std::string path = folder_.write("model/model.safetensors.index.json", index.dump());
    EXPECT_EQ(message_of<Error>([&] { load_pretrained(folder_.path("model")); }),
              path + ": weight_map: found the file " + nlohmann::json(name).dump() +
                  ", expected the name of a file in the same folder");
  }
  index["weight_map"]["lm_head.weight"] = std::string("b.safetensors\0.txt", 18);
  folder_.write("model/model.safetensors.index.json", index.dump());
  EXPECT_NE(message_of<Error>([&] {
              load_pretrained(folder_.path("model"));
            }).find("found the file \"b.safetensors\\u0000.txt\", expected the name"),
            std::string::npos);
}

TEST_F(BaseModel, DoesNotWaitForAPipe) {
  const auto index = write_shards();
  const std::string path = folder_.path("b.safetensors");
  std::filesystem::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  write_index(index);
  EXPECT_EQ(message(), path + ": is not a file");
}

TEST_F(BaseModel, NamesATruncatedFile) {
  write();
  const std::string whole = folder_.read("model.safetensors");
  folder_.write("model.safetensors", whole.substr(0, whole.size() - 4));
  EXPECT_NE(message().find(folder_.path("model.safetensors") + ": tensor "), std::string::npos);
  EXPECT_NE(message().find("lie outside the file's data"), std::string::npos);
}

}  // namespace
}  // namespace mola
