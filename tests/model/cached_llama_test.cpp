#include <gtest/gtest.h>

#include "mola/adapters/adapters.h"
#include "mola/model/llama.h"
#include "support/fixture.h"
#include "support/tensors.h"
#include "support/tiny_adapter.h"

namespace mola {
namespace {

using torch::Tensor;

AdapterConfig adapter_of(const std::string& allocation) {
  AdapterSpec spec;
  spec["allocation"] = allocation;
  spec["rank"] = 2;
  return resolve(spec, 2);
}

class CachedLlama : public testing::TestWithParam<const char*> {};

// Two sequences of 6 and 4 tokens, token by token after the first 3 and 1.
TEST_P(CachedLlama, EqualsWholeSequences) {
  torch::NoGradGuard no_grad;
  auto model = tiny_model(adapter_of(GetParam()));
  model->eval();
  const auto first = torch::tensor({1, 5, 9, 3, 7, 2}, torch::kLong);
  const auto second = torch::tensor({1, 8, 4, 6}, torch::kLong);
  const auto whole_first = model->forward(first.unsqueeze(0))[0];
  const auto whole_second = model->forward(second.unsqueeze(0))[0];

  auto cache = model->make_cache(2, 4);  // it grows
  const auto prompts = torch::cat({first.narrow(0, 0, 3), second.narrow(0, 0, 1)});
  auto hidden = model->forward_cached(prompts, {0, 3, 4}, {1, 0}, cache);
  EXPECT_LT(relative_error(hidden.narrow(0, 0, 3), whole_first.narrow(0, 0, 3)), 1e-5);
  EXPECT_LT(relative_error(hidden[3], whole_second[0]), 1e-5);
  for (int64_t t = 0; t < 3; ++t) {
    const auto next = torch::stack({second[1 + t], first[3 + t]});
    hidden = model->forward_cached(next, {0, 1, 2}, {0, 1}, cache);
    EXPECT_LT(relative_error(hidden[0], whole_second[1 + t]), 1e-5);
    EXPECT_LT(relative_error(hidden[1], whole_first[3 + t]), 1e-5);
  }
  EXPECT_EQ(cache.lengths, (std::vector<int64_t>{4, 6}));
}

INSTANTIATE_TEST_SUITE_P(Allocations, CachedLlama,
                         testing::Values("24", "10", "[1, 3]",
                                         R"({"attention": "2", "mlp": "03"})"));

TEST(Llama, SwitchesItsAdapterOffAndOn) {
  torch::NoGradGuard no_grad;
  auto model = tiny_model(adapter_of("24"));
  model->eval();
  const auto input_ids = torch::tensor({{1, 5, 9, 3}}, torch::kLong);
  auto base = tiny_model(AdapterConfig{});
  for (auto& item : base->named_parameters()) {
    item.value().copy_(model->named_parameters()[item.key()]);
  }
  const auto with = model->forward(input_ids);
  model->use_adapter(false);
  EXPECT_TRUE(torch::equal(model->forward(input_ids), base->forward(input_ids)));
  model->use_adapter(true);
  EXPECT_TRUE(torch::equal(model->forward(input_ids), with));
  EXPECT_FALSE(torch::equal(base->forward(input_ids), with));
}

// Experts are computed in the base model's dtype, so casting them first changes no bit. Routers are
// computed in fp32.
TEST(Llama, AFrozenAdapterGivesTheSameBits) {
  torch::NoGradGuard no_grad;
  auto model = build_llama(tiny_llama_config(), adapter_of("24"), torch::kBFloat16);
  for (auto& parameter : model->parameters()) parameter.normal_();
  model->eval();
  const auto input_ids = torch::tensor({{1, 5, 9, 3}}, torch::kLong);
  const auto before = model->forward(input_ids);
  model->prepare_for_inference();
  EXPECT_TRUE(torch::equal(model->forward(input_ids), before));
  for (const auto& item : model->named_parameters()) {
    const auto& parameter = item.value();
    const bool is_router = item.key().find("router") != std::string::npos;
    EXPECT_EQ(parameter.scalar_type(), is_router ? torch::kFloat : torch::kBFloat16) << item.key();
    EXPECT_FALSE(parameter.requires_grad());
  }
}

}  // namespace
}  // namespace mola
