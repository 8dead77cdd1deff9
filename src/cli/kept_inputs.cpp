#include "cli/kept_inputs.h"

#include <filesystem>
#include <string>

#include "mola/base/error.h"

namespace mola::cli {
namespace {

namespace fs = std::filesystem;

bool is_written(const CLI::Option& option) {
  return option.check_name("--json") ||
         (option.check_name("--output") && option.get_type_name() != "DIR");
}

// Whether `path` is `folder` or lies in it; both are canonical.
bool lies_in(const fs::path& path, const fs::path& folder) {
  const auto relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// Of the names in the folder of a model or an adapter. What else people put there may be replaced.
bool is_model_file(const std::string& name) {
  for (const auto* end : {".safetensors", ".safetensors.index.json", "config.json", ".model",
                          "tokenizer.json", "tokens.json", "tokens_map.json"}) {
    if (ends_with(name, end)) return true;
  }
  return false;
}

fs::path canonical(const CLI::Option& option) {
  std::error_code none;
  return fs::weakly_canonical(option.results().front(), none);
}

// A path that cannot be looked at names nothing that could be replaced.
void check_written(const CLI::Option& written, const CLI::Option& read) {
  std::error_code none;
  const auto output = canonical(written);
  const std::string place = written.get_name() + " " + written.results().front();
  if (!fs::exists(output, none)) return;
  for (const auto& text : read.results()) {
    if (text.empty() || !fs::exists(text, none)) continue;
    if (fs::equivalent(output, text, none)) {
      fail(place, ": is the file that ", read.get_name(), " names; choose another one");
    }
    const bool is_read = read.get_type_name() == "DIR"
                             ? output.parent_path() == fs::canonical(text, none) &&
                                   is_model_file(output.filename().string())
                             : lies_in(output, fs::canonical(text, none));
    if (is_read && fs::is_directory(text, none)) {
      fail(place, ": is a file in ", text, ", which ", read.get_name(),
           " reads; choose another one, or remove it");
    }
  }
}

}  // namespace

void refuse_to_replace_inputs(const CLI::App& app) {
  for (const auto* written : app.get_options()) {
    if (!is_written(*written) || written->count() == 0 || written->results().front() == "-")
      continue;
    for (const auto* other : app.get_options()) {
      if (other == written || other->count() == 0) continue;
      if (!is_written(*other)) {
        check_written(*written, *other);
      } else if (canonical(*written) == canonical(*other)) {
        fail(written->get_name(), " and ", other->get_name(), ": name the same file, ",
             written->results().front());
      }
    }
  }
}

}  // namespace mola::cli
