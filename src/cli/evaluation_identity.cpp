#include "cli/evaluation_identity.h"

#include <torch/types.h>

#include "data/rows_fingerprint.h"
#include "io/fingerprints.h"
#include "mola/model/device.h"

namespace mola::cli {
namespace {

std::string rows_fingerprint(const Task& task, const std::vector<Example>& examples) {
  Fingerprint rows;
  add_rows(rows, task, examples);
  return rows.text();
}

}  // namespace

nlohmann::ordered_json evaluation_identity(const ModelOptions& model,
                                           const EvaluationOptions& options, const Task& task,
                                           const std::vector<Example>& examples) {
  const auto device = choose_device(model.device);
  nlohmann::ordered_json identity = {
      {"task", task.name},
      {"rows", examples.size()},
      {"rows_fingerprint", rows_fingerprint(task, examples)},
      {"model_fingerprint", base_model_fingerprint(model.model)},
      {"adapter_fingerprint", nullptr},
      {"dtype", torch::toString(choose_dtype(model.dtype, device))},
      {"device", c10::DeviceTypeName(device.type(), /*lower_case=*/true)},
      {"protocol", options.protocol == Protocol::kScore ? "score" : "generate"},
      {"max_new_tokens", options.max_new_tokens},
      {"normalize", options.normalize}};
  if (!model.adapter.empty()) identity["adapter_fingerprint"] = adapter_fingerprint(model.adapter);
  return identity;
}

}  // namespace mola::cli
