#include "mola/config/experiment_plan.h"

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

// The grid sets the length of a run, not "train".
constexpr const char* kLengths[] = {"epochs", "seed", "max_steps"};

void refuse_lengths(const std::map<std::string, std::string>& overrides) {
  for (const std::string key : kLengths) {
    if (overrides.count("train." + key) > 0) {
      fail("--set train.", key, ": an experiment's runs differ in length, expected ",
           "epochs=[...] or seeds=[...]");
    }
  }
}

void refuse_lengths(const std::string& path, const json& train) {
  for (const char* key : kLengths) {
    if (train.contains(key)) {
      fail(path, ": train.", key, ": an experiment's runs differ in length, expected the ",
           "lists epochs and seeds next to train");
    }
  }
}

std::string folder_name(const std::string& name, int64_t number) {
  return "/" + name + "-" + std::to_string(number);
}

std::string instruction_folder(const ExperimentPlan& plan, const std::string& adapter,
                               int64_t seed) {
  return plan.output_dir + "/instruction/" + adapter + folder_name("seed", seed);
}

// The instruction tuning of each adapter, which the other runs start from.
void add_instruction(const PlanRuns& runs, const json& instruction,
                     const std::vector<PlanEntry>& adapters, const AdapterTypes& types,
                     ExperimentPlan& plan) {
  for (const auto& adapter : adapters) {
    for (const int64_t seed : plan.seeds) {
      const json train = instruction.value("train", json::object());
      auto config = runs.make(
          adapter.own, {{{"validation", 0}}, instruction.value("data", json::object())},
          {adapter.train, train, {{"seed", seed}}}, instruction_folder(plan, adapter.name, seed));
      const auto& type = type_of(config.adapter, types);
      if (type.trains_base) {
        fail("instruction: the adapter ", adapter.name, ": found the type ", type.name,
             ", expected an adapter that the other runs can start from");
      }
      plan.instruction.push_back({config.data.task, adapter.name, config});
    }
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
  refuse_lengths(all_overrides);
  const PlanRuns runs(path, file, all_overrides, {"dir", "keep_adapters"},
                      {{"validation", kValidation}}, types);
  ConfigSource source{path, runs.plan_overrides(), {}};
  const JsonReader reader(file, source, "");
  ExperimentPlan plan;
  reader.text("$schema");                                                 // for editors
  for (const char* key : {"model", "data", "train"}) reader.object(key);  // read with every run
  const auto tasks = read_entries(reader, "tasks", "data", source);
  const auto adapters = read_entries(reader, "adapters", "adapter", source);
  refuse_lengths(path, file.value("train", json::object()));
  for (const auto& task : tasks) refuse_lengths(path, task.train);
  for (const auto& adapter : adapters) refuse_lengths(path, adapter.train);
  plan.tasks = names_of(tasks);
  plan.adapters = names_of(adapters);
  plan.epochs = read_numbers(reader, "epochs", 1);
  plan.seeds = read_numbers(reader, "seeds", 0);
  plan.evaluation = read_fields(reader.object("evaluation"), evaluation_fields());
  const JsonReader output = reader.object("output");
  plan.output_dir = output.required_text("dir");
  plan.keep_adapters = output.boolean("keep_adapters").value_or(plan.keep_adapters);
  const JsonReader instruction = reader.object("instruction");
  object_or_empty(instruction, "data");
  object_or_empty(instruction, "train");
  instruction.refuse_unknown_keys();
  reader.refuse_unknown_keys();
  if (file.contains("instruction"))
    add_instruction(runs, file["instruction"], adapters, types, plan);
  add_runs(runs, tasks, adapters, plan);
  plan.model = plan.runs.front().config.model;
  return plan;
}

}  // namespace mola
