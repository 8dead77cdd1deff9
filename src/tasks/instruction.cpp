#include "mola/tasks/prompt.h"
#include "tasks/split_files.h"
#include "tasks/tasks.h"

namespace mola {
namespace {

Example to_example(const Row& row) {
  return {alpaca_prompt(row.text("instruction"), row.text_or_empty("input")), row.text("output")};
}

}  // namespace

Task instruction_task() {
  const Layout layout = {open_splits({}, {".parquet", ".json", ".jsonl"}), to_example};
  return {"instruction", {}, nullptr, Metric::kNone, read_layout(layout)};
}

}  // namespace mola
