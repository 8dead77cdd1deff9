#include "tasks/find_split.h"
#include "tasks/split_files.h"
#include "tasks/tasks.h"

namespace mola {
namespace {

const std::vector<std::string> kPairFiles = {".parquet", ".json", ".jsonl"};
const std::vector<std::string> kPlainFiles = {".txt"};
const std::vector<std::string> kAllFiles = {".parquet", ".json", ".jsonl", ".txt"};

Example from_pair(const Row& row) { return {row.text("question") + "\n", row.text("response")}; }

// Plain text has no prompts; each of its lines is a response.
Example from_line(const Row& row) { return {"", row.text("line")}; }

}  // namespace

Task text_task() {
  const auto pairs = read_layout({open_splits({}, kPairFiles), from_pair});
  const auto lines = read_layout({open_splits({}, kPlainFiles), from_line});
  const auto none = read_layout({open_splits({}, kAllFiles), from_pair});  // names them all
  const auto read = [=](const std::string& path, Split split, const ReadOptions& options) {
    // Next to rows, a .txt file describes their origin.
    const bool is_plain = holds(path, kPlainFiles) && !holds(path, kPairFiles);
    const bool has_none = !is_plain && !holds(path, kPairFiles);
    return (is_plain ? lines : has_none ? none : pairs)(path, split, options);
  };
  return {"text", {}, nullptr, Metric::kNone, read};
}

}  // namespace mola
