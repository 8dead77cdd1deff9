#include "mola/tasks/prompt.h"
#include "tasks/split_files.h"
#include "tasks/tasks.h"

namespace mola {
namespace {

// GLUE's file has words as labels, the hub's has numbers.
Example to_example(const Row& row) {
  const std::string instruction =
      "Tell me if the statements entailment, not entailment.\nSentence 1: " +
      row.text("sentence1") + "\nSentence 2: " + row.text("sentence2") + "\n";
  const auto answer = row.choice("label", {{"entailment", "entailment"},
                                           {"not_entailment", "not entailment"},
                                           {"0", "entailment"},
                                           {"1", "not entailment"}});
  return {alpaca_prompt(instruction), answer_response(answer)};
}

}  // namespace

// GLUE's test rows have no labels, so the paper tests on the validation rows.
Task rte_task() {
  const Layout glue = {open_files({{"train.tsv"}, {"dev.tsv"}, {"dev.tsv"}}, open_file),
                       to_example};
  const Layout hub = {open_splits({{"train"}, {"validation"}, {"validation"}}, {".parquet"}),
                      to_example};
  return {"rte",
          {"entailment", "not entailment"},
          answer_response,
          Metric::kNone,
          read_layouts(glue, hub)};
}

}  // namespace mola
