#include "mola/config/experiment_plan.h"

#include <algorithm>
#include <cctype>

#include "config/json_file.h"
#include "config/run_keys.h"
#include "mola/error.h"

namespace mola {
namespace {

using nlohmann::json;

constexpr double kValidation = 0.05;

// A column or a row: what it sets in its runs.
struct Entry {
  std::string name;
  json data = json::object();
  json adapter = json::object();
  json train = json::object();
};

// Names are parts of paths.
void check_name(const JsonReader& reader, const std::string& key, const std::string& name) {
  const auto is_fine = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
  };
  if (name.front() == '.' || !std::all_of(name.begin(), name.end(), is_fine)) {
    reader.refuse(key, "found '" + name + "', expected letters, digits, _, - and .");
  }
}

template <class Value>
void check_differ(const JsonReader& reader, const std::string& key,
                  const std::vector<Value>& values) {
  if (values.empty()) reader.refuse(key, "is empty or missing, expected at least one");
  for (const auto& value : values) {
    if (std::count(values.begin(), values.end(), value) > 1) {
      reader.refuse(key, "found " + json(value).dump() + " twice");
    }
  }
}

json object_or_empty(const JsonReader& reader, const std::string& key) {
  const json found = reader.any(key);
  if (found.is_null()) return json::object();
  if (!found.is_object()) reader.refuse(key, "found " + found.dump() + ", expected an object");
  return found;
}

// The list "tasks" or "adapters"; each entry has the key `own` beside its name and "train".
std::vector<Entry> read_entries(const JsonReader& reader, const std::string& key,
                                const std::string& own, ConfigSource& source) {
  const json list = reader.any(key);
  if (!list.is_null() && !list.is_array()) {
    reader.refuse(key, "found " + list.dump() + ", expected a list");
  }
  std::vector<Entry> entries;
  std::vector<std::string> names;
  for (const json& item : list) {
    const std::string place = key + "[" + std::to_string(names.size()) + "]";
    const JsonReader entry_reader(item, source, place);
    Entry entry;
    (own == "data" ? entry.data : entry.adapter) = object_or_empty(entry_reader, own);
    entry.train = object_or_empty(entry_reader, "train");
    entry.name = entry_reader.required_text("name");
    entry_reader.refuse_unknown_keys();
    check_name(entry_reader, "name", entry.name);
    names.push_back(entry.name);
    entries.push_back(std::move(entry));
  }
  check_differ(reader, key, names);
  return entries;
}

std::vector<int64_t> read_numbers(const JsonReader& reader, const std::string& key, int64_t least) {
  const auto found = reader.number_or_list(key);
  if (found && !std::holds_alternative<std::vector<int64_t>>(*found)) {
    reader.refuse(key, "found one number, expected a list");
  }
  const auto numbers = found ? std::get<std::vector<int64_t>>(*found) : std::vector<int64_t>();
  check_differ(reader, key, numbers);
  for (const auto number : numbers) {
    if (number < least) {
      reader.refuse(
          key, "found " + std::to_string(number) + ", expected at least " + std::to_string(least));
    }
  }
  return numbers;
}

void read_evaluation(const JsonReader& reader, ExperimentPlan& plan) {
  auto& options = plan.evaluation;
  if (reader.choice("protocol", {"generate", "score"}) == "score") {
    options.protocol = Protocol::kScore;
  }
  options.batch_size = reader.integer("batch_size", 1).value_or(options.batch_size);
  options.max_new_tokens = reader.integer("max_new_tokens", 1).value_or(options.max_new_tokens);
  options.normalize = reader.boolean("normalize").value_or(options.normalize);
  plan.evaluation_limit = reader.integer("limit", 1);
  reader.refuse_unknown_keys();
}

// Makes the configs of the runs out of the plan's objects.
class Runs {
 public:
  Runs(const std::string& path, const json& plan, const std::map<std::string, std::string>& all)
      : path_(path), plan_(plan) {
    for (const auto& [key, text] : all) {
      const auto section = key.substr(0, key.find('.'));
      const bool is_of_runs = section == "model" || section == "data" || section == "train";
      if (key == "train.epochs" || key == "train.seed" || key == "train.max_steps") {
        fail("--set ", key, ": an experiment's runs differ in their length, expected ",
             "epochs=[...] or seeds=[...]");
      }
      if (is_of_runs || (section == "output" && !is_of_plan(key))) overrides_[key] = text;
    }
  }

  static bool is_of_plan(const std::string& key) {
    return key == "output.dir" || key == "output.keep_adapters";
  }

  // The overrides that the plan itself has to know.
  std::map<std::string, std::string> others(std::map<std::string, std::string> all) const {
    for (const auto& [key, text] : overrides_) all.erase(key);
    return all;
  }

