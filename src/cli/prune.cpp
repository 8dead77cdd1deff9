// mola prune: makes a smaller adapter from a trained one.
#include "mola/analysis/prune.h"

#include <map>

#include "cli/commands.h"
#include "cli/measured_rows.h"
#include "cli/model.h"
#include "io/output_folder.h"
#include "mola/adapters/adapters.h"
#include "mola/analysis/redundancy.h"
#include "mola/base/log.h"
#include "mola/config/llama_config.h"
#include "mola/io/adapter.h"
#include "mola/io/adapter_config_file.h"

namespace mola::cli {
namespace {

struct Settings {
  ModelOptions model;
  std::string allocation;
  std::string method = "redundancy";
  RowOptions rows;
  std::string output;
};

// The most used experts on the rows.
ChooseExperts by_load(const Settings& settings, Llama& model) {
  std::map<std::pair<int64_t, std::string>, std::vector<int64_t>> picks;
  const auto measured = measure_adapter(model, settings.model.model, settings.rows);
  for (const auto& routing : measured.routing) {
    picks[{routing.layer, routing.projection}] = routing.picks;
  }
  return [picks](const ProjectionPlace& place, int64_t count) {
    const auto found = picks.find({place.layer, place.name});
    // A lone expert has no router.
    return most_used(found == picks.end() ? std::vector<int64_t>{1} : found->second, count);
  };
}

std::vector<int64_t> by_redundancy(const ProjectionPlace& place, int64_t count) {
  return least_redundant(expert_distances(*place.mixture()).product, count);
}

// Checked before the weights are read.
Allocation read_allocation(const Settings& settings) {
  const auto layers = read_llama_config(settings.model.model).num_hidden_layers;
  const auto adapter = read_adapter_config(settings.model.adapter, layers);
  auto allocation = Allocation::parse(settings.allocation, layers, adapter.target_modules);
  pruned_config(adapter, allocation);
  return allocation;
}

void run(const Settings& settings) {
  const OutputFolder folder(settings.output);
  check_rows(settings.rows, settings.method);
  const auto allocation = read_allocation(settings);
  auto model = load_model_unfrozen(settings.model);
  const auto choose =
      settings.method == "load" ? by_load(settings, model) : ChooseExperts(by_redundancy);
  auto pruned = mola::prune(model, allocation, choose);
  save_adapter(pruned, settings.output);
  log_info("adapter saved in " + settings.output +
           "; name it as adapter.init_from to train it further");
  for (const auto& line : adapter_summary(pruned->adapter)) log_info(line);
}

std::function<void()> add_options(CLI::App& app) {
  const auto settings = std::make_shared<Settings>();
  add_model_options(app, settings->model);
  app.get_option("--adapter")->required();
  app.add_option("--allocation", settings->allocation,
                 "Experts to keep in each layer, in the form of adapter.allocation")
      ->required()
      ->check(not_empty())
      ->type_name("SPEC");
  add_method_option(app, settings->method, {"redundancy", "load"});
  add_row_options(app, settings->rows, Rows::kOptional);
  add_max_length_option(app, settings->rows.max_length)->default_str("the model's context length");
  add_output_option(app, settings->output, "DIR");
  return [&app, settings] {
    refuse_row_options_without_task(app);
    run(*settings);
  };
}

}  // namespace

Command prune_command() {
  return {"prune",
          "Analyzing experts",
          "Remove redundant or rarely used experts",
          "Make a smaller adapter from a trained one: keep some experts of each projection, with\n"
          "their part of the router. Methods:\n"
          "  redundancy  keep the experts that differ most\n"
          "  load        keep the experts that are used most on the rows of a task",
          {"mola prune --model models/llama-2-7b --adapter runs/8888/adapter --allocation 2468 \\\n"
           "      --output runs/pruned"},
          /*computes=*/true,
          add_options};
}

}  // namespace mola::cli
