#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "mola/io/base_model.h"
#include "mola/model/builders.h"
#include "support/raw_safetensors.h"
#include "support/sanitizers.h"
#include "support/tiny_llama.h"

namespace mola {
namespace {

constexpr double kGiB = 1073741824;

// 1.06 GiB in bf16, in the proportions of a real model.
LlamaConfig large_config() {
  LlamaConfig config;
  config.vocab_size = 16000;
  config.hidden_size = 2048;
  config.intermediate_size = 5632;
  config.num_hidden_layers = 10;
  config.num_attention_heads = 16;
  config.num_key_value_heads = 8;
  config.head_dim = 128;
  return config;
}

// Writes a bf16 checkpoint of zeros that takes no space on the disk, and returns its size.
size_t write_sparse_checkpoint(const TempFolder& folder, const LlamaConfig& config) {
  nlohmann::json header;
  size_t offset = 0;
  const auto tensors =
      llama_tensors(config, [](const auto& shape) { return torch::empty(shape, torch::kMeta); });
  for (const auto& [name, tensor] : tensors) {
    const size_t end = offset + 2 * static_cast<size_t>(tensor.numel());
    header[name] = {
        {"dtype", "BF16"}, {"shape", tensor.sizes().vec()}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  const std::string file =
      folder.write("model.safetensors", raw_safetensors(header.dump(), /*data_size=*/0));
  std::filesystem::resize_file(file, std::filesystem::file_size(file) + offset);
  return offset;
}

// The highest memory of this process so far, in bytes.
double peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes * 1024;
  }
  ADD_FAILURE() << "no VmHWM in /proc/self/status";
  return 0;
}

// Lets the peak begin at what is in use now.
void reset_peak_memory() { std::ofstream("/proc/self/clear_refs") << 5; }

// sentencepiece, in the same program, may not damage what torch needs to throw.
TEST(Memory, ThatDoesNotExistIsAnError) {
#ifdef MOLA_ADDRESS_SANITIZER
  GTEST_SKIP() << "the address sanitizer ends the program instead";
#endif
  const auto message =
      message_of<c10::Error>([] { torch::empty({1125899906842624}, torch::kByte); });
  EXPECT_NE(message.find("can't allocate memory"), std::string::npos) << message;
}

TEST(Memory, PeaksLittleAboveTheModelThatIsLoaded) {
#ifdef MOLA_ADDRESS_SANITIZER
  GTEST_SKIP() << "the address sanitizer keeps memory of its own";
#endif
  const TempFolder folder;
  if (std::filesystem::space(folder.path()).available < 3 * kGiB) {
    GTEST_SKIP() << "less than 3 GiB free in " << folder.path();
  }
  const auto config = large_config();
  const auto size = static_cast<double>(write_sparse_checkpoint(folder, config));
  ASSERT_GE(size, kGiB);

  reset_peak_memory();
  const double before = peak_memory();
  auto model = build_llama(config, AdapterConfig(), torch::kBFloat16);
  load_base_model(model, folder.path());
  const double raised = peak_memory() - before;
  EXPECT_GE(raised, 0.95 * size);  // it is all there
  EXPECT_LE(raised, 1.10 * size);
  RecordProperty("peak_over_size", std::to_string(raised / size));
}

}  // namespace
}  // namespace mola
