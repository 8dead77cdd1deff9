#include "cli/saved_predictions.h"

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
  if (!file_) {
    const bool is_new = !std::filesystem::exists(path_);
    file_.emplace(path_);
    if (is_new) file_->write(identity_ + "\n");
  }
  all_[index] = prediction;
  file_->write(text_of({{"row", index},
                        {"expected", prediction.outcome.expected},
                        {"predicted", prediction.outcome.predicted},
                        {"text", prediction.text},
                        {"scores", prediction.scores}}) +
               "\n");
}

void SavedPredictions::remove() { check_change(remove_all(path_), path_, "cannot be removed"); }

}  // namespace mola::cli
