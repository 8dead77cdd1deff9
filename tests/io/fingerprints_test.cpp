#include "io/fingerprints.h"

#include <gtest/gtest.h>

#include <set>

#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "support/text_model.h"
#include "support/tiny_adapter.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

TEST(Fingerprints, OfABaseModelAreOfItsContents) {
  const TempFolder folder;
  write_text_model(folder);
  auto config = tiny_llama_config();
  config.vocab_size = 288;
  auto tensors = random_llama(config);
  std::set<std::string> different = {base_model_fingerprint(folder.path())};

  const TempFolder elsewhere;
  fs::copy(folder.path(), elsewhere.path(), fs::copy_options::recursive);
  elsewhere.write("README.md", "of no effect");
  EXPECT_EQ(base_model_fingerprint(elsewhere.path()), *different.begin());

  folder.write("generation_config.json", "{\"eos_token_id\":3}");
  different.insert(base_model_fingerprint(folder.path()));
  folder.write("tokenizer.model", folder.read("tokenizer.model") + "x");
  different.insert(base_model_fingerprint(folder.path()));
  for (const std::string name : {"model.embed_tokens.weight", "lm_head.weight"}) {
    tensors[name][0][0].add_(1);
    write_llama(folder, config, tensors);
    different.insert(base_model_fingerprint(folder.path()));
  }
  EXPECT_EQ(different.size(), 5u);
}

TEST(Fingerprints, OfAnAdapterAreOfAllItsBytes) {
  const TempFolder folder;
  AdapterSpec spec;
  spec["allocation"] = "2";
  auto model = tiny_model(resolve(spec, 2));
  save_adapter(model, folder.path("a"));
  const auto whole = adapter_fingerprint(folder.path("a"));
  fs::rename(folder.path("a"), folder.path("b"));
  EXPECT_EQ(adapter_fingerprint(folder.path("b")), whole);

  auto bytes = folder.read("b/adapter_model.safetensors");
  bytes.back() = static_cast<char>(bytes.back() + 1);
  folder.write("b/adapter_model.safetensors", bytes);
  EXPECT_NE(adapter_fingerprint(folder.path("b")), whole);
  EXPECT_EQ(message_of<Error>([&] { adapter_fingerprint(folder.path("a")); }),
            "adapter " + folder.path("a") + ": no such folder");
}

}  // namespace
}  // namespace mola
