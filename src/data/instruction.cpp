#include "data/json_rows.h"
#include "data/tasks.h"
#include "mola/data/prompt.h"

namespace mola {
namespace {

Example to_example(const JsonRow& row) {
  return {alpaca_prompt(row.text("instruction"), row.text_or_empty("input")), row.text("output")};
}

std::vector<Example> read(const std::string& path, Split split, OnBadRow on_bad_row, size_t limit) {
  return read_json_rows(split_file(path, split, {".json", ".jsonl"}), on_bad_row, limit,
                        to_example);
}

}  // namespace

Task instruction_task() { return {"instruction", {}, nullptr, Metric::kNone, read}; }

}  // namespace mola
