#include "mola/config/experiment_plan.h"

#include <optional>

#include "base/excerpt.h"
#include "base/json_file.h"
#include "config/plan_entries.h"
#include "config/plan_runs.h"
#include "config/run_fields.h"
#include "config/run_keys.h"
#include "mola/base/error.h"

namespace mola {
namespace {

using nlohmann::json;

constexpr double kValidation = 0.05;
constexpr size_t kMostRuns = 10'000;

bool has(const json& object, const std::string& key) {
  const auto found = object.find(key);
  return found != object.end() && !found->is_null();
}

// The keys of "train" that the grid sets, and the lists of the plan that have their values.
const std::map<std::string, std::string> kGridKeys = {
    {"epochs", "epochs"}, {"max_steps", "epochs"}, {"seed", "seeds"}};

void refuse_grid_keys(const std::map<std::string, std::string>& overrides) {
  for (const auto& [key, list] : kGridKeys) {
    const auto found = overrides.find("train." + key);
    if (found == overrides.end()) continue;
    fail("--set ", found->first, ": found ", excerpt(found->second), ", expected ", list, "=[...]");
  }
}

void refuse_grid_keys(const std::string& path, const json& train) {
  for (const auto& [key, list] : kGridKeys) {
    if (!has(train, key)) continue;
    fail(path, ": train.", key, ": found ", excerpt(train[key].dump()), ", expected the list ",
         list, " of the plan");
  }
}

// The object "instruction".
struct Instruction {
  json data;
  json train;
};

std::optional<Instruction> read_instruction(const JsonReader& plan) {
  const JsonReader reader = plan.object("instruction");
  const Instruction instruction = {object_or_empty(reader, "data"),
                                   object_or_empty(reader, "train")};
  reader.refuse_unknown_keys();
  if (has(instruction.train, "seed")) {
    reader.refuse("train", "found the seed " + excerpt(instruction.train["seed"].dump()) +
                               ", expected the list seeds of the plan");
  }
  const bool is_given =
      plan.is_given("instruction") || reader.is_given("data") || reader.is_given("train");
  return is_given ? std::optional(instruction) : std::nullopt;
}

std::string folder_name(const std::string& name, int64_t number) {
  return "/" + name + "-" + std::to_string(number);
}

std::string instruction_folder(const ExperimentPlan& plan, const std::string& adapter,
                               int64_t seed) {
  return plan.output_dir + "/instruction/" + adapter + folder_name("seed", seed);
}

// The instruction tuning of each adapter, which the other runs start from. It holds out no rows
// unless its own objects say so, so the plan's evaluate_every is not for it.
void add_instruction(const PlanRuns& runs, const Instruction& instruction,
                     const std::vector<PlanEntry>& adapters, const AdapterTypes& types,
                     ExperimentPlan& plan) {
  const PlanRuns own_runs = runs.without_override("train.evaluate_every");
  for (const auto& adapter : adapters) {
    for (const int64_t seed : plan.seeds) {
      auto config = own_runs.make(
          adapter.own, {{{"validation", 0}}, instruction.data},
          {adapter.train, {{"evaluate_every", nullptr}}, instruction.train, {{"seed", seed}}},
          instruction_folder(plan, adapter.name, seed));
      const auto& type = type_of(config.adapter, types);
      if (type.trains_base) {
        fail("instruction: the adapter ", adapter.name, ": found the type ", type.name,
             ", expected an adapter that the other runs can start from");
      }
      plan.instruction.push_back({config.data.task, adapter.name, config});
    }
  }
}

void check_size(const std::string& path, const ExperimentPlan& plan) {
  const size_t runs =
      plan.tasks.size() * plan.adapters.size() * plan.epochs.size() * plan.seeds.size();
  if (runs > kMostRuns) {
    fail(path, ": has ", runs, " runs (tasks x adapters x epochs x seeds), expected at most ",
         kMostRuns);
  }
}

void add_runs(const PlanRuns& runs, const std::vector<PlanEntry>& tasks,
              const std::vector<PlanEntry>& adapters, ExperimentPlan& plan) {
  for (const auto& task : tasks) {
    for (const auto& adapter : adapters) {
      for (const int64_t epochs : plan.epochs) {
        for (const int64_t seed : plan.seeds) {
          json own = adapter.own;
          if (!plan.instruction.empty()) {
            own = {{"init_from", instruction_folder(plan, adapter.name, seed) + "/adapter"}};
          }
          const auto folder = plan.output_dir + "/runs/" + task.name + "/" + adapter.name +
                              folder_name("epochs", epochs) + folder_name("seed", seed);
          auto config =
              runs.make(own, {task.own},
                        {adapter.train, task.train, {{"epochs", epochs}, {"seed", seed}}}, folder);
          if (config.data.validation == 0) {
            fail("data.validation: found 0 for the task ", task.name,
                 ", but the epochs are chosen on held-out rows");
          }
          plan.runs.push_back({task.name, adapter.name, config});
        }
      }
    }
  }
}

}  // namespace

ExperimentPlan read_experiment_plan(const std::string& path,
                                    const std::vector<std::string>& overrides,
                                    const AdapterTypes& types) {
  const json file = read_json_file(path);
  const auto all_overrides = split_overrides(overrides);
  refuse_grid_keys(all_overrides);
  const PlanRuns runs(path, file, all_overrides, {"dir", "keep_adapters"},
                      {{"validation", kValidation}}, types);
  ConfigSource source{path, runs.plan_overrides(), {}};
  const JsonReader reader(file, source, "");
  ExperimentPlan plan;
  reader.text("$schema");                                                 // for editors
  for (const char* key : {"model", "data", "train"}) reader.object(key);  // read with every run
  const auto tasks = read_entries(reader, "tasks", "data", source);
  const auto adapters = read_entries(reader, "adapters", "adapter", source);
  refuse_grid_keys(path, file.value("train", json::object()));
  for (const auto& task : tasks) refuse_grid_keys(path, task.train);
  for (const auto& adapter : adapters) refuse_grid_keys(path, adapter.train);
  plan.tasks = names_of(tasks);
  plan.adapters = names_of(adapters);
  plan.epochs = read_numbers(reader, "epochs", 1);
  plan.seeds = read_numbers(reader, "seeds", 0);
  check_size(path, plan);
  plan.evaluation = read_fields(reader.object("evaluation"), evaluation_fields());
  const JsonReader output = reader.object("output");
  plan.output_dir = output.required_text("dir");
  plan.keep_adapters = output.boolean("keep_adapters").value_or(plan.keep_adapters);
  const auto instruction = read_instruction(reader);
  reader.refuse_unknown_keys();
  if (instruction) add_instruction(runs, *instruction, adapters, types, plan);
  add_runs(runs, tasks, adapters, plan);
  plan.model = plan.runs.front().config.model;
  return plan;
}

}  // namespace mola
