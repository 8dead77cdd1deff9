// A task described by JSON, and its rows. The first byte is the kind of file with the rows.
#include "fuzz/fuzz.h"
#include "mola/tasks/task.h"

namespace mola {

void fuzz(const std::string& input) {
  auto text = input;
  const auto* const extension = (const char*[]){"json", "jsonl", "tsv"}[take_choice(text, 3)];
  const auto parts = parts_of(text, 2);
  const auto task = find_task(put_file("task.json", parts[0]));
  const auto rows = put_file(std::string("train.") + extension, parts[1]);
  ReadOptions options;
  options.on_bad_row = OnBadRow::kSkip;
  for (const auto& example : task.read(rows, Split::kTrain, options)) {
    for (const auto& answer : answers_of(task, example)) task.response(answer);
  }
}

}  // namespace mola
