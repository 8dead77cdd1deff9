#include "data/layout.h"
#include "data/tasks.h"

namespace mola {
namespace {

// A plain text has no prompts; each of its lines is all response.
Example to_example(const Row& row) {
  if (row.has("line")) return {"", row.text("line")};
  const std::string system_prompt = row.text_or_empty("system_prompt");
  const std::string first_line = system_prompt.empty() ? "" : system_prompt + "\n";
  return {first_line + row.text("question") + "\n", row.text("response")};
}

}  // namespace

Task text_task() {
  const Layout layout = {open_splits({}, {".parquet", ".json", ".jsonl", ".txt"}), to_example};
  return {"text", {}, nullptr, Metric::kNone, read_layout(layout)};
}

}  // namespace mola
