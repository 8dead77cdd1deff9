#include "data/table.h"
#include "data/tasks.h"
#include "data/text_file.h"
#include "mola/data/prompt.h"

namespace mola {
namespace {

Example to_example(const TableRow& row) {
  static const std::vector<std::pair<std::string, std::string>> kAnswers = {{"0", "unacceptable"},
                                                                            {"1", "acceptable"}};
  const std::string instruction =
      "Tell me if the statement unacceptable, acceptable.\nSentence: " + row.text("sentence") +
      "\n";
  return {alpaca_prompt(instruction), answer_response(row.choice("label", kAnswers))};
}

// GLUE's test rows carry no labels, so the paper tests on the validation rows.
std::vector<Example> read(const std::string& path, Split split, OnBadRow on_bad_row, size_t limit) {
  const std::string file = split == Split::kTrain ? "train.tsv" : "dev.tsv";
  return read_table(file_in_folder(path, file), Header::kNone,
                    {"source", "label", "mark", "sentence"}, on_bad_row, to_example, limit);
}

}  // namespace

Task cola_task() {
  return {"cola", {"acceptable", "unacceptable"}, answer_response, Metric::kMatthews, read};
}

}  // namespace mola
