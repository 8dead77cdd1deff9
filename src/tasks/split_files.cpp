#include "tasks/split_files.h"

#include <algorithm>
#include <filesystem>
#include <regex>

#include "base/closest_match.h"
#include "tasks/json_elements.h"
#include "tasks/parquet_reader.h"
#include "tasks/table.h"
#include "tasks/text_file.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

using Names = std::vector<std::string>;

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

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

// "train" of train.json and of train-00000-of-00001.parquet.
std::string split_name(const fs::path& file) {
  const auto stem = file.stem().string();
  return stem.substr(0, stem.find('-'));
}

std::vector<fs::path> files_in(const fs::path& folder, const Names& extensions) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (contains(extensions, entry.path().extension().string())) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The files in the folder `path`, or where the hub keeps them: in its subfolder data, or in that of
// a configuration, of which only OpenbookQA's main is needed.
std::vector<fs::path> find_files(const std::string& path, const Names& extensions) {
  for (const char* folder : {"", "data", "main"}) {
    auto files = files_in(fs::path(path) / folder, extensions);
    if (!files.empty()) return files;
  }
  return {};
}

// A file whose name does not begin with a split's is the training split.
std::string split_of_lone_file(const fs::path& file) {
  const SplitNames all;
  const std::string name = split_name(file);
  const bool is_named = name == all.train[0] || name == all.validation[0] || name == all.test[0];
  return is_named ? name : all.train[0];
}

// "train-00001-of-00003", the hub's name for a part of a split.
struct Shard {
  std::string begin;  // "train-"
  int64_t number;
  std::string end;  // "-of-00003"

  std::string name() const {
    const auto digits = std::to_string(number);
    return begin + std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits + end;
  }
};

// Refuses missing shards: each must have its neighbors.
void check_shards(const std::string& folder, const Names& files) {
  static const std::regex kShard("(.*-)([0-9]{5})(-of-([0-9]{5}))(-.*)?");
  Names names;
  std::vector<Shard> expected;
  for (const auto& file : files) {
    std::smatch parts;
    const auto stem = fs::path(file).stem().string();
    if (!std::regex_match(stem, parts, kShard)) continue;
    const Shard shard = {parts.str(1), std::stoi(parts.str(2)), parts.str(3)};
    names.push_back(shard.name());
    if (shard.number > 0) expected.push_back({shard.begin, shard.number - 1, shard.end});
    if (shard.number + 1 < std::stoi(parts.str(4))) {
      expected.push_back({shard.begin, shard.number + 1, shard.end});
    }
  }
  for (const auto& shard : expected) {
    if (!contains(names, shard.name())) {
      fail(folder, ": found ", join(names), ", expected ", shard.name(), " too");
    }
  }
}

Names files_of_folder(const std::string& folder, const Names& names, const Names& extensions) {
  const auto files = find_files(folder, extensions);
  if (files.size() == 1 && names == Names{split_of_lone_file(files[0])}) return {files[0].string()};
  Names found;
  for (const auto& name : names) {
    const size_t before = found.size();
    for (const auto& file : files) {
      if (split_name(file) == name) found.push_back(file.string());
    }
    if (found.size() > before) continue;
    fail(folder, ": found ", files.size(), files.size() == 1 ? " file of " : " files of ",
         join(extensions), ", expected one with the name ", name);
  }
  return found;
}

Names split_files(const std::string& path, const Names& names, const Names& extensions) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) fail(path, ": no such file or folder");
  if (fs::is_directory(path, ignored)) {
    const auto files = files_of_folder(path, names, extensions);
    check_shards(path, files);
    return files;
  }
  const auto split = split_of_lone_file(path);
  if (names == Names{split}) return {path};
  fail(path, ": is a file of the split ", split, ", expected a folder with the split ",
       join(names));
}

bool is_list(const std::string& file) {
  LineReader lines(file);
  if (!lines.next()) return false;
  const auto start = lines.text().find_first_not_of(" \t");
  return start != std::string::npos && lines.text()[start] == '[';
}

}  // namespace

const Names& SplitNames::of(Split split) const {
  return split == Split::kTrain ? train : split == Split::kValidation ? validation : test;
}

bool holds(const std::string& path, const Names& extensions) {
  return contains(extensions, fs::path(path).extension().string()) ||
         !find_files(path, extensions).empty();
}

OpenSplit open_files(const SplitNames& names, const OpenFile& open) {
  return [=](const std::string& path, Split split) -> std::unique_ptr<RowReader> {
    Names files;
    if (names.of(split).empty()) fail(path, ": the task has no file for this split");
    for (const auto& name : names.of(split)) files.push_back(file_in_folder(path, name));
    return std::make_unique<ChainReader>(files, open);
  };
}

OpenSplit open_splits(const SplitNames& names, const Names& extensions) {
  return [=](const std::string& path, Split split) -> std::unique_ptr<RowReader> {
    return std::make_unique<ChainReader>(split_files(path, names.of(split), extensions), open_file);
  };
}

std::unique_ptr<RowReader> open_file(const std::string& file) {
  const auto extension = fs::path(file).extension();
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
    return read_layout(holds(path, {".parquet"}) ? hub : publisher)(path, split, options);
  };
}

}  // namespace mola
