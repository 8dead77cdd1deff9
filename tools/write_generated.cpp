// Writes the files of the repository that are made from the configs' lists of fields: the JSON
// schemas in configs/ and docs/configuration.md.
#include <fstream>
#include <iostream>

#include "config/config_schema.h"
#include "mola/adapters/adapters.h"

namespace {

void write(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  if (!(file << text)) {
    std::cerr << path << ": cannot be written\n";
    std::exit(1);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string root = argc > 1 ? argv[1] : ".";
  const auto& types = mola::adapter_types();
  write(root + "/configs/schema.json", mola::run_schema(types).dump(2) + "\n");
  write(root + "/configs/experiments/schema.json", mola::experiment_schema(types).dump(2) + "\n");
  write(root + "/configs/continual/schema.json", mola::continual_schema(types).dump(2) + "\n");
  write(root + "/configs/pretrain/schema.json", mola::pretrain_schema().dump(2) + "\n");
  write(root + "/docs/configuration.md", mola::configuration_page(types));
}
