#include "tasks/split_files.h"

#include <filesystem>

#include "tasks/find_split.h"
#include "tasks/json_elements.h"
#include "tasks/parquet_reader.h"
#include "tasks/table.h"
#include "tasks/text_file.h"

namespace mola {
namespace {

using Names = std::vector<std::string>;

// One file after another.
class ChainReader : public RowReader {
 public:
  ChainReader(Names files, OpenFile open) : files_(std::move(files)), open_(std::move(open)) {}

  bool next() override {
    while (true) {
      if (reader_ && reader_->next()) return true;
      if (opened_ == files_.size()) return false;
      reader_ = open_(files_[opened_++]);
    }
  }
  const std::string& text() const override { return reader_->text(); }
  std::string where() const override { return reader_->where(); }
  Row row() const override { return reader_->row(); }

 private:
  Names files_;
  OpenFile open_;
  std::unique_ptr<RowReader> reader_;
  size_t opened_ = 0;
};

bool is_list(const std::string& file) {
  LineReader lines(file);
  if (!lines.next()) return false;
  const auto start = lines.text().find_first_not_of(" \t");
  return start != std::string::npos && lines.text()[start] == '[';
}

bool opens(const Layout& layout, const std::string& path, Split split) {
  try {
    layout.open(path, split);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

const Names& SplitNames::of(Split split) const {
  return split == Split::kTrain ? train : split == Split::kValidation ? validation : test;
}

OpenSplit open_files(const SplitNames& names, const OpenFile& open) {
  return [=](const std::string& path, Split split) -> std::unique_ptr<RowReader> {
    Names files;
    if (names.of(split).empty()) {
      const char* name = split == Split::kTrain        ? "train"
                         : split == Split::kValidation ? "validation"
                                                       : "test";
      fail(path, ": the task names no file for the split ", name);
    }
    for (const auto& name : names.of(split)) files.push_back(file_in_folder(path, name));
    return std::make_unique<ChainReader>(files, open);
  };
}

OpenSplit open_splits(const SplitNames& names, const Names& extensions) {
  return [=](const std::string& path, Split split) -> std::unique_ptr<RowReader> {
    return std::make_unique<ChainReader>(find_split(path, names.of(split), extensions), open_file);
  };
}

std::unique_ptr<RowReader> open_file(const std::string& file) {
  const auto extension = std::filesystem::path(file).extension();
  if (extension == ".parquet") return std::make_unique<ParquetReader>(file);
  if (extension == ".tsv") return std::make_unique<TableReader>(file);
  if (extension == ".txt") return std::make_unique<PlainReader>(file);
  if (is_list(file)) {
    return std::make_unique<JsonElementReader>(file, JsonElementReader::Outermost::kList);
  }
  return std::make_unique<LineReader>(file);
}

Task::Reader read_layout(const Layout& layout) {
  return [=](const std::string& path, Split split, const ReadOptions& options) {
    return read_examples([&] { return layout.open(path, split); }, layout.to_example, options);
  };
}

Task::Reader read_layouts(const Layout& publisher, const Layout& hub) {
  return [=](const std::string& path, Split split, const ReadOptions& options) {
    const bool is_hub = holds(path, {".parquet"});
    if (is_hub && opens(publisher, path, split)) {
      fail(path, ": found Parquet files and the files of the publisher, expected only one of them");
    }
    return read_layout(is_hub ? hub : publisher)(path, split, options);
  };
}

}  // namespace mola
