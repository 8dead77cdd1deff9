#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/json_reader.h"
#include "mola/config/run_config.h"

namespace mola {

/// Makes the configs of a plan's runs out of its objects "model", "data", "train" and "output",
/// which hold for all of them.
class PlanRuns {
 public:
  /// `own_output` are the keys of "output" that are the plan's and not the runs'; `data` holds
  /// where the plan's object "data" says nothing else.
  PlanRuns(std::string path, const nlohmann::json& plan,
           const std::map<std::string, std::string>& overrides, std::vector<std::string> own_output,
           nlohmann::json data, const AdapterTypes& types);

  /// The overrides that the plan itself has to know.
  const std::map<std::string, std::string>& plan_overrides() const { return plan_overrides_; }

  /// A run with the objects of `data` and `train` one over the other, and over the plan's. Throws
  /// `Error` as `read_run_config` does.
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
