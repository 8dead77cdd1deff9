// mola parameters: counts the parameters that a run trains, without reading any weights.
#include <nlohmann/json.hpp>

#include "base/format_number.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "mola/adapters/adapters.h"
#include "mola/config/run_config.h"
#include "mola/io/adapter_config_file.h"
#include "mola/model/builders.h"
#include "mola/model/parameter_count.h"

namespace mola::cli {
namespace {

struct Settings {
  ConfigOptions config;
  Output output;
};

void print_layers(const Output& output, const AdapterConfig& adapter, const ParameterCount& count) {
  output.print("\n%-6s", "layer");
  for (const auto& projection : adapter.target_modules) output.print(" %9s", projection.c_str());
  output.print(" %16s\n", "trainable");
  for (size_t j = 0; j < count.trainable_per_layer.size(); ++j) {
    output.print("%-6zu", j);
    for (const auto& projection : adapter.target_modules) {
      output.print(" %9lld", static_cast<long long>(adapter.allocation.at(projection, j)));
    }
    output.print(" %16s\n", with_commas(count.trainable_per_layer[j]).c_str());
  }
}

void print(const Output& output, const AdapterConfig& adapter, const ParameterCount& count) {
  const double share = 100.0 * static_cast<double>(count.trainable) / count.total;
  output.print("trainable %20s\n", with_commas(count.trainable).c_str());
  output.print("frozen    %20s\n", with_commas(count.total - count.trainable).c_str());
  output.print("total     %20s  (%.4f %% trainable)\n", with_commas(count.total).c_str(), share);
  for (const auto& line : adapter_summary(adapter)) output.print("%s\n", line.c_str());
  print_layers(output, adapter, count);
}

nlohmann::ordered_json to_json(const AdapterConfig& adapter, const ParameterCount& count) {
  nlohmann::ordered_json json = {{"trainable", count.trainable},
                                 {"frozen", count.total - count.trainable},
                                 {"total", count.total}};
  for (size_t j = 0; j < count.trainable_per_layer.size(); ++j) {
    nlohmann::ordered_json experts = nlohmann::ordered_json::object();
    for (const auto& projection : adapter.target_modules) {
      experts[projection] = adapter.allocation.at(projection, j);
    }
    json["layers"].push_back({{"trainable", count.trainable_per_layer[j]}, {"experts", experts}});
  }
  return json;
}

void run(Settings& settings) {
  settings.output.open();
  const auto run = read_run_config(settings.config.path, settings.config.overrides);
  const auto config = read_llama_config(run.model.path);
  const auto adapter = resolve_adapter(run.adapter, config.num_hidden_layers);
  const auto model = build_llama(config, adapter, torch::kFloat, torch::kMeta);
  const auto count = count_parameters(model);
  print(settings.output, adapter, count);
  settings.output.json_line(to_json(adapter, count).dump());
  settings.output.close();
}

std::function<void()> add_options(CLI::App& app) {
  const auto settings = std::make_shared<Settings>();
  add_config_options(app, settings->config);
  add_json_option(app, settings->output);
  return [settings] { run(*settings); };
}

}  // namespace

Command parameters_command() {
  return {"parameters",
          "Runs and data",
          "Count trainable parameters and experts by layer",
          "Count the parameters that a run trains and show its experts by layer, without reading\n"
          "any weights.",
          {"mola parameters configs/llama2_7b_cola.json --set adapter.allocation=8642"},
          /*computes=*/false,
          add_options};
}

}  // namespace mola::cli
