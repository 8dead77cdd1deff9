#include <gtest/gtest.h>

#include "mola/adapters/adapters.h"
#include "mola/io/adapter.h"
#include "mola/io/pretrained.h"
#include "mola/model/builders.h"
#include "support/fixture.h"
#include "support/tensors.h"
#include "support/tiny_llama.h"

namespace mola {
namespace {

using nlohmann::json;

AdapterSpec pissa(const std::string& type) {
  AdapterSpec spec;
  spec.type = type;
  spec["rank"] = 2;
  spec["alpha"] = 6;
  spec["init"] = "pissa";
  return spec;
}

AdapterSpec pissa_mola(const std::string& allocation) {
  auto spec = pissa("mola");
  spec["allocation"] = allocation;
  return spec;
}

class PissaAdapter : public testing::Test {
 protected:
  // A new adapter on the base, which is in the folder too.
  Llama start(const AdapterSpec& spec, torch::Dtype dtype = torch::kFloat) {
    write_llama(base_folder_, tiny_llama_config(), random_llama(tiny_llama_config()));
    base_ = load_pretrained(base_folder_.path(), "", dtype);
    auto model = share_base(base_, resolve(spec, 2));
    start_adapter(model, base_folder_.path(), {});
    model->eval();
    return model;
  }

  // Moves everything that is trained, as steps would.
  static void train(Llama& model) {
    torch::NoGradGuard no_grad;
    for (auto& parameter : model->parameters()) {
      if (parameter.requires_grad()) parameter.add_(torch::randn_like(parameter), 0.2);
    }
  }

  torch::Tensor logits(Llama& model) { return model->logits(model->forward(ids_)).detach(); }

