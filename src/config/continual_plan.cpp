#include "mola/config/continual_plan.h"

#include "base/json_file.h"
#include "config/plan_entries.h"
#include "config/plan_runs.h"
#include "config/run_fields.h"
#include "config/run_keys.h"
#include "mola/base/error.h"

namespace mola {
namespace {

using nlohmann::json;

// The adapter's runs; from the second on, each starts from the one before.
void add_runs(const PlanRuns& runs, const PlanEntry& adapter, const std::vector<PlanEntry>& domains,
              const AdapterTypes& types, ContinualPlan& plan) {
  json start = adapter.own;
  for (size_t k = 0; k < domains.size(); ++k) {
    const auto& domain = domains[k];
    const auto folder =
        plan.output_dir + "/runs/" + adapter.name + "/" + std::to_string(k + 1) + "-" + domain.name;
    plan.runs.push_back({adapter.name, domain.name,
                         runs.make(start, {domain.own}, {adapter.train, domain.train}, folder)});
    const auto& type = type_of(plan.runs.back().config.adapter, types);
    if (type.trains_base) {
      fail("adapters: ", adapter.name, ": found the type ", type.name,
           ", expected an adapter that the next domain can start from");
    }
    start = {{"init_from", folder + "/adapter"}};
  }
}

}  // namespace

ContinualPlan read_continual_plan(const std::string& path,
                                  const std::vector<std::string>& overrides,
                                  const AdapterTypes& types) {
  const json file = read_json_file(path);
  const PlanRuns runs(path, file, split_overrides(overrides), {"dir"}, json::object(), types);
  ConfigSource source{path, runs.plan_overrides(), {}};
  const JsonReader reader(file, source, "");
  ContinualPlan plan;
  reader.text("$schema");                                                 // for editors
  for (const char* key : {"model", "data", "train"}) reader.object(key);  // read with every run
  const auto domains = read_entries(reader, "domains", "data", source);
  if (domains.size() < 2) {
    reader.refuse("domains", "found only " + domains[0].name + ", expected two or more");
  }
  const auto adapters = read_entries(reader, "adapters", "adapter", source);
  plan.domains = names_of(domains);
  plan.adapters = names_of(adapters);
  plan.evaluation = read_fields(reader.object("evaluation"), evaluation_fields());
  plan.output_dir = reader.object("output").required_text("dir");
  reader.refuse_unknown_keys();
  for (const auto& adapter : adapters) add_runs(runs, adapter, domains, types, plan);
  plan.model = plan.runs.front().config.model;
  return plan;
}

}  // namespace mola
