// mola analyze: measures the experts of a saved adapter and reports on them.
#include <filesystem>

#include "analysis/measurement_tables.h"
#include "analysis/report.h"
#include "cli/commands.h"
#include "cli/measured_rows.h"
#include "cli/model.h"
#include "io/output_folder.h"
#include "mola/base/error.h"
#include "mola/base/log.h"

namespace mola::cli {
namespace {

struct Settings {
  ModelOptions model;
  RowOptions rows;
  std::string metrics;
  std::string folder;
  Output output;
};

// The history of the adapter's training: the file named, or the one of the run whose folder the
// adapter is in, if it is in one.
std::vector<StepMetrics> history(const Settings& settings) {
  if (!settings.metrics.empty()) return read_metrics(settings.metrics);
  const auto folder = std::filesystem::absolute(settings.model.adapter + "/").parent_path();
  const auto path = (folder.parent_path() / "metrics.jsonl").string();
  if (!std::filesystem::exists(path)) return {};
  try {
    return read_metrics(path);
  } catch (const Error& error) {  // of a file that was not asked for
    log_warning(std::string(error.what()) + "; the report leaves out the training");
    return {};
  }
}

void print(const Output& output, const Measurements& measured) {
  output.print("distance   %.4g between two experts, mean over all projections\n",
               overall_mean(measured.redundancy).product);
  const auto compared = compared_projections(measured.redundancy);
  const auto layers = layer_means(measured.redundancy, measured.num_layers, compared);
  output.print("by layer  ");
  for (const auto& layer : layers) output.print(" %.3g", layer.product);
  output.print("  (%s)\n", name_of(compared).c_str());
  if (measured.routing.empty()) return;
  double entropy = 0, dead = 0, experts = 0;
  for (const auto& routing : measured.routing) {
    entropy += routing.entropy / static_cast<double>(measured.routing.size());
    dead += routing.dead * static_cast<double>(routing.num_experts());
    experts += static_cast<double>(routing.num_experts());
  }
  output.print("routing    %lld tokens, entropy %.3f of that of uniform routing\n",
               static_cast<long long>(measured.routing.front().tokens), entropy);
  output.print("dead       %.0f of %.0f experts received no token\n", dead, experts);
}

void run(Settings& settings) {
  const OutputFolder folder(settings.folder);
  settings.output.open();
  const auto steps = history(settings);
  auto model = load_model_unfrozen(settings.model);
  const auto measured = measure_adapter(model, settings.model.model, settings.rows);
  const auto page =
      write_report(measured, "Experts of " + settings.model.adapter, steps, settings.folder);
  print(settings.output, measured);
  settings.output.print("report     %s\n", page.c_str());
  settings.output.json_line(measurements_json(measured));
  settings.output.close();
}

std::function<void()> add_options(CLI::App& app) {
  const auto settings = std::make_shared<Settings>();
  add_model_options(app, settings->model);
  app.get_option("--adapter")->required();
  add_row_options(app, settings->rows, Rows::kOptional);
  add_max_length_option(app, settings->rows.max_length)->default_str("the model's context length");
  app.add_option("--metrics", settings->metrics,
                 "Metrics of the training to report; by default metrics.jsonl of the adapter's run")
      ->check(not_empty())
      ->type_name("FILE");
  add_output_option(app, settings->folder, "DIR");
  add_json_option(app, settings->output);
  return [&app, settings] {
    refuse_row_options_without_task(app);
    run(*settings);
  };
}

}  // namespace

Command analyze_command() {
  return {
      "analyze",
      "Analyzing experts",
      "Measure the redundancy and routing of experts",
      "Measure how redundant the experts of a saved adapter are and, given the rows of a task,\n"
      "how the routers use them. Write the figures, charts and an HTML report.",
      {"mola analyze --model models/llama-2-7b --adapter runs/cola/adapter --task cola \\\n"
       "      --data data/glue/CoLA --output runs/cola/report"},
      /*computes=*/true,
      add_options};
}

}  // namespace mola::cli