  TempFolder base_folder_;
  TempFolder folder_;
  Llama base_{nullptr};
  torch::Tensor ids_ = torch::tensor({{1, 5, 7, 3}, {1, 9, 2, 15}});
};

TEST_F(PissaAdapter, IsPutOnTheBaseAsItWas) {
  auto ranks = pissa("lora");
  ranks["rank"] = std::vector<int64_t>{2, 1};
  auto targets = pissa_mola("35");
  targets["target_modules"] = std::vector<std::string>{"k_proj", "gate_proj"};
  const std::vector<AdapterSpec> specs = {pissa_mola("24"), pissa_mola("03"), targets,
                                          pissa_mola(R"({"attention": [1, 4], "mlp": "2"})"),
                                          ranks};
  for (size_t i = 0; i < specs.size(); ++i) {
    auto model = start(specs[i]);
    const auto of_base = logits(base_);
    EXPECT_LT(relative_error(logits(model), of_base), 1e-5) << i;
    train(model);
    const auto expected = logits(model);
    EXPECT_GT(relative_error(expected, of_base), 0.01) << i;
    const auto name = folder_.path(std::to_string(i));
    save_adapter(model, name);
    auto again = load_pretrained(base_folder_.path(), name);
    EXPECT_LT(relative_error(logits(again), expected), 1e-5) << i;
    EXPECT_EQ(again->adapter.type, model->adapter.type);
    EXPECT_EQ(again->adapter.init, Init::kPissa);
    EXPECT_EQ(again->adapter.rank, model->adapter.rank);
    EXPECT_EQ(again->adapter.alpha, 6);
    expect_same(logits(base_), of_base);
  }
}

// The residual is rounded to the base's dtype once, in the same way each time.
TEST_F(PissaAdapter, IsTheSameOnABaseInBf16) {
  for (const auto& spec : {pissa_mola("24"), pissa("lora")}) {
    auto model = start(spec, torch::kBFloat16);
    EXPECT_LT(relative_error(logits(model), logits(base_)), 0.03);
    train(model);
    save_adapter(model, folder_.path("a"));
    auto again = load_pretrained(base_folder_.path(), folder_.path("a"), torch::kBFloat16);
    expect_same(logits(again), logits(model));
    std::filesystem::remove_all(folder_.path("a"));
  }
}

TEST_F(PissaAdapter, CanBeReadTwice) {
  auto model = start(pissa_mola("24"));
  train(model);
  save_adapter(model, folder_.path("a"));
  const auto expected = logits(model);
  load_adapter(model, folder_.path("a"));
  expect_same(logits(model), expected);
}

TEST_F(PissaAdapter, OfMolaHasTheInitialFactorsOnceForEachProjection) {
  auto spec = pissa_mola("02");
  spec["target_modules"] = std::vector<std::string>{"down_proj"};
  auto model = start(spec);
  save_adapter(model, folder_.path());
  std::map<std::string, std::vector<int64_t>> shapes;
  for (const auto& [name, tensor] : load_safetensors(folder_.path("adapter_model.safetensors"))) {
    shapes[name] = tensor.sizes().vec();
  }
  const std::string down = "base_model.model.model.layers.1.mlp.down_proj.";
  EXPECT_EQ(shapes, (std::map<std::string, std::vector<int64_t>>{
                        {down + "lora_A_0.weight", {2, 12}},
                        {down + "lora_A_1.weight", {2, 12}},
                        {down + "lora_A_init.weight", {2, 12}},
                        {down + "lora_B_0.weight", {8, 2}},
                        {down + "lora_B_1.weight", {8, 2}},
                        {down + "lora_B_init.weight", {8, 2}},
                        {down + "router.router.weight", {2, 12}}}));
  EXPECT_EQ(read_json(folder_.path("adapter_config.json"))["mola"]["init"], "pissa");
}

// A fresh one changes nothing: to PEFT its halves cancel out.
TEST_F(PissaAdapter, OfLoraIsAPlainOneOfTwiceTheRankToPeft) {
  auto spec = pissa("lora");
  spec["rank"] = std::vector<int64_t>{2, 1};
  spec["target_modules"] = std::vector<std::string>{"up_proj"};
  auto model = start(spec);
  save_adapter(model, folder_.path());
  const json config = read_json(folder_.path("adapter_config.json"));
  EXPECT_EQ(config["r"], 4);
  EXPECT_EQ(config["rank_pattern"], (json{{"layers.1.mlp.up_proj", 2}}));
  EXPECT_EQ(config["lora_alpha"], 12);
  EXPECT_EQ(config["init_lora_weights"], true);
  EXPECT_EQ(config["mola"]["type"], "lora");
  EXPECT_EQ(config["mola"]["rank"], (json{2, 1}));
  EXPECT_EQ(config["mola"]["alpha"], 6);

  const auto tensors = load_safetensors(folder_.path("adapter_model.safetensors"));
  const std::string up = "base_model.model.model.layers.0.mlp.up_proj.";
  const auto& A = tensors.at(up + "lora_A.weight");
  const auto& B = tensors.at(up + "lora_B.weight");
  EXPECT_EQ(A.sizes(), (std::vector<int64_t>{4, 8}));
  EXPECT_EQ(B.sizes(), (std::vector<int64_t>{12, 4}));
  EXPECT_LT(B.mm(A).abs().max().item<double>(), 1e-5);
  EXPECT_GT(B.narrow(1, 0, 2).mm(A.narrow(0, 0, 2)).abs().max().item<double>(), 0.1);
}

TEST_F(PissaAdapter, GivesTheBaseBackWhereItIsSwitchedOff) {
  auto model = start(pissa_mola("24"));
  train(model);
  const auto expected = logits(model);
  for (int times = 0; times < 2; ++times) model->use_adapter(false);
  EXPECT_LT(relative_error(logits(model), logits(base_)), 1e-5);
  model->use_adapter(true);
  EXPECT_LT(relative_error(logits(model), expected), 1e-5);
}

TEST_F(PissaAdapter, IsWhatARunStartsFrom) {
  auto model = start(pissa_mola("24"));
  train(model);
  save_adapter(model, folder_.path("a"));
  ModelConfig base;
  base.path = base_folder_.path();
  base.dtype = "f32";
  base.device = "cpu";
  AdapterSpec spec;
  spec.init_from = folder_.path("a");
  auto next = load_for_training(base, resolve_adapter(spec, 2), spec.init_from);
  next->eval();
  EXPECT_LT(relative_error(logits(next), logits(model)), 1e-5);
}

}  // namespace
}  // namespace mola
