// Measures the experts of a saved adapter and makes a report of it.
#include <cstdio>
#include <filesystem>

#include "measured_rows.h"

namespace {

struct Settings {
  ModelOptions model;
  MeasuredRows rows;
  std::string metrics;
  std::string output;
};

// The history of the adapter's training: the file named, or the one of the run whose folder the
// adapter is in, if it is in one.
std::vector<mola::StepMetrics> history(const Settings& settings) {
  if (!settings.metrics.empty()) return mola::read_metrics(settings.metrics);
  const auto folder = std::filesystem::absolute(settings.model.adapter + "/").parent_path();
  const auto path = (folder.parent_path() / "metrics.jsonl").string();
  if (!std::filesystem::exists(path)) return {};
  try {
    return mola::read_metrics(path);
  } catch (const mola::Error& error) {  // a file that nobody asked for
    mola::log_warning(std::string(error.what()) + "; the report goes without the training");
    return {};
  }
}

void print(const mola::Measurements& measured) {
  std::printf("distance   %.4g between two experts, as a mean over all projections\n",
              mola::overall_mean(measured.redundancy).product);
  const auto compared = mola::compared_projections(measured.redundancy);
  const auto layers = mola::layer_means(measured.redundancy, measured.num_layers, compared);
  std::printf("by layer  ");
  for (const auto& layer : layers) std::printf(" %.3g", layer.product);
  std::printf("  (%s)\n", mola::name_of(compared).c_str());
  if (measured.routing.empty()) return;
  double entropy = 0, dead = 0, experts = 0;
  for (const auto& routing : measured.routing) {
    entropy += routing.entropy / static_cast<double>(measured.routing.size());
    dead += routing.dead * static_cast<double>(routing.num_experts());
    experts += static_cast<double>(routing.num_experts());
  }
  std::printf("routing    of %lld tokens; entropy %.3f of what an even choice has\n",
              static_cast<long long>(measured.routing.front().tokens), entropy);
  std::printf("dead       %.0f of %.0f experts served no token\n", dead, experts);
}

void run(const Settings& settings) {
  mola::check_output_folder(settings.output, "--output");
  const auto steps = history(settings);
  auto model = settings.model.load_unfrozen();
  const auto measured = settings.rows.measure(model, settings.model.model);
  const auto page =
      mola::write_report(measured, "Experts of " + settings.model.adapter, steps, settings.output);
  print(measured);
  std::printf("report     %s\n", page.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Measures the experts of a saved adapter: how redundant they are, and with the rows of a\n"
      "task how the routers use them. Writes numbers, pictures and a report of one HTML file.\n");
  app.footer(
      "\nExample:\n  analyze --model llama-2-7b --adapter runs/cola/adapter --task cola "
      "--data data/glue/CoLA --output runs/cola/report");
  Settings settings;
  add_model_options(app, settings.model);
  app.get_option("--adapter")->required();
  add_row_options(app, settings.rows);
  app.add_option("--metrics", settings.metrics,
                 "the training's metrics.jsonl; by default that beside the adapter")
      ->check(kNotEmpty)
      ->type_name("FILE");
  add_output_folder(app, settings.output);
  return run_program(app, argc, argv, [&] {
    spin_shortly(argv);
    run(settings);
  });
}
