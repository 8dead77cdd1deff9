#include <filesystem>

#include "tasks/multiple_choice.h"
#include "tasks/split_files.h"
#include "tasks/tasks.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

// In the folder of the publisher's unpacked archive, or in its Data/Main.
std::unique_ptr<RowReader> open_main(const std::string& path, Split split) {
  static const OpenSplit kOpen =
      open_files({{"train.jsonl"}, {"dev.jsonl"}, {"test.jsonl"}}, open_file);
  const auto main = fs::path(path) / "Data" / "Main";
  std::error_code ignored;
  return kOpen(fs::is_directory(main, ignored) ? main.string() : path, split);
}

}  // namespace

Task openbookqa_task() {
  const Layout publisher = {open_main, stem_and_choices_example};
  const Layout hub = {open_splits({}, {".parquet"}), [](const Row& row) {
                        return labelled_choices_example(row, "question_stem");
                      }};
  return {"openbookqa", choice_letters(), choice_response, Metric::kNone,
          read_layouts(publisher, hub)};
}

}  // namespace mola
