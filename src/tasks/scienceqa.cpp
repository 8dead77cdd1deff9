#include <map>

#include "base/json_file.h"
#include "tasks/json_elements.h"
#include "tasks/multiple_choice.h"
#include "tasks/split_files.h"
#include "tasks/tasks.h"
#include "tasks/text_file.h"

namespace mola {
namespace {

// The problems of a split in its order: problems.json holds them by number, pid_splits.json the
// numbers of each split.
class ProblemReader : public RowReader {
 public:
  ProblemReader(const std::string& folder, const std::string& split)
      : path_(file_in_folder(folder, "problems.json")) {
    const auto splits_path = file_in_folder(folder, "pid_splits.json");
    const Row splits(read_json_file(splits_path));
    try {
      numbers_ = splits.texts(split);
    } catch (const Error& error) {
      fail(splits_path, ": ", error.what());
    }
    JsonElementReader problems(path_, JsonElementReader::Outermost::kObject);
    while (problems.next()) problems_[problems.key()] = problems.text();
  }

  bool next() override {
    if (next_ == numbers_.size()) return false;
    found_ = problems_.find(numbers_[next_++]);
    return true;
  }
  const std::string& text() const override {
    static const std::string kNone;
    return found_ == problems_.end() ? kNone : found_->second;
  }
  Row row() const override {
    if (found_ == problems_.end()) fail("is missing, but pid_splits.json names it");
    return RowReader::row();
  }
  std::string where() const override { return path_ + ": problem " + numbers_[next_ - 1]; }

 private:
  std::string path_;
  std::vector<std::string> numbers_;
  std::map<std::string, std::string> problems_;
  std::map<std::string, std::string>::const_iterator found_ = problems_.end();
  size_t next_ = 0;
};

std::unique_ptr<RowReader> open_problems(const std::string& path, Split split) {
  static const SplitNames kNames = {{"train"}, {"val"}, {"test"}};
  return std::make_unique<ProblemReader>(path, kNames.of(split)[0]);
}

// The paper's questions are those without an image.
std::optional<Example> to_example(const Row& row) {
  if (row.has("image")) return std::nullopt;
  const auto options = row.texts("choices");
  const std::string hint = row.text_or_empty("hint");
  const std::string question =
      "Context: " + (hint.empty() ? "N/A" : hint) + "\nQuestion: " + row.text("question");
  auto example = choice_example(question, options, letter_at(row, "answer", options.size()));
  example.topic = row.text_or_empty("topic");
  return example;
}

}  // namespace

Task scienceqa_task() {
  const Layout publisher = {open_problems, to_example};
  const Layout hub = {open_splits({}, {".parquet"}), to_example};
  return {"scienceqa", choice_letters(), choice_response, Metric::kNone,
          read_layouts(publisher, hub)};
}

}  // namespace mola
