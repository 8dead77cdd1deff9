#include "experiment/runner.h"

#include <algorithm>
#include <cmath>

#include "base/stop_signal.h"
#include "config/adapter_type.h"
#include "data/rows_fingerprint.h"
#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "mola/base/log.h"
#include "mola/eval/evaluation.h"
#include "mola/io/adapter.h"
#include "mola/io/pretrained.h"
#include "mola/model/builders.h"
#include "mola/model/device.h"
#include "mola/model/parameter_count.h"
#include "mola/tasks/task.h"
#include "mola/train/finetune.h"
#include "mola/train/validation.h"
#include "tasks/read_options.h"

namespace mola {
namespace {

template <class Row>
std::vector<Row> first_of(const std::vector<Row>& rows, size_t limit) {
  const auto count = static_cast<int64_t>(std::min(rows.size(), limit));
  return {rows.begin(), rows.begin() + count};
}

}  // namespace

bool has_answers(const std::string& task) {
  return task != "tokens" && !find_task(task).answers.empty();
}

std::string rows_fingerprint(const RunConfig& config, const EvaluationRows& rows) {
  Fingerprint print;
  if (has_answers(config.data.task)) {
    add_rows(print, find_task(config.data.task), rows.examples);
  } else {
    add_rows(print, rows.sequences);
  }
  return print.text();
}

Runner::Runner(const ModelConfig& base, const PlanEvaluation& evaluation, bool has_text)
    : evaluation_(evaluation),
      device_(choose_device(base.device)),
      base_(load_pretrained(base.path, "", choose_dtype(base.dtype, device_), device_)) {
  if (has_text) tokenizer_.emplace(base.path);
}

RunData Runner::read_data(const RunConfig& config) const {
  return load_run_data(config, tokenizer(), base_->config);
}

EvaluationRows Runner::held_out_rows(const RunConfig& config, const RunData& data) const {
  EvaluationRows rows;
  if (has_answers(config.data.task)) {
    rows.examples = first_of(data.examples.validation, limit());
  } else {
    rows.sequences = first_of(data.sequences.validation, limit());
  }
  return rows;
}

EvaluationRows Runner::read_test_rows(const RunConfig& config) const {
  EvaluationRows rows;
  auto data = config.data;
  data.sample.reset();
  data.limit = evaluation_.limit;
  if (has_answers(data.task)) {
    rows.examples = find_task(data.task).read(data.path, Split::kTest, read_options(data));
  } else {
    rows.sequences = load_data(data, Split::kTest, tokenizer(), &base_->config).sequences;
  }
  if (rows.examples.empty() && rows.sequences.empty()) {
    fail("data.path: ", data.path, " has no test rows");
  }
  return rows;
}

void Runner::train(const RunConfig& config, const RunData& data, RunStatus status) {
  FinetuneOptions options;
  options.resume = status == RunStatus::kStopped;
  options.base = base_;
  options.data = &data;
  options.log_summary = false;
  options.on_warning = [this](const std::string& warning) {
    if (warnings_.insert(warning).second) log_warning(warning);
  };
  options.should_stop = is_stop_requested;
  const auto folder = finetune(config, options);
  if (folder != trained_folder(config)) throw_stopped();
}

Runner::Trained Runner::load_trained(const RunConfig& config) const {
  const std::string folder = trained_folder(config);
  if (type_of(config.adapter, adapter_types()).trains_base) {
    auto model = load_pretrained(folder, "", base_->embed_tokens.scalar_type(), device_);
    return {model, count_parameters(model).total};
  }
  auto model = share_base(base_, read_adapter_config(folder, layers()));
  load_adapter(model, folder);
  const int64_t trainable_parameters = count_parameters(model).trainable;
  model->eval();
  model->prepare_for_inference();
  return {model, trainable_parameters};
}

double Runner::score(Llama& model, const RunConfig& config, const EvaluationRows& rows) const {
  if (!has_answers(config.data.task)) {
    const double loss =
        validation_loss(model, Loader(rows.sequences, evaluation_loader_options(config)));
    if (!std::isfinite(loss)) {
      fail("output.dir ", config.output.dir, ": the loss of the trained model is not finite; ",
           "a lower train.learning_rate may help");
    }
    return loss;
  }
  std::vector<Outcome> outcomes;
  const auto task = find_task(config.data.task);
  const auto obey_signals = [] {
    if (is_stop_requested()) throw_stopped();
  };
  const auto on_prediction = [&](size_t, const Prediction&) { obey_signals(); };
  const auto predictions = evaluate(model, *tokenizer_, task, rows.examples, evaluation_,
                                    on_prediction, /*is_done=*/{}, obey_signals);
  warn_of_missing_answers(task, evaluation_, predictions);
  for (const auto& row : predictions) outcomes.push_back(row.outcome);
  return accuracy(outcomes).value;
}

}  // namespace mola
