#include "config/plan_runs.h"

#include <algorithm>

#include "config/run_keys.h"

namespace mola {

using nlohmann::json;

PlanRuns::PlanRuns(std::string path, const json& plan,
                   const std::map<std::string, std::string>& overrides,
                   std::vector<std::string> own_output, json data, const AdapterTypes& types)
    : path_(std::move(path)),
      plan_(plan),
      own_output_(std::move(own_output)),
      data_(std::move(data)),
      types_(types) {
  for (const auto& [key, text] : overrides) {
    const auto section = key.substr(0, key.find('.'));
    const bool is_of_runs = section == "model" || section == "data" || section == "train" ||
                            (section == "output" && !is_own_output(key));
    (is_of_runs ? run_overrides_ : plan_overrides_)[key] = text;
  }
}

PlanRuns PlanRuns::without_override(const std::string& key) const {
  PlanRuns others = *this;
  others.run_overrides_.erase(key);
  return others;
}

RunConfig PlanRuns::make(const json& adapter, const std::vector<json>& data,
                         const std::vector<json>& train, const std::string& folder) const {
  json run = {{"model", part("model")}, {"adapter", adapter}, {"output", part("output")}};
  for (const auto& key : own_output_) run["output"].erase(key);
  run["output"]["dir"] = folder;
  run["data"] = data_;
  run["data"].update(part("data"));
  for (const auto& over : data) run["data"].update(over);
  run["train"] = part("train");
  for (const auto& over : train) run["train"].update(over);
  ConfigSource source{path_, run_overrides_, {}};
  return read_run(run, source, types_);
}

bool PlanRuns::is_own_output(const std::string& key) const {
  return std::any_of(own_output_.begin(), own_output_.end(),
                     [&](const std::string& own) { return key == "output." + own; });
}

json PlanRuns::part(const char* key) const {
  const auto found = plan_.find(key);
  return found == plan_.end() || found->is_null() ? json::object() : *found;
}

}  // namespace mola
