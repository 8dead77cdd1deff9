#include "experiment/plan_folder.h"

#include <c10/util/Exception.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/atomic_folder.h"
#include "base/json_file.h"
#include "base/output_file.h"
#include "config/json_reader.h"
#include "config/run_keys.h"
#include "io/run_folder.h"
#include "mola/adapters/adapters.h"
#include "mola/base/error.h"
#include "mola/io/adapter_config_file.h"
#include "train/recorder.h"

namespace mola {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

const std::string kPlanFile = "/plan.json";

std::string plan_text(const std::string& command, const std::vector<RunConfig>& runs,
                      const PlanIdentity& identity) {
  ordered_json plan = {{"command", command},
                       {"base_model", identity.base_model},
                       {"rows", ordered_json::object()},
                       {"runs", ordered_json::array()}};
  for (const auto& rows : identity.rows) plan["rows"][rows.name] = rows.fingerprint;
  for (const auto& run : runs) plan["runs"].push_back(ordered_json::parse(run_config_text(run)));
  return plan.dump(2) + "\n";
}

// Versions before 0.2 saved no fingerprints.
void check_same_files(const json& saved, const std::string& folder, const PlanIdentity& identity) {
  const std::string advice = "; resume it with the same, or choose another output.dir";
  if (saved.value("base_model", identity.base_model) != identity.base_model) {
    fail("output.dir ", folder, ": the plan started with another base model than that in ",
         "model.path ", identity.model_path, " now (its configs, tokenizer or weights)", advice);
  }
  const json fingerprints = saved.value("rows", json::object());
  for (const auto& rows : identity.rows) {
    if (fingerprints.value(rows.name, rows.fingerprint) == rows.fingerprint) continue;
    fail("output.dir ", folder, ": the plan started with other rows of ", rows.name,
         " to train on than those in data.path ", rows.path, " now", advice);
  }
}

// `path` is that of the plan.json in `folder`.
void check_same_plan(const std::string& path, const std::string& folder, const std::string& command,
                     const std::vector<RunConfig>& runs) {
  const json saved = read_json_file(path);
  ConfigSource source{path, {}, {}};
  const JsonReader reader(saved, source, "");
  const auto other = reader.required_text("command");
  if (other != command) {
    fail("output.dir ", folder, ": is of mola ", other, ", expected mola ", command);
  }
  const json& saved_runs = saved.value("runs", json::array());
  if (saved_runs.size() != runs.size()) {
    fail("output.dir ", folder, ": found ", runs.size(), " runs, but the plan there has ",
         saved_runs.size(), "; resume it with the same plan, or choose another output.dir");
  }
  for (size_t i = 0; i < runs.size(); ++i) {
    ConfigSource run_source{path, {}, {}};
    const auto saved_run = read_run(saved_runs[i], run_source, adapter_types());
    check_same_run(runs[i], saved_run, folder, adapter_types());
    if (runs[i].output.dir != saved_run.output.dir) {
      fail("output.dir ", folder, ": found the run ", runs[i].output.dir,
           ", but the plan there has ", saved_run.output.dir);
    }
  }
}

}  // namespace

PlanFolder::PlanFolder(const std::string& folder, const std::string& command,
                       std::vector<RunConfig> runs)
    : folder_(folder), command_(command), runs_(std::move(runs)), lock_(folder, "output.dir") {
  const std::string path = folder + kPlanFile;
  remove_leftovers(folder, {"plan.json"});
  if (std::filesystem::exists(path)) {
    check_same_plan(path, folder, command, runs_);
    remove_leftovers(folder, {"results.", "report.html", kOwnMark});
    const std::string pictures = folder + "/pictures";
    if (std::filesystem::is_directory(pictures)) remove_leftovers(pictures, {""});
  } else if (!is_empty_folder(folder)) {
    fail("output.dir ", folder, ": contains files and no plan.json, so it is no plan's folder; ",
         "choose another one");
  }
}

void PlanFolder::begin(const PlanIdentity& identity) const {
  const std::string path = folder_ + kPlanFile;
  if (std::filesystem::exists(path)) check_same_files(read_json_file(path), folder_, identity);
  try_writing(folder_);
  write_file(path, plan_text(command_, runs_, identity));
}

std::string message_of(const std::exception& error) {
  const auto* from_torch = dynamic_cast<const c10::Error*>(&error);
  return from_torch == nullptr ? error.what() : from_torch->what_without_backtrace();
}

void check_runs(const std::vector<RunConfig>& runs, int64_t num_layers) {
  for (const auto& run : runs) {
    find_run(run);
    if (run.adapter.init_from) continue;  // takes the settings of an earlier run's adapter
    try {
      resolve_adapter(run.adapter, num_layers);
    } catch (const Error& error) {
      fail("run ", run.output.dir, ": ", error.what());
    }
  }
}

}  // namespace mola
