#include "mola/analysis/prune.h"

#include <gtest/gtest.h>

#include "mola/adapters/adapters.h"
#include "mola/analysis/redundancy.h"
#include "mola/base/error.h"
#include "mola/io/adapter.h"
#include "mola/io/base_model.h"
#include "mola/nn/pissa.h"
#include "support/tensors.h"
#include "support/tiny_adapter.h"

namespace mola {
namespace {

using List = std::vector<int64_t>;

TEST(MostUsed, AreInAscendingOrder) {
  EXPECT_EQ(most_used({3, 9, 9, 1}, 2), (List{1, 2}));
  EXPECT_EQ(most_used({3, 9, 9, 1}, 3), (List{0, 1, 2}));
  EXPECT_EQ(most_used({5, 5, 5}, 1), (List{0}));
  EXPECT_EQ(most_used({5, 5}, 0), (List{}));
}

// On a line at 0, 1, 5 and 20: 0 and 1 are closest and 1 is closer to the rest, then 0 and 5.
TEST(LeastRedundant, DropsOneOfTheClosestTwo) {
  const auto at = torch::tensor({0.0, 1.0, 5.0, 20.0}, torch::kDouble);
  const auto distances = (at.unsqueeze(0) - at.unsqueeze(1)).abs();
  EXPECT_EQ(least_redundant(distances, 4), (List{0, 1, 2, 3}));
  EXPECT_EQ(least_redundant(distances, 3), (List{0, 2, 3}));
  EXPECT_EQ(least_redundant(distances, 2), (List{0, 3}));
  EXPECT_EQ(least_redundant(distances, 0), (List{}));
}

AdapterConfig mola_config(const std::string& allocation, const std::string& init = "kaiming") {
  AdapterSpec spec;
  spec["allocation"] = allocation;
  spec["rank"] = 2;
  spec["init"] = init;
  return resolve(spec, 2);
}

Allocation allocation_of(const std::string& text) {
  return Allocation::parse(text, 2, all_projections());
}

torch::Tensor logits_of(Llama& model) {
  torch::NoGradGuard no_grad;
  model->eval();
  return model->logits(model->forward(torch::tensor({{1, 5, 7, 3}})));
}

List first(const ProjectionPlace&, int64_t count) {
  List experts;
  for (int64_t e = 0; e < count; ++e) experts.push_back(e);
  return experts;
}

TEST(Prune, ToAllExpertsChangesNothing) {
  auto model = tiny_model(mola_config("35"));
  auto pruned = prune(model, allocation_of("35"), [](const ProjectionPlace& place, int64_t count) {
    return least_redundant(expert_distances(*place.mixture()).product, count);
  });
  expect_same(logits_of(pruned), logits_of(model));
  EXPECT_EQ(pruned->layers[0]->mlp->down->weight.data_ptr(),
            model->layers[0]->mlp->down->weight.data_ptr());
}

TEST(Prune, KeepsTheChosenExpertsAndTheirRouters) {
  auto model = tiny_model(mola_config("35"));
  auto pruned = prune(model, allocation_of("13"), [](const ProjectionPlace& place, int64_t) {
    return place.layer == 0 ? List{2} : List{0, 2, 4};
  });
  const auto& from = model->layers[1]->self_attn->qkv->mixtures[1];
  const auto& to = pruned->layers[1]->self_attn->qkv->mixtures[1];
  ASSERT_EQ(to->experts.size(), 3);
  for (int64_t e = 0; e < 3; ++e) {
    expect_same(to->experts[e]->lora_A, from->experts[2 * e]->lora_A);
    expect_same(to->experts[e]->lora_B, from->experts[2 * e]->lora_B);
    expect_same(to->router->weight[e], from->router->weight[2 * e]);
  }
  const auto& lone = pruned->layers[0]->mlp->down->mixtures[0];
  expect_same(lone->experts[0]->lora_B,
              model->layers[0]->mlp->down->mixtures[0]->experts[2]->lora_B);
  EXPECT_TRUE(lone->router.is_empty());
  EXPECT_EQ(pruned->adapter.top_k.at("q_proj", 0), 1);
  EXPECT_EQ(pruned->adapter.top_k.at("q_proj", 1), 2);
}

TEST(Prune, IsSavedAndLoaded) {
  TempFolder folder;
  auto model = tiny_model(mola_config("35"));
  auto pruned = prune(model, allocation_of("02"), first);
  save_adapter(pruned, folder.path("adapter"));
  auto again = share_base(model, read_adapter_config(folder.path("adapter"), 2));
  load_adapter(again, folder.path("adapter"));
  expect_same(logits_of(again), logits_of(pruned));
}

// A layer that loses its experts gets back what PiSSA had taken out of its weight.
TEST(Prune, PutsPissasFactorsBack) {
  TempFolder folder;
  write_llama(folder, tiny_llama_config(), random_llama(tiny_llama_config()));
  auto base = build_llama(tiny_llama_config(), {});
  load_base_model(base, folder.path());
  auto model = share_base(base, mola_config("22", "pissa"));
  for (const auto& place : model->projections()) start_pissa(place.group, place.index);
  auto pruned = prune(model, allocation_of("02"), first);
  EXPECT_LT(
      relative_error(pruned->layers[0]->mlp->down->weight, base->layers[0]->mlp->down->weight),
      1e-6);
  EXPECT_LT(relative_error(logits_of(pruned), logits_of(base)), 1e-5);
  save_adapter(pruned, folder.path("adapter"));
  auto again = share_base(base, read_adapter_config(folder.path("adapter"), 2));
  load_adapter(again, folder.path("adapter"));
  EXPECT_LT(relative_error(logits_of(again), logits_of(pruned)), 1e-5);
}

TEST(Prune, RefusesMoreExpertsAndOtherAdapters) {
  auto model = tiny_model(mola_config("35"));
  EXPECT_EQ(message_of<Error>([&] { prune(model, allocation_of("45"), first); }),
            "allocation: found 4 experts for down_proj of layer 0, expected at most the 3 that the "
            "adapter has");
  EXPECT_EQ(message_of<Error>([&] {
              prune(model, allocation_of("33"), [](const ProjectionPlace&, int64_t) {
                return List{0, 2, 1};
              });
            }),
            "layer 0, q_proj: expected 3 experts to keep, from 0 to 2, in ascending order");
  EXPECT_EQ(message_of<Error>([&] { prune(model, allocation_of("00"), first); }),
            "allocation: has no expert in any layer, so nothing of the adapter would be left");
  AdapterSpec lora;
  lora.type = "lora";
  auto other = tiny_model(resolve(lora, 2));
  EXPECT_EQ(message_of<Error>([&] { prune(other, allocation_of("1"), first); }),
            "the adapter has no experts to choose from, expected one of the type mola");
}

}  // namespace
}  // namespace mola
