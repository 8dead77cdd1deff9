#include "eval/context_length.h"

#include <algorithm>
#include <string>

#include "mola/base/log.h"

namespace mola {

void warn_if_too_long(const std::vector<std::vector<int64_t>>& sequences, int64_t new_tokens,
                      const LlamaConfig& model) {
  size_t longest = 0;
  for (const auto& sequence : sequences) longest = std::max(longest, sequence.size());
  const auto tokens = static_cast<int64_t>(longest);
  if (tokens + new_tokens <= model.max_position_embeddings) return;
  const auto more =
      new_tokens == 0 ? std::string() : " and may get " + std::to_string(new_tokens) + " new ones";
  log_warning("the longest text has " + std::to_string(tokens) + " tokens" + more +
              ", more than the model's max_position_embeddings, " +
              std::to_string(model.max_position_embeddings));
}

}  // namespace mola
