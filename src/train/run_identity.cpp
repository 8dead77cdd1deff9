#include "train/run_identity.h"

#include <torch/types.h>

#include "base/fingerprint.h"
#include "mola/base/error.h"

namespace mola {
namespace {

// Of the rows' tokens and labels.
std::string fingerprint(const RunData& data) {
  Fingerprint print;
  for (const auto* rows : {&data.sequences.training, &data.sequences.validation}) {
    print.add(static_cast<int64_t>(rows->size()));
    for (const auto& row : *rows) {
      print.add(static_cast<int64_t>(row.input_ids.size()));
      for (const int64_t id : row.input_ids) print.add(id);
      for (const int64_t label : row.labels) print.add(label);
    }
  }
  return print.text();
}

}  // namespace

RunIdentity identity_of(Trainer& trainer, const RunData& data) {
  const auto& weights = trainer.model()->embed_tokens;
  return {fingerprint(data), torch::toString(weights.scalar_type()),
          c10::DeviceTypeName(weights.device().type(), /*lower_case=*/true)};
}

void check_identity(const std::string& checkpoint, const RunIdentity& saved,
                    const RunIdentity& given) {
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
}

}  // namespace mola
