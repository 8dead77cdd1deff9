#include "mola/tasks/prompt.h"
#include "tasks/split_files.h"
#include "tasks/table.h"
#include "tasks/tasks.h"

namespace mola {
namespace {

Example to_example(const Row& row) {
  const std::string instruction =
      "Tell me if the statement unacceptable, acceptable.\nSentence: " + row.text("sentence") +
      "\n";
  const auto answer = row.choice("label", {{"0", "unacceptable"}, {"1", "acceptable"}});
  return {alpaca_prompt(instruction), answer_response(answer)};
}

// GLUE's file has no header.
std::unique_ptr<RowReader> open_table(const std::string& file) {
  static const std::vector<std::string> kColumns = {"source", "label", "mark", "sentence"};
  return std::make_unique<TableReader>(file, kColumns);
}

}  // namespace

// GLUE's test rows have no labels, so the paper tests on the validation rows.
Task cola_task() {
  const Layout glue = {open_files({{"train.tsv"}, {"dev.tsv"}, {"dev.tsv"}}, open_table),
                       to_example};
  const Layout hub = {open_splits({{"train"}, {"validation"}, {"validation"}}, {".parquet"}),
                      to_example};
  return {"cola",
          {"acceptable", "unacceptable"},
          answer_response,
          Metric::kMatthews,
          read_layouts(glue, hub)};
}

}  // namespace mola
