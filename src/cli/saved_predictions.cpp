#include "cli/saved_predictions.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <sstream>

#include "base/file_changes.h"
#include "base/json_file.h"
#include "base/output_file.h"
#include "mola/base/error.h"
#include "mola/base/log.h"

namespace mola::cli {

using nlohmann::json;

SavedPredictions::SavedPredictions(const std::string& path, const json& identity, bool resume)
    : path_(path) {
  const bool is_there = std::filesystem::exists(path);
  if (is_there && !resume) {
    fail(path, ": holds an interrupted evaluation; continue it with --resume, or remove it");
  }
  if (is_there) read(identity);
  if (const int error = open_file(path, O_WRONLY | O_APPEND, file_)) {
    fail(path, ": cannot be written: ", std::strerror(error));
  }
  if (!is_there) write_line(identity);
}

SavedPredictions::~SavedPredictions() { close(file_); }

void SavedPredictions::read(const json& identity) {
  std::istringstream lines(read_file(path_));
  std::string kept;
  for (std::string line; std::getline(lines, line) && !lines.eof();) {  // a cut line is left out
    const auto parsed = parse_json(line, path_);
    if (kept.empty() && parsed != identity) {
      fail(path_, ": is of the evaluation ", parsed.dump(), ", found ", identity.dump());
    }
    if (!kept.empty()) {
      all_[parsed.at("row")] = {
          {parsed.at("expected"), parsed.at("predicted")}, parsed.at("text"), parsed.at("scores")};
    }
    kept += line + "\n";
  }
  if (kept.empty()) kept = identity.dump() + "\n";
  write_file(path_, kept);
  log_info(path_ + ": " + std::to_string(all_.size()) + " rows are done");
}

void SavedPredictions::add(size_t index, const Prediction& prediction) {
  all_[index] = prediction;
  write_line({{"row", index},
              {"expected", prediction.outcome.expected},
              {"predicted", prediction.outcome.predicted},
              {"text", prediction.text},
              {"scores", prediction.scores}});
}

void SavedPredictions::write_line(const json& line) {
  const std::string text = line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  if (const int error = write_bytes(file_, path_, text.data(), text.size())) {
    fail(path_, ": writing failed: ", std::strerror(error));
  }
}

void SavedPredictions::remove() {
  if (const int error = remove_all(path_)) {
    fail(path_, ": cannot be removed: ", std::strerror(error));
  }
}

}  // namespace mola::cli
