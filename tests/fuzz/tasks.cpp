// The rows of each task, in the files of its publisher or of the hub. The first byte is the file.
#include <filesystem>

#include "data/tokens.h"
#include "fuzz/fuzz.h"
#include "mola/data/documents.h"
#include "mola/tasks/task.h"
#include "tasks/row_reader.h"
#include "tasks/text_file.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

struct Source {
  std::string task;
  std::string file;
  bool is_in_folder;  // the task reads the folder
};

const std::vector<Source>& sources() {
  static const std::vector<Source> kSources = {
      {"cola", "train.tsv", true},          {"mrpc", "msr_paraphrase_test.txt", true},
      {"rte", "train.tsv", true},           {"commonsenseqa", "train_rand_split.jsonl", true},
      {"openbookqa", "train.jsonl", true},  {"scienceqa", "problems.json", true},
      {"instruction", "train.json", false}, {"instruction", "train.jsonl", false},
      {"text", "train.txt", false},         {"text", "train.jsonl", false},
  };
  return kSources;
}

// scienceqa reads a second file, which the input begins with.
void read_task(const Source& source, const std::string& input, const ReadOptions& options) {
  const std::string folder = source.task + source.file;
  fs::create_directory(scratch_folder() + "/" + folder);
  auto text = input;
  if (source.task == "scienceqa") {
    const auto parts = parts_of(input, 2);
    put_file(folder + "/pid_splits.json", parts[0]);
    text = parts[1];
  }
  const auto file = put_file(folder + "/" + source.file, text);
  const auto split = source.task == "mrpc" ? Split::kTest : Split::kTrain;
  find_task(source.task)
      .read(source.is_in_folder ? scratch_folder() + "/" + folder : file, split, options);
}

}  // namespace

void fuzz(const std::string& input) {
  auto text = input;
  const size_t choice = take_choice(text, sources().size() + 2);
  const auto rows = put_file("rows.jsonl", text);
  if (choice == sources().size()) {
    read_documents(rows);
  } else if (choice == sources().size() + 1) {
    LineReader reader(rows);
    read_rows(reader, OnBadRow::kSkip, parse_tokens);
  } else {
    ReadOptions options;
    options.on_bad_row = OnBadRow::kSkip;
    read_task(sources()[choice], text, options);
    options.sample = 1;
    options.limit = 5;
    read_task(sources()[choice], text, options);
  }
}

}  // namespace mola
