// Prints how many parameters a run trains, without reading any weights.
#include <cstdio>

#include "program.h"

namespace {

void print_layers(const mola::AdapterConfig& adapter, const mola::ParameterCount& count) {
  std::printf("\n%-6s", "layer");
  for (const auto& projection : adapter.target_modules) std::printf(" %9s", projection.c_str());
  std::printf(" %16s\n", "trainable");
  for (size_t j = 0; j < count.trainable_per_layer.size(); ++j) {
    std::printf("%-6zu", j);
    for (const auto& projection : adapter.target_modules) {
      std::printf(" %9lld", static_cast<long long>(adapter.allocation.at(projection, j)));
    }
    std::printf(" %16s\n", with_commas(count.trainable_per_layer[j]).c_str());
  }
}

void print_parameters(const std::string& path, const std::vector<std::string>& overrides) {
  const auto run = mola::read_run_config(path, overrides);
  const auto config = mola::read_llama_config(run.model.path);
  const auto adapter = mola::resolve_adapter(run.adapter, config.num_hidden_layers);
  const auto model = mola::build_llama(config, adapter, torch::kFloat, torch::kMeta);
  const auto count = mola::count_parameters(model);
  const double share = 100.0 * static_cast<double>(count.trainable) / count.total;
  std::printf("trainable %20s\n", with_commas(count.trainable).c_str());
  std::printf("frozen    %20s\n", with_commas(count.total - count.trainable).c_str());
  std::printf("total     %20s  (%.4f %% trainable)\n", with_commas(count.total).c_str(), share);
  for (const auto& picture : mola::allocation_picture(adapter))
    std::printf("%s\n", picture.c_str());
  print_layers(adapter, count);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Counts the parameters that a run trains, and shows its experts by layer.\n");
  app.footer("\nExample:\n  parameters configs/llama2_7b_cola.json --set adapter.allocation=8642");
  std::string config;
  std::vector<std::string> overrides;
  add_config_options(app, config, overrides);
  return run_program(app, argc, argv, [&] { print_parameters(config, overrides); });
}
