#pragma once

#include "program.h"

/// The rows whose routing a program measures, and the adapter it measures.
struct MeasuredRows {
  std::string task;
  std::string data;
  std::string split = "test";
  std::optional<int64_t> max_length;
  std::optional<std::string> topic;
  std::optional<int64_t> limit;
  bool skip_bad_rows = false;

  bool given() const { return !task.empty(); }

  /// Throws where a method that looks at rows has none, or one that does not has some.
  void check_for(const std::string& method) const {
    if (method == "load" && !given()) {
      mola::fail("--method load: needs the --task and --data whose rows go through the routers");
    }
    if (method == "redundancy" && given()) {
      mola::fail("--method redundancy: looks at no rows, so leave out --task and --data");
    }
  }

  /// Measures the adapter of `model`, by these rows where they are given.
  mola::Measurements measure(mola::Llama& model, const std::string& model_folder) const {
    if (!given()) return mola::measure(model);
    mola::DataConfig config;
    config.task = task;
    config.path = data;
    config.max_length = max_length.value_or(model->config.max_position_embeddings);
    config.topic = topic;
    config.limit = limit;
    config.on_bad_row = skip_bad_rows ? mola::OnBadRow::kSkip : mola::OnBadRow::kStop;
    std::optional<mola::Tokenizer> tokenizer;
    mola::Grouping grouping;
    if (task != "tokens") tokenizer.emplace(model_folder);
    const auto rows = mola::load_data(config, kSplits.at(split), tokenizer ? &*tokenizer : nullptr);
    mola::check_vocabulary(rows.sequences, model->config.vocab_size, data);
    if (tokenizer) grouping = mola::group_rows(mola::find_task(task), rows.examples);
    mola::Progress progress("routing " + task, static_cast<int64_t>(rows.sequences.size()));
    int64_t done = 0;
    return mola::measure(model, rows.sequences, grouping, [&](size_t more) {
      done += static_cast<int64_t>(more);
      progress.update(done, "");
    });
  }
};

inline void add_row_options(CLI::App& app, MeasuredRows& rows) {
  auto* task = app.add_option("--task", rows.task, "whose rows go through the routers")
                   ->check(kNotEmpty)
                   ->type_name("NAME");
  auto* data = app.add_option("--data", rows.data, "the file or folder that the task reads")
                   ->check(kNotEmpty)
                   ->type_name("PATH");
  task->needs(data);
  data->needs(task);
  add_split_option(app, rows.split);
  app.add_option("--topic", rows.topic, "the rows of this topic only")->check(kNotEmpty);
  app.add_option("--limit", rows.limit, "the first so many of these rows only")
      ->check(CLI::PositiveNumber);
  app.add_option("--max-length", rows.max_length,
                 "tokens of a row, cut on the right; by default as many as the model is made for")
      ->check(CLI::PositiveNumber);
  app.add_flag("--skip-bad-rows", rows.skip_bad_rows,
               "warns of rows that cannot be used, and goes on without them");
}

/// The folder that a program writes.
inline void add_output_folder(CLI::App& app, std::string& output) {
  app.add_option("--output", output, "a new folder")
      ->required()
      ->check(kNotEmpty)
      ->type_name("DIR");
}
