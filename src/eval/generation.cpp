#include "mola/eval/generation.h"

#include <torch/types.h>

#include <algorithm>
#include <optional>

#include "eval/context_length.h"
#include "eval/token_batch.h"
#include "mola/base/error.h"
#include "mola/data/text_stream.h"

namespace mola {
namespace {

using torch::Tensor;

// A sequence that is being continued.
struct Running {
  size_t index;
  int64_t slot;
  std::vector<int64_t> tokens;  // prompt and new tokens
  size_t held;                  // of these, those in the cache
  int64_t left;                 // new tokens that may still come
  Sampler sampler;
};

// The logits [B, V] after the last token of each sequence, fp32 on the CPU. Only tokens that are
// not in the cache yet go through the model.
Tensor next_logits(Llama& model, KeyValueCache& cache, std::vector<Running>& sequences) {
  TokenBatch batch;
  for (auto& sequence : sequences) {
    batch.add(sequence.slot, sequence.tokens, sequence.held, sequence.tokens.size());
    sequence.held = sequence.tokens.size();
  }
  const auto hidden = batch.forward(model, cache);
  const auto ends = torch::tensor(batch.offsets, torch::kLong).slice(0, 1).to(hidden.device());
  return model->logits(hidden.index_select(0, ends - 1)).to(torch::kCPU, torch::kFloat);
}

class PromptBatch {
 public:
  PromptBatch(Llama& model, const std::vector<std::vector<int64_t>>& prompts,
              const GenerationOptions& options, const std::vector<int64_t>& end_ids,
              const OnToken& on_token, const OnEnd& on_end)
      : model_(model),
        prompts_(prompts),
        options_(options),
        end_ids_(end_ids),
        on_token_(on_token),
        on_end_(on_end),
        order_(longest_first(prompts)),
        prefix_(shared_prefix(prompts, prompts[order_.back()].size() - 1)),
        slots_(std::min(options.batch_size, static_cast<int64_t>(prompts.size()))),
        // The last slot holds the prefix.
        cache_(model->make_cache(slots_ + 1, capacity_for(prompts[order_[0]].size(), options))) {
    for (int64_t slot = slots_; slot > 0; --slot) free_slots_.push_back(slot - 1);
    if (options.is_done) {
      order_.erase(std::remove_if(order_.begin(), order_.end(), options.is_done), order_.end());
    }
    if (prefix_ == 0) return;
    TokenBatch batch;
    batch.add(slots_, prompts[0], 0, prefix_);
    batch.forward(model, cache_);
  }

  void run() {
    while (next_prompt_ < order_.size() || !running_.empty()) {
      if (options_.before_pass) options_.before_pass();
      // New prompts go through the model separately: whole sequences have a faster path.
      auto fresh = take_prompts();
      if (fresh.empty()) {
        running_ = advance(std::move(running_));
      } else {
        fresh = advance(std::move(fresh));
        std::move(fresh.begin(), fresh.end(), std::back_inserter(running_));
      }
    }
  }

 private:
  static int64_t capacity_for(size_t longest, const GenerationOptions& options) {
    constexpr int64_t kAtFirst = 256;  // room for new tokens at the start
    return static_cast<int64_t>(longest) + std::min(options.max_new_tokens, kAtFirst);
  }

  // Half a batch at a time: a single prompt takes nearly as long.
  std::vector<Running> take_prompts() {
    std::vector<Running> fresh;
    if (2 * static_cast<int64_t>(free_slots_.size()) < slots_) return fresh;
    while (!free_slots_.empty() && next_prompt_ < order_.size()) {
      const auto index = order_[next_prompt_++];
      const int64_t slot = free_slots_.back();
      if (prefix_ > 0) cache_.copy_slot(slots_, slot);
      fresh.push_back({index, slot, prompts_[index], prefix_, options_.max_new_tokens,
                       Sampler(options_.sampling, static_cast<int64_t>(index))});
      free_slots_.pop_back();
    }
    return fresh;
  }

  // One token for each sequence; returns those that continue.
  std::vector<Running> advance(std::vector<Running> sequences) {
    const auto logits = next_logits(model_, cache_, sequences);
    const int64_t vocab = logits.size(1);
    const int64_t tokens = options_.vocab_size > 0 ? std::min(options_.vocab_size, vocab) : vocab;
    std::vector<Running> going_on;
    for (size_t i = 0; i < sequences.size(); ++i) {
      auto& sequence = sequences[i];
      const float* row = logits.const_data_ptr<float>() + static_cast<int64_t>(i) * vocab;
      std::vector<float> row_logits(row, row + tokens);
      const int64_t token = sequence.sampler.next(row_logits, sequence.tokens);
      if (const auto ending = take(sequence, token)) {
        cache_.lengths[sequence.slot] = 0;
        free_slots_.push_back(sequence.slot);
        on_end_(sequence.index, *ending);
      } else {
        going_on.push_back(std::move(sequence));
      }
    }
    return going_on;
  }

