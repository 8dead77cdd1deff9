#include "data/table.h"
#include "data/tasks.h"
#include "data/text_file.h"
#include "mola/data/prompt.h"

namespace mola {
namespace {

Example to_example(const TableRow& row) {
  static const std::vector<std::pair<std::string, std::string>> kAnswers = {{"0", "not equivalent"},
                                                                            {"1", "equivalent"}};
  const std::string instruction =
      "Tell me if the statements equivalent, not equivalent.\nSentence 1: " +
      row.text("#1 String") + "\nSentence 2: " + row.text("#2 String") + "\n";
  return {alpaca_prompt(instruction), answer_response(row.choice("Quality", kAnswers))};
}

// GLUE's test.tsv carries no labels; Microsoft's own file has them.
std::vector<std::string> files_of(Split split) {
  if (split == Split::kTest) return {"msr_paraphrase_test.txt"};
  if (split == Split::kValidation) return {"dev.tsv"};
  return {"train.tsv", "dev.tsv"};  // as the paper trains: 4076 rows
}

std::vector<Example> read(const std::string& path, Split split, OnBadRow on_bad_row, size_t limit) {
  std::vector<Example> examples;
  for (const auto& file : files_of(split)) {
    const auto rows = read_table(file_in_folder(path, file), Header::kFirstLine,
                                 {"Quality", "#1 String", "#2 String"}, on_bad_row, to_example,
                                 limit - examples.size());
    examples.insert(examples.end(), rows.begin(), rows.end());
  }
  return examples;
}

}  // namespace

Task mrpc_task() {
  return {"mrpc", {"equivalent", "not equivalent"}, answer_response, Metric::kF1, read};
}

}  // namespace mola
