#include <filesystem>

#include "data/json_rows.h"
#include "data/tasks.h"
#include "data/text_file.h"

namespace mola {
namespace {

Example to_example(const JsonRow& row) {
  const std::string system_prompt = row.text_or_empty("system_prompt");
  const std::string first_line = system_prompt.empty() ? "" : system_prompt + "\n";
  return {first_line + row.text("question") + "\n", row.text("response")};
}

// A plain text has no prompts; each of its lines is all response.
std::vector<Example> read_lines(const std::string& path, OnBadRow on_bad_row, size_t limit) {
  LineReader lines(path);
  return read_rows(
      lines, on_bad_row,
      [](const std::string& line) {
        return Example{"", line};
      },
      limit);
}

std::vector<Example> read(const std::string& path, Split split, OnBadRow on_bad_row, size_t limit) {
  const std::string file = split_file(path, split, {".json", ".jsonl", ".txt"});
  if (std::filesystem::path(file).extension() == ".txt") {
    return read_lines(file, on_bad_row, limit);
  }
  return read_json_rows(file, on_bad_row, limit, to_example);
}

}  // namespace

Task text_task() { return {"text", {}, nullptr, Metric::kNone, read}; }

}  // namespace mola
