#include "data/table.h"
#include "data/tasks.h"
#include "data/text_file.h"
#include "mola/data/prompt.h"

namespace mola {
namespace {

Example to_example(const TableRow& row) {
  static const std::vector<std::pair<std::string, std::string>> kAnswers = {
      {"entailment", "entailment"}, {"not_entailment", "not entailment"}};
  const std::string instruction =
      "Tell me if the statements entailment, not entailment.\nSentence 1: " +
      row.text("sentence1") + "\nSentence 2: " + row.text("sentence2") + "\n";
  return {alpaca_prompt(instruction), answer_response(row.choice("label", kAnswers))};
}

// GLUE's test rows carry no labels, so the paper tests on the validation rows.
std::vector<Example> read(const std::string& path, Split split, OnBadRow on_bad_row, size_t limit) {
  const std::string file = split == Split::kTrain ? "train.tsv" : "dev.tsv";
  return read_table(file_in_folder(path, file), Header::kFirstLine,
                    {"sentence1", "sentence2", "label"}, on_bad_row, to_example, limit);
}

}  // namespace

Task rte_task() {
  return {"rte", {"entailment", "not entailment"}, answer_response, Metric::kNone, read};
}

}  // namespace mola
