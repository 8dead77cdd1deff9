#pragma once

#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/append_file.h"
#include "cli/output.h"
#include "mola/eval/evaluation.h"

namespace mola::cli {

/// The predictions of an evaluation, written to the partial file of its output as they are made, so
/// that an interrupted one can be continued. A line for what is evaluated, then a line for each
/// row. There is no file before the first.
class SavedPredictions {
 public:
  /// With `resume` reads what the file holds, if there is one. Throws `Error` if it is of another
  /// evaluation than `identity`, an object with the number of "rows", describes; or is there
  /// without `resume`.
  SavedPredictions(const Output& output, const nlohmann::ordered_json& identity, bool resume);

  const std::map<size_t, Prediction>& all() const { return all_; }

  /// Throws `Error` if it cannot be written.
  void add(size_t index, const Prediction& prediction);

  /// Removes the file, once the evaluation is saved elsewhere.
  void remove();

 private:
  void read();
  void check(const nlohmann::json& saved) const;
  void take(const nlohmann::json& line);

  std::string path_;
  std::string replaced_;
  nlohmann::ordered_json identity_;
  std::map<size_t, Prediction> all_;
  std::optional<AppendFile> file_;
};

}  // namespace mola::cli