  // Adds the token to its sequence; returns the ending if the sequence ends.
  std::optional<Ending> take(Running& sequence, int64_t token) {
    if (std::find(end_ids_.begin(), end_ids_.end(), token) != end_ids_.end()) return Ending::kEos;
    sequence.tokens.push_back(token);
    if (!on_token_(sequence.index, token)) return Ending::kStop;
    if (--sequence.left == 0) return Ending::kLength;
    return std::nullopt;
  }

  Llama& model_;
  const std::vector<std::vector<int64_t>>& prompts_;
  const GenerationOptions& options_;
  const std::vector<int64_t>& end_ids_;
  const OnToken& on_token_;
  const OnEnd& on_end_;
  std::vector<size_t> order_;  // of the prompts
  size_t prefix_;              // tokens of the common prefix of all prompts
  int64_t slots_;
  KeyValueCache cache_;
  std::vector<int64_t> free_slots_;
  std::vector<Running> running_;
  size_t next_prompt_ = 0;  // in order_
};

}  // namespace

void check_generation(const GenerationOptions& options) {
  check_sampling(options.sampling);
  if (options.max_new_tokens < 1) {
    fail("max_new_tokens: found ", options.max_new_tokens, ", expected at least 1");
  }
  if (options.batch_size < 1) {
    fail("batch_size: found ", options.batch_size, ", expected at least 1");
  }
}

void generate_tokens(Llama& model, const std::vector<std::vector<int64_t>>& prompts,
                     const GenerationOptions& options, const std::vector<int64_t>& end_ids,
                     const OnToken& on_token, const OnEnd& on_end) {
  check_generation(options);
  for (size_t i = 0; i < prompts.size(); ++i) {
    if (prompts[i].empty()) fail("prompt ", i, " (from 0) has no tokens, expected at least one");
    const int64_t largest = *std::max_element(prompts[i].begin(), prompts[i].end());
    if (largest < model->config.vocab_size) continue;
    fail("prompt ", i, " (from 0): found the token id ", largest,
         ", expected below the model's vocab_size, ", model->config.vocab_size);
  }
  if (prompts.empty()) return;
  torch::NoGradGuard no_grad;
  PromptBatch(model, prompts, options, end_ids, on_token, on_end).run();
}

std::vector<Generation> generate(Llama& model, const Tokenizer& tokenizer,
                                 const std::vector<std::string>& prompts,
                                 const GenerationOptions& options,
                                 const GenerationObserver& observer) {
  if (tokenizer.vocab_size() > model->config.vocab_size) {
    fail("the tokenizer has ", tokenizer.vocab_size(), " tokens, expected at most the model's ",
         model->config.vocab_size);
  }
  tokenizer.check_fits(model->config.vocab_size);
  std::vector<std::vector<int64_t>> ids;
  std::vector<TextStream> streams;
  std::vector<Generation> generations(prompts.size());
  for (size_t i = 0; i < prompts.size(); ++i) {
    ids.push_back(tokenizer.encode_with_special_tokens(prompts[i]));
    streams.emplace_back(tokenizer, options.stop, /*begins_text=*/prompts[i].empty());
    generations[i].prompt_tokens = static_cast<int64_t>(ids.back().size());
  }
  warn_if_too_long(ids, options.max_new_tokens, model->config);
  const auto add = [&](size_t i, const std::string& text) {
    generations[i].text += text;
    if (observer.on_text && !text.empty()) observer.on_text(i, text);
  };
  const auto on_token = [&](size_t i, int64_t token) {
    ++generations[i].tokens;
    add(i, streams[i].push(token));
    return !streams[i].stopped() && !(options.is_whole && options.is_whole(i, generations[i].text));
  };
  const auto on_end = [&](size_t i, Ending ending) {
    add(i, streams[i].finish());
    generations[i].ending = ending;
    if (observer.on_end) observer.on_end(i, generations[i]);
  };
  auto token_options = options;
  token_options.vocab_size = tokenizer.num_ids();  // the model's may be padded
  generate_tokens(model, ids, token_options, tokenizer.end_ids(), on_token, on_end);
  return generations;
}

}  // namespace mola
