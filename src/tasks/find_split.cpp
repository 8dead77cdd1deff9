#include "tasks/find_split.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <regex>
#include <set>

#include "base/closest_match.h"
#include "base/excerpt.h"
#include "mola/base/error.h"
#include "mola/base/log.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

using Names = std::vector<std::string>;
using Files = std::vector<fs::path>;

template <class Item>
bool contains(const std::vector<Item>& items, const Item& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

Files files_in(const fs::path& folder) {
  Files files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (!entry.is_directory(ignored)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The files in the folder `path`, and where the hub keeps them: in its subfolder data, or in that
// of a configuration, of which only OpenbookQA's main is needed.
Files files_at(const fs::path& path, const Names& extensions) {
  Files found;
  for (const char* folder : {"", "data", "main"}) {
    for (const auto& file : files_in(path / folder)) {
      if (contains(extensions, file.extension().string())) found.push_back(file);
    }
  }
  return found;
}

std::string names_in(const std::string& folder, const Files& files) {
  Names names;
  for (const auto& file : files) names.push_back(file.lexically_relative(folder).string());
  return excerpt(join(names));
}

// A file whose name does not begin with a split's is the training split.
std::string split_of_lone_file(const fs::path& file) {
  const auto stem = file.stem().string();
  const auto name = stem.substr(0, stem.find('-'));
  return contains(Names{"train", "validation", "test"}, name) ? name : "train";
}

// "train-00001-of-00003", the hub's name for a part of a split; older ones have a hash behind.
struct Shard {
  std::string split;
  int64_t number;
  int64_t count;
};

std::optional<Shard> shard_of(const fs::path& file) {
  static const std::regex kName("(.*)-([0-9]{5})-of-([0-9]{5})(-.*)?");
  std::smatch parts;
  const auto stem = file.stem().string();
  if (!std::regex_match(stem, parts, kName)) return std::nullopt;
  return Shard{parts.str(1), std::stoi(parts.str(2)), std::stoi(parts.str(3))};
}

std::string five_digits(int64_t number) {
  const auto digits = std::to_string(number);
  return std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
}

// The files that are the split `name`, each entry by itself.
std::vector<Files> candidates(const Files& files, const std::string& name) {
  std::map<std::string, Files> sets;
  for (const auto& file : files) {
    const auto shard = shard_of(file);
    if (file.stem() == name) sets[file.string()] = {file};
    if (!shard || shard->split != name) continue;
    const auto set = name + "-of-" + std::to_string(shard->count) + file.extension().string();
    sets[(file.parent_path() / set).string()].push_back(file);
  }
  std::vector<Files> found;
  for (const auto& [ignored, set] : sets) found.push_back(set);
  return found;
}

// `files` are one file or the shards of one set.
void check_shards(const std::string& path, const Files& files) {
  const auto first = shard_of(files.front());
  if (!first) return;
  std::set<int64_t> numbers;
  for (const auto& file : files) numbers.insert(shard_of(file)->number);
  for (int64_t number = 0; number < first->count; ++number) {
    if (numbers.count(number) > 0) continue;
    fail(path, ": found ", names_in(path, files), ", expected ", first->split, "-",
         five_digits(number), "-of-", five_digits(first->count), " too");
  }
  if (static_cast<int64_t>(files.size()) != first->count) {
    fail(path, ": found ", names_in(path, files), ", expected each of ", first->count,
         " shards once");
  }
}

// Whether a file looks as if it belonged to the split, as "train-old.jsonl" and "train (1).jsonl".
bool begins_alike(const fs::path& file, const std::string& name) {
  return file.filename().string().rfind(name, 0) == 0;
}

void warn_about_others(const std::string& path, const std::string& name, const Files& split) {
  Files others;
  for (const auto& file : files_in(split.front().parent_path())) {
    if (begins_alike(file, name) && !contains(split, file)) others.push_back(file);
  }
  if (others.empty()) return;
  log_warning(path + ": the split " + name + " is " + names_in(path, split) +
              "; not read: " + names_in(path, others));
}

std::string nearest(const Files& files, const std::string& name) {
  Names names;
  for (const auto& file : files) {
    names.push_back(file.filename().string());
    if (begins_alike(file, name)) return names.back();
  }
  return closest_match(name, names);
}

Files find_in_folder(const std::string& path, const std::string& name, const Names& extensions) {
  const auto files = files_at(path, extensions);
  const auto found = candidates(files, name);
  if (found.size() > 1) {
    Files firsts;
    for (const auto& set : found) firsts.push_back(set.front());
    fail(path, ": found ", names_in(path, firsts), " for the split ", name,
         ", expected one file or one set of shards");
  }
  if (found.size() == 1) {
    check_shards(path, found[0]);
    warn_about_others(path, name, found[0]);
    return found[0];
  }
  if (files.size() == 1 && name == split_of_lone_file(files[0])) return files;
  fail(path, ": found ", files.size(), " files of ", join(extensions),
       ", expected one with the name ", name,
       files.empty() ? "" : " (nearest: " + nearest(files, name) + ")");
}

}  // namespace

bool holds(const std::string& path, const Names& extensions) {
  return contains(extensions, fs::path(path).extension().string()) ||
         !files_at(path, extensions).empty();
}

Names find_split(const std::string& path, const Names& names, const Names& extensions) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) fail(path, ": no such file or folder");
  if (!fs::is_directory(path, ignored)) {
    const auto split = split_of_lone_file(path);
    if (names == Names{split}) return {path};
    fail(path, ": is a file of the split ", split, ", expected a folder with the split ",
         join(names));
  }
  Names found;
  for (const auto& name : names) {
    for (const auto& file : find_in_folder(path, name, extensions)) found.push_back(file.string());
  }
  return found;
}

}  // namespace mola
