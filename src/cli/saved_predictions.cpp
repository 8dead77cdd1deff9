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

namespace {

// Paths need not be UTF-8, text of JSON has to.
std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

SavedPredictions::SavedPredictions(const std::string& path, const json& given, bool resume)
    : path_(path) {
  const json identity = json::parse(text_of(given));
  const bool is_there = std::filesystem::exists(path);
  if (is_there && !resume) {
    fail(path, ": holds an interrupted evaluation; continue it with --resume, or remove it");
  }
  if (is_there) read(identity);
  identity_ = text_of(identity);
}

SavedPredictions::~SavedPredictions() {
  if (file_ >= 0) close(file_);
}

void SavedPredictions::read(const json& identity) {
  std::istringstream lines(read_file(path_));
  std::string kept;
  for (std::string line; std::getline(lines, line) && !lines.eof();) {  // a cut line is left out
    const auto parsed = parse_json(line, path_);
    if (kept.empty() && parsed != identity) {
      fail(path_, ": is of the evaluation ", text_of(parsed), ", found ", text_of(identity));
    }
    if (!kept.empty()) take(parsed, identity.at("rows"));
    kept += line + "\n";
  }
  if (kept.empty()) kept = text_of(identity) + "\n";
  write_file(path_, kept);
  log_info(path_ + ": " + std::to_string(all_.size()) + " rows are done");
}

void SavedPredictions::take(const json& line, size_t rows) {
  try {
    const size_t row = line.at("row");
    if (row >= rows) fail(path_, ": found row ", row, ", expected one below ", rows);
    all_[row] = {{line.at("expected"), line.at("predicted")}, line.at("text"), line.at("scores")};
  } catch (const json::exception& error) {
    fail(path_, ": ", error.what());
  }
}

void SavedPredictions::add(size_t index, const Prediction& prediction) {
  if (file_ < 0) {
    const bool is_new = !std::filesystem::exists(path_);
    if (const int error = open_file(path_, O_WRONLY | O_APPEND, file_)) {
      fail(path_, ": cannot be written: ", std::strerror(error));
    }
    if (is_new) write_text(identity_);
  }
  all_[index] = prediction;
  write_text(text_of({{"row", index},
                      {"expected", prediction.outcome.expected},
                      {"predicted", prediction.outcome.predicted},
                      {"text", prediction.text},
                      {"scores", prediction.scores}}));
}

void SavedPredictions::write_text(const std::string& line) {
  const std::string text = line + "\n";
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
