#include "cli/saved_predictions.h"

#include <filesystem>
#include <sstream>

#include "base/atomic_file.h"
#include "base/excerpt.h"
#include "base/file_changes.h"
#include "base/first_difference.h"
#include "base/json_file.h"
#include "base/output_file.h"
#include "mola/base/error.h"
#include "mola/base/log.h"

namespace mola::cli {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

// What a model writes need not be UTF-8, text of JSON has to.
std::string line_of(const ordered_json& value) {
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

SavedPredictions::SavedPredictions(const Output& output, const ordered_json& identity, bool resume)
    : path_(output.partial_path()),
      replaced_(replaced_path(output.json_path)),
      identity_(identity) {
  if (!std::filesystem::exists(path_)) return;
  if (!resume) {
    fail(path_, ": holds an interrupted evaluation; continue it with --resume, or remove it");
  }
  read();
}

void SavedPredictions::read() {
  std::istringstream lines(read_file(path_));
  std::string kept;
  int64_t number = 0;
  for (std::string line; std::getline(lines, line) && !lines.eof();) {  // a cut line is left out
    const auto parsed = parse_json(line, path_ + ":" + std::to_string(++number));
    if (kept.empty()) {
      check(parsed);
    } else {
      take(parsed);
    }
    kept += line + "\n";
  }
  if (kept.empty()) kept = line_of(identity_);
  write_file(path_, kept);
  log_info(path_ + ": " + std::to_string(all_.size()) + " rows are done");
}

void SavedPredictions::check(const json& saved) const {
  if (!saved.is_object()) {
    fail(path_, ": found ", excerpt(saved.dump()), ", expected the object of an evaluation");
  }
  const auto difference = first_difference(identity_, saved);
  if (!difference) return;
  fail(path_, ": ", difference->key, ": found ", excerpt(difference->found),
       ", but the evaluation there has ", excerpt(difference->expected),
       "; continue it with the same, or remove it");
}

void SavedPredictions::take(const json& line) {
  try {
    const size_t row = line.at("row");
    const size_t rows = identity_.at("rows");
    if (row >= rows) fail(path_, ": found row ", row, ", expected one below ", rows);
    all_[row] = {{line.at("expected"), line.at("predicted")}, line.at("text"), line.at("scores")};
  } catch (const json::exception& error) {
    fail(path_, ": ", error.what());
  }
}

void SavedPredictions::add(size_t index, const Prediction& prediction) {
  if (!file_) {
    const bool is_new = !std::filesystem::exists(path_);
    file_.emplace(path_, AppendFile::Start::kAtTheEnd, replaced_);
    if (is_new) file_->write(line_of(identity_));
  }
  all_[index] = prediction;
  file_->write(line_of({{"row", index},
                        {"expected", prediction.outcome.expected},
                        {"predicted", prediction.outcome.predicted},
                        {"text", prediction.text},
                        {"scores", prediction.scores}}));
}

void SavedPredictions::remove() { check_change(remove_all(path_), path_, "cannot be removed"); }

}  // namespace mola::cli
