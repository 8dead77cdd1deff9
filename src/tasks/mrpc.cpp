#include "mola/tasks/prompt.h"
#include "tasks/split_files.h"
#include "tasks/table.h"
#include "tasks/tasks.h"

namespace mola {
namespace {

Example make_example(const Row& row, const std::string& first, const std::string& second,
                     const std::string& label) {
  const std::string instruction =
      "Tell me if the statements equivalent, not equivalent.\nSentence 1: " + row.text(first) +
      "\nSentence 2: " + row.text(second) + "\n";
  const auto answer = row.choice(label, {{"0", "not equivalent"}, {"1", "equivalent"}});
  return {alpaca_prompt(instruction), answer_response(answer)};
}

Example from_glue(const Row& row) { return make_example(row, "#1 String", "#2 String", "Quality"); }

Example from_hub(const Row& row) { return make_example(row, "sentence1", "sentence2", "label"); }

std::unique_ptr<RowReader> open_table(const std::string& file) {
  return std::make_unique<TableReader>(file);
}

}  // namespace

// As in the paper: training on both train and validation, 4076 rows. GLUE's test.tsv has no labels;
// Microsoft's own file has them.
Task mrpc_task() {
  const Layout glue = {
      open_files({{"train.tsv", "dev.tsv"}, {"dev.tsv"}, {"msr_paraphrase_test.txt"}}, open_table),
      from_glue};
  const Layout hub = {
      open_splits({{"train", "validation"}, {"validation"}, {"test"}}, {".parquet"}), from_hub};
  return {"mrpc",
          {"equivalent", "not equivalent"},
          answer_response,
          Metric::kF1,
          read_layouts(glue, hub)};
}

}  // namespace mola
