#include <gtest/gtest.h>

#include "mola/adapters/adapters.h"
#include "mola/model/builders.h"
#include "mola/model/weights.h"
#include "support/base_weights.h"
#include "support/tensors.h"
#include "support/tiny_llama.h"

namespace mola {
namespace {

AdapterConfig tiny_mola() {
  AdapterSpec spec;
  spec["allocation"] = "02";
  spec["rank"] = 2;
  return resolve(spec, 2);
}

TEST(ShareBase, CopiesNothing) {
  for (const bool tied : {false, true}) {
    auto config = tiny_llama_config();
    config.tie_word_embeddings = tied;
    auto base = build_llama(config, {}, torch::kBFloat16);
    initialize_weights(base);
    auto model = share_base(base, tiny_mola());
    const auto expected = base_weights(base);
    for (const auto& [name, tensor] : base_weights(model)) {
      EXPECT_EQ(tensor.data_ptr(), expected.at(name).data_ptr()) << name;
    }
    const auto ids = torch::tensor({{1, 5, 7}});
    expect_same(model->logits(model->forward(ids)), base->logits(base->forward(ids)));
  }
}

// So one seed gives one adapter, whether its base is its own or shared.
TEST(ShareBase, DrawsTheNumbersOfAModelThatIsBuilt) {
  auto base = build_llama(tiny_llama_config(), {});
  torch::manual_seed(3);
  const auto built = build_llama(tiny_llama_config(), tiny_mola());
  torch::manual_seed(3);
  const auto shared = share_base(base, tiny_mola());
  const auto expected = built->named_parameters();
  for (const auto& item : shared->named_parameters()) {
    if (item.value().requires_grad()) expect_same(item.value(), expected[item.key()], item.key());
  }
}

}  // namespace
}  // namespace mola
