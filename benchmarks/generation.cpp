#include "generation.h"

#include <torch/types.h>

#include <chrono>

#include "products.h"

namespace mola {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

std::vector<std::vector<int64_t>> random_prompts(int64_t vocab_size, int64_t batch,
                                                 int64_t prompt_tokens) {
  std::vector<std::vector<int64_t>> prompts;
  for (int64_t b = 0; b < batch; ++b) {
    const auto ids = torch::randint(vocab_size, {prompt_tokens}, torch::kLong);
    prompts.emplace_back(ids.data_ptr<int64_t>(), ids.data_ptr<int64_t>() + prompt_tokens);
  }
  return prompts;
}

}  // namespace

// All prompts are complete at the first token of the last sequence. Tokens are read on the CPU, so
// the device has finished by then.
GenerationSpeed time_generation(Llama& model, int64_t batch, int64_t prompt_tokens,
                                int64_t new_tokens, int64_t rounds) {
  const auto prompts = random_prompts(model->config.vocab_size, batch, prompt_tokens);
  GenerationOptions options;
  options.batch_size = batch;
  options.max_new_tokens = new_tokens;
  std::vector<double> prompt_speeds, decoding_speeds;
  for (int64_t round = 0; round <= rounds; ++round) {
    const auto start = Clock::now();
    auto prompts_done = start;
    int64_t tokens = 0;
    const auto on_token = [&](size_t, int64_t) {
      if (++tokens == batch) prompts_done = Clock::now();
      return true;
    };
    generate_tokens(model, prompts, options, /*end_ids=*/{}, on_token, [](size_t, Ending) {});
    const auto end = Clock::now();
    if (round == 0) continue;
    prompt_speeds.push_back(static_cast<double>(batch * prompt_tokens) /
                            seconds_between(start, prompts_done));
    decoding_speeds.push_back(static_cast<double>(tokens - batch) /
                              seconds_between(prompts_done, end));
  }
  return {median(prompt_speeds), median(decoding_speeds)};
}

}  // namespace mola
