// Chooses the number of experts of each layer from measurements, for a given sum.
#include <algorithm>
#include <cstdio>
#include <functional>

#include "measured_rows.h"

namespace {

struct Settings {
  ModelOptions model;
  std::string method;
  mola::ExpertBudget budget{};
  double power = 2.5;
  MeasuredRows rows;
  std::string output;
};

// A config takes only these for the path of an allocation.
const CLI::Validator kJsonFile(
    [](const std::string& path) {
      const bool is_json = path.size() > 5 && path.compare(path.size() - 5, 5, ".json") == 0;
      return is_json ? std::string() : "found " + path + ", expected a name that ends in .json";
    },
    "");

// What each layer was measured by, and what that gives.
struct Result {
  std::vector<double> measured;
  std::vector<int64_t> experts;
};

Result by_quality(const Settings& settings) {
  if (!settings.model.adapter.empty() || settings.rows.given()) {
    mola::fail(
        "--method quality: looks at the base model alone, so leave out --adapter and --task");
  }
  const auto layers = mola::read_llama_config(settings.model.model).num_hidden_layers;
  // What the budget cannot be is told before the spectra, which take their time.
  mola::allocate_in_proportion(std::vector<double>(layers, 1), settings.budget);
  mola::Progress progress("spectra of the layers", layers);
  const auto quality =
      mola::layer_quality(settings.model.model, mola::choose_device(settings.model.device),
                          [&](int64_t done) { progress.update(done, ""); });
  return {quality, mola::allocate_by_quality(quality, settings.budget, settings.power)};
}

// How many experts the adapter has in each layer.
std::vector<int64_t> adapter_experts(const Settings& settings) {
  const auto& folder = settings.model.adapter;
  if (folder.empty()) {
    mola::fail("--method ", settings.method, ": needs the --adapter that is measured");
  }
  const auto layers = mola::read_llama_config(settings.model.model).num_hidden_layers;
  const auto allocation = mola::read_adapter_config(folder, layers).allocation;
  if (allocation.values.empty() || !allocation.same_for_all()) {
    mola::fail(
        "--adapter ", folder,
        ": its projections differ in their experts or have none, expected one number a layer");
  }
  const auto& experts = allocation.values.begin()->second;
  if (std::adjacent_find(experts.begin(), experts.end(), std::not_equal_to<>()) != experts.end()) {
    mola::log_warning("--adapter " + folder +
                      ": has more experts in some layers than in others, which moves what is "
                      "measured; an adapter with as many in each compares better");
  }
  return experts;
}

Result by_redundancy(const Settings& settings) {
  settings.rows.check_for(settings.method);
  const auto layers = adapter_experts(settings).size();
  mola::allocate_in_proportion(std::vector<double>(layers, 1), settings.budget);
  auto model = settings.model.load_unfrozen();
  const auto means = mola::layer_means(mola::measure_redundancy(model),
                                       static_cast<int64_t>(layers), mola::Projections::kAll);
  Result result;
  for (const auto& mean : means) result.measured.push_back(mean.product);
  result.experts = mola::allocate_by_redundancy(result.measured, settings.budget);
  return result;
}

Result by_load(const Settings& settings) {
  settings.rows.check_for(settings.method);
  const auto present = adapter_experts(settings);
  std::vector<std::vector<double>> loads;
  for (const int64_t count : present) loads.emplace_back(count, 0.0);
  mola::allocate_by_load(loads, settings.budget);  // refuses a budget before the rows
  auto model = settings.model.load_unfrozen();
  const auto measured = settings.rows.measure(model, settings.model.model);
  loads = mola::sorted_loads(measured.routing, present);
  Result result;
  result.experts = mola::allocate_by_load(loads, settings.budget);
  for (const auto& load : loads) result.measured.push_back(load.empty() ? 0 : load.back());
  return result;
}

void run(const Settings& settings) {
  mola::check_output_file(settings.output);
  const auto result = settings.method == "quality"      ? by_quality(settings)
                      : settings.method == "redundancy" ? by_redundancy(settings)
                                                        : by_load(settings);
  const char* name = settings.method == "quality"      ? "PL_Alpha_Hill"
                     : settings.method == "redundancy" ? "mean distance"
                                                       : "least load";
  std::printf("layer  %13s  experts\n", name);
  for (size_t j = 0; j < result.experts.size(); ++j) {
    std::printf("%5zu  %13.4g  %7lld\n", j, result.measured[j],
                static_cast<long long>(result.experts[j]));
  }
  mola::write_file(settings.output, mola::allocation_text(result.experts));
  mola::log_info("allocation saved in " + settings.output +
                 "; a config names it as \"allocation\"");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Chooses the number of experts of each layer from measurements.\n"
      "quality: of the base model's weights alone, more experts where a layer has learned less;\n"
      "redundancy: of an adapter with as many experts in every layer, fewer where they are alike;\n"
      "load: of an adapter and the rows of a task, the experts that serve least are dropped.\n");
  app.footer(
      "\nExample:\n  allocate --model llama-2-7b --method quality --budget 160 --output "
      "allocation.json");
  Settings settings;
  add_model_options(app, settings.model);
  app.add_option("--method", settings.method, "quality, redundancy or load")
      ->required()
      ->check(CLI::IsMember({"quality", "redundancy", "load"}));
  app.add_option("--budget", settings.budget.experts,
                 "the experts of a projection, summed over the layers: 160 for 5555 on 32 layers")
      ->required()
      ->check(CLI::PositiveNumber);
  app.add_option("--min", settings.budget.min, "experts of a layer")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--max", settings.budget.max, "experts of a layer")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--power", settings.power, "quality: experts in proportion to this power of it")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  add_row_options(app, settings.rows);
  app.add_option("--output", settings.output, "the allocation's JSON file")
      ->required()
      ->check(kJsonFile)
      ->type_name("FILE.json");
  return run_program(app, argc, argv, [&] {
    spin_shortly(argv);
    run(settings);
  });
}
