// Makes a smaller adapter from a trained one by keeping the best of its experts.
#include "measured_rows.h"

namespace {

struct Settings {
  ModelOptions model;
  std::string allocation;
  std::string method = "redundancy";
  MeasuredRows rows;
  std::string output;
};

// The experts that serve most on the rows.
mola::ChooseExperts by_load(const Settings& settings, mola::Llama& model) {
  std::map<std::pair<int64_t, std::string>, std::vector<int64_t>> picks;
  const auto measured = settings.rows.measure(model, settings.model.model);
  for (const auto& routing : measured.routing) {
    picks[{routing.layer, routing.projection}] = routing.picks;
  }
  return [picks](const mola::ProjectionPlace& place, int64_t count) {
    const auto found = picks.find({place.layer, place.name});
    // A lone expert has no router.
    return mola::most_used(found == picks.end() ? std::vector<int64_t>{1} : found->second, count);
  };
}

std::vector<int64_t> by_redundancy(const mola::ProjectionPlace& place, int64_t count) {
  return mola::least_redundant(mola::expert_distances(*place.mixture()).product, count);
}

void run(const Settings& settings) {
  mola::check_output_folder(settings.output, "--output");
  settings.rows.check_for(settings.method);
  auto model = settings.model.load_unfrozen();
  const auto allocation = mola::Allocation::parse(
      settings.allocation, model->config.num_hidden_layers, model->adapter.target_modules);
  const auto choose =
      settings.method == "load" ? by_load(settings, model) : mola::ChooseExperts(by_redundancy);
  auto pruned = mola::prune(model, allocation, choose);
  mola::save_adapter(pruned, settings.output);
  mola::log_info("adapter saved in " + settings.output +
                 "; a config goes on from it as \"init_from\"");
  log_adapter(pruned->adapter);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Makes a smaller adapter from a trained one by keeping, in each projection, the experts "
      "that\n"
      "differ most (redundancy) or serve most on the rows of a task (load), with their routers.\n");
  app.footer(
      "\nExample:\n  prune --model llama-2-7b --adapter runs/8888/adapter --allocation 2468 "
      "--output runs/pruned");
  Settings settings;
  add_model_options(app, settings.model);
  app.get_option("--adapter")->required();
  app.add_option("--allocation", settings.allocation, "how many experts stay, as in a config")
      ->required()
      ->check(kNotEmpty)
      ->type_name("SPEC");
  app.add_option("--method", settings.method, "redundancy or load")
      ->check(CLI::IsMember({"redundancy", "load"}))
      ->capture_default_str();
  add_row_options(app, settings.rows);
  add_output_folder(app, settings.output);
  return run_program(app, argc, argv, [&] {
    spin_shortly(argv);
    run(settings);
  });
}
