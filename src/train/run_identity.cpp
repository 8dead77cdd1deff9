#include "train/run_identity.h"

#include <torch/types.h>

#include <filesystem>

#include "data/rows_fingerprint.h"
#include "io/fingerprints.h"
#include "mola/base/error.h"

namespace mola {

std::string rows_fingerprint(const RunData& data) {
  Fingerprint print;
  add_rows(print, data.sequences.training);
  add_rows(print, data.sequences.validation);
  return print.text();
}

std::string known_base_model(const std::string& folder) {
  const bool is_there = std::filesystem::exists(folder + "/config.json");
  return is_there ? base_model_fingerprint(folder) : "";
}

RunIdentity identity_of(Trainer& trainer, const RunData& data, const std::string& folder) {
  const auto& weights = trainer.model()->embed_tokens;
  return {rows_fingerprint(data), torch::toString(weights.scalar_type()),
          c10::DeviceTypeName(weights.device().type(), /*lower_case=*/true),
          known_base_model(folder)};
}

void check_identity(const std::string& checkpoint, const RunIdentity& saved,
                    const RunIdentity& given, const std::string& folder) {
  if (!saved.is_known()) return;
  const auto check = [&](const char* key, const std::string& found, const std::string& expected) {
    if (found == expected) return;
    fail(checkpoint, ": the run started with ", key, " ", expected, ", found ", found,
         "; a run resumes only with what it started with");
  };
  check("model.dtype", given.dtype, saved.dtype);
  check("model.device", given.device, saved.device);
  if (given.rows != saved.rows) {
    fail(checkpoint, ": the run started with other rows than those in data.path now (or another ",
         "tokenizer); a run resumes only with what it started with");
  }
  const bool knows_both = !saved.base_model.empty() && !given.base_model.empty();
  if (knows_both && given.base_model != saved.base_model) {
    fail(checkpoint, ": the run started with another base model than that in model.path ", folder,
         " now (its configs, tokenizer or weights); a run resumes only with what it started with");
  }
}

}  // namespace mola