  // `parts` come one over the other.
  RunConfig make(const json& adapter, const std::vector<json>& data, const std::vector<json>& train,
                 const std::string& folder) const {
    json run = {{"model", part("model")}, {"adapter", adapter}, {"output", part("output")}};
    run["output"].erase("keep_adapters");
    run["output"]["dir"] = folder;
    run["data"] = {{"validation", kValidation}};
    run["data"].update(part("data"));
    for (const auto& over : data) run["data"].update(over);
    run["train"] = part("train");
    for (const auto& over : train) run["train"].update(over);
    ConfigSource source{path_, overrides_, {}};
    return read_run(run, source);
  }

  // The grid says how long a run is, not "train".
  void refuse_lengths(const json& train) const {
    for (const char* key : {"epochs", "seed", "max_steps"}) {
      if (train.contains(key)) {
        fail(path_, ": train.", key, ": an experiment's runs differ in their length, expected the ",
             "lists epochs and seeds beside train");
      }
    }
  }

 private:
  json part(const char* key) const { return plan_.value(key, json::object()); }

  std::string path_;
  const json& plan_;
  std::map<std::string, std::string> overrides_;
};

std::string folder_name(const std::string& name, int64_t number) {
  return "/" + name + "-" + std::to_string(number);
}

std::string instruction_folder(const ExperimentPlan& plan, const std::string& adapter,
                               int64_t seed) {
  return plan.output_dir + "/instruction/" + adapter + folder_name("seed", seed);
}

// The instruction tuning of each adapter, which the other runs start from.
void add_instruction(const Runs& runs, const json& instruction, const std::vector<Entry>& adapters,
                     ExperimentPlan& plan) {
  for (const auto& adapter : adapters) {
    for (const int64_t seed : plan.seeds) {
      const json train = instruction.value("train", json::object());
      auto config = runs.make(
          adapter.adapter, {{{"validation", 0}}, instruction.value("data", json::object())},
          {adapter.train, train, {{"seed", seed}}}, instruction_folder(plan, adapter.name, seed));
      if (config.adapter.type == AdapterType::kFull) {
        fail("instruction: the adapter ", adapter.name,
             " is of the type full, which is no adapter to go on from");
      }
      plan.instruction.push_back({config.data.task, adapter.name, config});
    }
  }
}

void add_runs(const Runs& runs, const std::vector<Entry>& tasks, const std::vector<Entry>& adapters,
              ExperimentPlan& plan) {
  for (const auto& task : tasks) {
    for (const auto& adapter : adapters) {
      for (const int64_t epochs : plan.epochs) {
        for (const int64_t seed : plan.seeds) {
          json own = adapter.adapter;
          if (!plan.instruction.empty()) {
            own = {{"init_from", instruction_folder(plan, adapter.name, seed) + "/adapter"}};
          }
          const auto folder = plan.output_dir + "/runs/" + task.name + "/" + adapter.name +
                              folder_name("epochs", epochs) + folder_name("seed", seed);
          auto config =
              runs.make(own, {task.data},
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
                                    const std::vector<std::string>& overrides) {
  const json file = read_json_file(path);
  const auto all_overrides = split_overrides(overrides);
  const Runs runs(path, file, all_overrides);
  ConfigSource source{path, runs.others(all_overrides), {}};
  const JsonReader reader(file, source, "");
  ExperimentPlan plan;
  for (const char* key : {"model", "data", "train"}) reader.object(key);  // read with every run
  const auto tasks = read_entries(reader, "tasks", "data", source);
  const auto adapters = read_entries(reader, "adapters", "adapter", source);
  runs.refuse_lengths(file.value("train", json::object()));
  for (const auto& task : tasks) {
    runs.refuse_lengths(task.train);
    plan.tasks.push_back(task.name);
  }
  for (const auto& adapter : adapters) {
    runs.refuse_lengths(adapter.train);
    plan.adapters.push_back(adapter.name);
  }
  plan.epochs = read_numbers(reader, "epochs", 1);
  plan.seeds = read_numbers(reader, "seeds", 0);
  read_evaluation(reader.object("evaluation"), plan);
  const JsonReader output = reader.object("output");
  plan.output_dir = output.required_text("dir");
  plan.keep_adapters = output.boolean("keep_adapters").value_or(plan.keep_adapters);
  const JsonReader instruction = reader.object("instruction");
  object_or_empty(instruction, "data");
  object_or_empty(instruction, "train");
  instruction.refuse_unknown_keys();
  reader.refuse_unknown_keys();
  if (file.contains("instruction")) add_instruction(runs, file["instruction"], adapters, plan);
  add_runs(runs, tasks, adapters, plan);
  plan.model = plan.runs.front().config.model;
  return plan;
}

}  // namespace mola
