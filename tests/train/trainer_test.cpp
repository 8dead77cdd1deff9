#include "mola/train/trainer.h"

#include <gtest/gtest.h>

#include "support/fixture.h"
#include "support/reference_run.h"
#include "support/tensors.h"

namespace mola {
namespace {

TEST(Trainer, FollowsTheReferenceRun) {
  ReferenceRun run;
  Trainer trainer(run.model, run.loader, run.train());
  trainer.run([&](const Trainer::Step& step) {
    const auto& expected = run.values["trajectory"][step.number - 1];
    EXPECT_NEAR(step.loss.item<double>(), expected["loss"].get<double>(), 1e-5);
    EXPECT_NEAR(step.balance_loss.item<double>(), expected["balance_loss"].get<double>(), 1e-5);
    EXPECT_NEAR(step.grad_norm.item<double>(), expected["grad_norm"].get<double>(), 1e-5);
    EXPECT_NEAR(step.learning_rate, expected["learning_rate"].get<double>(), 1e-12);
    return true;
  });
  const auto expected = load_safetensors(reference("mola/expected.safetensors"));
  for (const auto& [name, tensor] : adapter_tensors(run.model)) {
    EXPECT_LT(relative_error(tensor, expected.at("after." + name)), 1e-5) << name;
  }
}

TEST(Trainer, TrainsTheAdapterOnly) {
  ReferenceRun run;
  std::map<std::string, torch::Tensor> frozen;
  for (const auto& item : run.model->named_parameters()) {
    if (!item.value().requires_grad()) frozen[item.key()] = item.value().clone();
  }
  Trainer(run.model, run.loader, run.train()).run();
  ASSERT_FALSE(frozen.empty());
  for (const auto& [name, before] : frozen) {
    expect_same(run.model->named_parameters()[name], before, name);
    EXPECT_FALSE(run.model->named_parameters()[name].grad().defined()) << name;
  }
}

// How micro-batches are cut, and what is computed twice, changes nothing of a step but rounding.
TEST(Trainer, PackingAndRecomputeGiveTheSameSteps) {
  struct Result {
    std::vector<double> losses;
    std::vector<double> norms;
  };
  const auto train = [](int64_t packed_tokens, bool recompute) {
    ReferenceRun run;
    auto options = run.loader_options();
    options.packed_tokens = packed_tokens;
    const Loader loader(ReferenceRun::load_rows(), options);
    auto config = run.train();
    config.balance_coefficient = 0;  // that loss is a mean over micro-batches
    config.gradient_checkpointing = recompute;
    Result result;
    Trainer(run.model, loader, config).run([&](const Trainer::Step& step) {
      result.losses.push_back(step.loss.item<double>());
      result.norms.push_back(step.grad_norm.item<double>());
      return true;
    });
    return result;
  };
  const auto expected = train(0, false);
  for (const auto& found : {train(1000, false), train(12, false), train(0, true)}) {
    ASSERT_EQ(found.losses.size(), expected.losses.size());
    for (size_t i = 0; i < expected.losses.size(); ++i) {
      EXPECT_NEAR(found.losses[i], expected.losses[i], 1e-5) << i;
      EXPECT_NEAR(found.norms[i], expected.norms[i], 1e-5) << i;
    }
  }
}

// Every token picks K experts in each projection that has a router; those with the most experts of
// their layer count.
TEST(Trainer, CountsThePicksOfAStep) {
  ReferenceRun run;
  std::map<int64_t, std::map<int64_t, int64_t>> by_experts;  // layer -> E -> sum of K
  for (const auto& place : run.model->projections()) {
    const auto& mixture = place.mixture();
    if (!mixture || !mixture->router) continue;
    by_experts[place.layer][mixture->options.num_experts()] += mixture->options.top_k();
  }
  std::map<int64_t, int64_t> picks_of_a_token;  // by layers
  for (const auto& [layer, picks] : by_experts) picks_of_a_token[layer] = picks.rbegin()->second;
  ASSERT_FALSE(picks_of_a_token.empty());
  auto train = run.train();
  train.max_steps = 2;
  Trainer(run.model, run.loader, train).run([&](const Trainer::Step& step) {
    EXPECT_EQ(step.picks.size(), picks_of_a_token.size());
    for (const auto& [layer, picks] : step.picks) {
      EXPECT_EQ(picks.sum().item<double>(), step.tokens * picks_of_a_token.at(layer)) << layer;
    }
    return true;
  });
}

TEST(Trainer, StopsWhereOnStepSaysSoAndContinues) {
  ReferenceRun whole, stopped;
  Trainer(whole.model, whole.loader, whole.train()).run();

  Trainer trainer(stopped.model, stopped.loader, stopped.train());
  std::vector<int64_t> steps;
  const auto until_second = [&](const Trainer::Step& step) {
    steps.push_back(step.number);
    return step.number != 2;
  };
  EXPECT_FALSE(trainer.run(until_second));
  EXPECT_EQ(steps, (std::vector<int64_t>{1, 2}));
  EXPECT_FALSE(stopped.model->is_training());
  EXPECT_TRUE(trainer.run(until_second));
  EXPECT_EQ(static_cast<int64_t>(steps.size()), trainer.total_steps());
  const auto expected = adapter_tensors(whole.model);
  for (const auto& [name, tensor] : adapter_tensors(stopped.model)) {
    expect_same(tensor, expected.at(name), name);
  }
}

TEST(Trainer, CountsStepsByEpochsUnlessToldOtherwise) {
  ReferenceRun run;  // 24 rows, 4 a step
  TrainConfig train;
  train.epochs = 3;
  EXPECT_EQ(Trainer(run.model, run.loader, train).total_steps(), 18);
  train.max_steps = 5;
  EXPECT_EQ(Trainer(run.model, run.loader, train).total_steps(), 5);
}

}  // namespace
}  // namespace mola
