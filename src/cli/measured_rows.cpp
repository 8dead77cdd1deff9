#include "cli/measured_rows.h"

#include "base/progress.h"
#include "mola/analysis/measure.h"
#include "mola/base/error.h"
#include "mola/data/encode.h"
#include "mola/data/tokenizer.h"

namespace mola::cli {
namespace {

DataConfig data_config(const RowOptions& rows, int64_t longest) {
  DataConfig config;
  config.task = rows.task;
  config.path = rows.data;
  config.max_length = rows.max_length.value_or(longest);
  if (!rows.topic.empty()) config.topic = rows.topic;
  config.limit = rows.limit;
  config.on_bad_row = rows.skip_bad_rows ? OnBadRow::kSkip : OnBadRow::kStop;
  return config;
}

}  // namespace

void check_rows(const RowOptions& rows, const std::string& method) {
  if (method == "load" && !rows.given()) {
    fail("--method load: needs --task and --data, whose rows are routed through the experts");
  }
  if (method != "load" && rows.given()) {
    fail("--method ", method, ": uses no rows, so leave out --task and --data");
  }
}

Measurements measure_adapter(Llama& model, const std::string& model_folder,
                             const RowOptions& rows) {
  if (!rows.given()) return measure(model);
  std::optional<Tokenizer> tokenizer;
  Grouping grouping;
  if (rows.task != "tokens") tokenizer.emplace(model_folder);
  const auto data =
      load_data(data_config(rows, model->config.max_position_embeddings), rows.split_to_read(),
                tokenizer ? &*tokenizer : nullptr, &model->config);
  if (tokenizer) grouping = group_rows(find_task(rows.task), data.examples);
  Progress progress("routing " + rows.task, static_cast<int64_t>(data.sequences.size()));
  int64_t done = 0;
  return measure(model, data.sequences, grouping, [&](size_t more) {
    done += static_cast<int64_t>(more);
    progress.update(done, "");
  });
}

}  // namespace mola::cli
