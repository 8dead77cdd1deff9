#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/json_reader.h"
#include "mola/config/run_config.h"

namespace mola {

/// Makes the configs of a plan's runs from its objects "model", "data", "train" and "output", which
/// apply to all of them.
class PlanRuns {
 public:
  /// `own_output` are the keys of "output" that belong to the plan, not to its runs; `data` has the
  /// defaults of the plan's object "data".
  PlanRuns(std::string path, const nlohmann::json& plan,
           const std::map<std::string, std::string>& overrides, std::vector<std::string> own_output,
           nlohmann::json data, const AdapterTypes& types);

  /// The overrides of the plan itself.
  const std::map<std::string, std::string>& plan_overrides() const { return plan_overrides_; }

  /// The same without the override of `key` for the runs.
  PlanRuns without_override(const std::string& key) const;

  /// A run in which the objects of `data` and `train` override the plan's, and later ones earlier
  /// ones. Throws `Error` as `read_run_config` does.
  RunConfig make(const nlohmann::json& adapter, const std::vector<nlohmann::json>& data,
                 const std::vector<nlohmann::json>& train, const std::string& folder) const;

 private:
  bool is_own_output(const std::string& key) const;
  nlohmann::json part(const char* key) const;

  std::string path_;
  const nlohmann::json& plan_;
  std::vector<std::string> own_output_;
  nlohmann::json data_;
  const AdapterTypes& types_;
  std::map<std::string, std::string> run_overrides_;
  std::map<std::string, std::string> plan_overrides_;
};

}  // namespace mola
