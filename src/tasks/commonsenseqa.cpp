#include "tasks/multiple_choice.h"
#include "tasks/split_files.h"
#include "tasks/tasks.h"

namespace mola {

// The publisher's test rows have no answers, so the paper tests on the validation rows.
Task commonsenseqa_task() {
  const std::string train = "train_rand_split.jsonl", validation = "dev_rand_split.jsonl";
  const Layout publisher = {open_files({{train}, {validation}, {validation}}, open_file),
                            stem_and_choices_example};
  const Layout hub = {open_splits({{"train"}, {"validation"}, {"validation"}}, {".parquet"}),
                      [](const Row& row) { return labelled_choices_example(row, "question"); }};
  return {"commonsenseqa", choice_letters(), choice_response, Metric::kNone,
          read_layouts(publisher, hub)};
}

}  // namespace mola
