// mola allocate: chooses the number of experts of each layer from measurements.
#include "mola/analysis/allocate.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/output_file.h"
#include "base/progress.h"
#include "cli/commands.h"
#include "cli/measured_rows.h"
#include "cli/model.h"
#include "mola/analysis/redundancy.h"
#include "mola/analysis/spectral_quality.h"
#include "mola/base/error.h"
#include "mola/base/log.h"
#include "mola/config/llama_config.h"
#include "mola/io/adapter_config_file.h"
#include "mola/model/device.h"

namespace mola::cli {
namespace {

struct Settings {
  ModelOptions model;
  std::string method;
  ExpertBudget budget{};
  double power = 2.5;
  RowOptions rows;
  std::string file;
  Output output;
};

// The path of an allocation in a config has to end so.
CLI::Validator json_file() {
  return {[](const std::string& path) {
            const bool is_json = path.size() > 5 && path.compare(path.size() - 5, 5, ".json") == 0;
            return is_json ? std::string()
                           : "found " + path + ", expected a name that ends in .json";
          },
          ""};
}

struct Result {
  std::string measure;           // the name of what was measured
  std::vector<double> measured;  // of each layer
  std::vector<int64_t> experts;
};

Result by_quality(const Settings& settings) {
  if (!settings.model.adapter.empty() || settings.rows.given()) {
    fail("--method quality: uses the base model alone, so leave out --adapter and --task");
  }
  const auto layers = read_llama_config(settings.model.model).num_hidden_layers;
  // An impossible budget is refused before the spectra, which take their time.
  allocate_in_proportion(std::vector<double>(layers, 1), settings.budget);
  Progress progress("layer spectra", layers);
  const auto quality = layer_quality(settings.model.model, choose_device(settings.model.device),
                                     [&](int64_t done) { progress.update(done, ""); });
  return {"PL_Alpha_Hill", quality, allocate_by_quality(quality, settings.budget, settings.power)};
}

// The number of experts that the adapter has in each layer.
std::vector<int64_t> adapter_experts(const Settings& settings) {
  const auto& folder = settings.model.adapter;
  if (folder.empty()) {
    fail("--method ", settings.method, ": needs --adapter, which is measured");
  }
  const auto layers = read_llama_config(settings.model.model).num_hidden_layers;
  const auto allocation = read_adapter_config(folder, layers).allocation;
  if (allocation.values.empty() || !allocation.same_for_all()) {
    fail("--adapter ", folder,
         ": its projections differ in their experts or have none, expected one number per layer");
  }
  const auto& experts = allocation.values.begin()->second;
  if (std::adjacent_find(experts.begin(), experts.end(), std::not_equal_to<>()) != experts.end()) {
    log_warning("--adapter " + folder +
                ": its layers differ in their number of experts, which affects the "
                "measurement; an adapter with the same number in each compares better");
  }
  return experts;
}

Result by_redundancy(const Settings& settings) {
  check_rows(settings.rows, settings.method);
  const auto layers = adapter_experts(settings).size();
  allocate_in_proportion(std::vector<double>(layers, 1), settings.budget);
  auto model = load_model_unfrozen(settings.model);
  const auto means =
      layer_means(measure_redundancy(model), static_cast<int64_t>(layers), Projections::kAll);
  Result result{"mean distance", {}, {}};
  for (const auto& mean : means) result.measured.push_back(mean.product);
  result.experts = allocate_by_redundancy(result.measured, settings.budget);
  return result;
}

Result by_load(const Settings& settings) {
  check_rows(settings.rows, settings.method);
  const auto present = adapter_experts(settings);
  std::vector<std::vector<double>> loads;
  for (const int64_t count : present) loads.emplace_back(count, 0.0);
  allocate_by_load(loads, settings.budget);  // refuses a budget before the rows
  auto model = load_model_unfrozen(settings.model);
  const auto measured = measure_adapter(model, settings.model.model, settings.rows);
  loads = sorted_loads(measured.routing, present);
  Result result{"least load", {}, {}};
  result.experts = allocate_by_load(loads, settings.budget);
  for (const auto& load : loads) result.measured.push_back(load.empty() ? 0 : load.back());
  return result;
}

void print(const Output& output, const Result& result) {
  output.print("layer  %13s  experts\n", result.measure.c_str());
  for (size_t j = 0; j < result.experts.size(); ++j) {
    output.print("%5zu  %13.4g  %7lld\n", j, result.measured[j],
                 static_cast<long long>(result.experts[j]));
  }
}

void run(Settings& settings) {
  check_output_file(settings.file);
  settings.output.open();
  const auto result = settings.method == "quality"      ? by_quality(settings)
                      : settings.method == "redundancy" ? by_redundancy(settings)
                                                        : by_load(settings);
  print(settings.output, result);
  write_file(settings.file, allocation_text(result.experts));
  log_info("allocation saved in " + settings.file + "; name it as adapter.allocation in a config");
  const nlohmann::ordered_json json = {{"method", settings.method},
                                       {"measure", result.measure},
                                       {"measured", result.measured},
                                       {"experts", result.experts}};
  settings.output.json_line(json.dump());
  settings.output.close();
}

std::function<void()> add_options(CLI::App& app) {
  const auto settings = std::make_shared<Settings>();
  auto& budget = settings->budget;
  add_model_options(app, settings->model);
  add_method_option(app, settings->method, {"quality", "redundancy", "load"})->required();
  add_number(app, "--budget", budget.experts, 1,
             "Number of experts to distribute, summed over the layers (5555 on 32 layers: 160)")
      ->required();
  add_number(app, "--min", budget.min, 0, "Minimum experts per layer")->capture_default_str();
  add_number(app, "--max", budget.max, 1, "Maximum experts per layer")->capture_default_str();
  add_number(app, "--power", settings->power, 0,
             "quality: allocate in proportion to quality^N; N is a real number")
      ->capture_default_str();
  add_row_options(app, settings->rows, Rows::kOptional);
  add_max_length_option(app, settings->rows.max_length)->default_str("the model's context length");
  add_output_option(app, settings->file, "FILE.json")->check(json_file());
  add_json_option(app, settings->output);
  return [&app, settings] {
    refuse_row_options_without_task(app);
    refuse_without_effect(app, {settings->method == "quality" ? "--dtype" : "--power"},
                          "with --method " + settings->method);
    run(*settings);
  };
}

}  // namespace

Command allocate_command() {
  return {"allocate",
          "Analyzing experts",
          "Choose the number of experts of each layer",
          "Choose the number of experts of each layer from measurements. Methods:\n"
          "  quality     more experts where the base model's weights have learned less\n"
          "  redundancy  fewer experts where those of an adapter are alike\n"
          "  load        drop the least-used experts of an adapter on the rows of a task",
          {"mola allocate --model models/llama-2-7b --method quality --budget 160 \\\n"
           "      --output allocation.json"},
          /*computes=*/true,
          add_options};
}

}  // namespace mola::cli
