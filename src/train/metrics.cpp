#include "mola/train/metrics.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "config/json_file.h"
#include "mola/error.h"
#include "mola/io/output_file.h"

namespace mola {

MetricsWriter::MetricsWriter(const std::string& path) : path_(path), file_(path, std::ios::app) {
  if (!file_) fail(path, ": cannot be written: ", std::strerror(errno));
}

void MetricsWriter::write(const StepMetrics& metrics) {
  nlohmann::ordered_json line = {{"step", metrics.step},
                                 {"epoch", metrics.epoch},
                                 {"loss", metrics.loss},
                                 {"balance_loss", metrics.balance_loss},
                                 {"learning_rate", metrics.learning_rate},
                                 {"grad_norm", metrics.grad_norm},
                                 {"tokens_per_second", metrics.tokens_per_second}};
  if (metrics.validation_loss) line["validation_loss"] = *metrics.validation_loss;
  file_ << line.dump() << '\n' << std::flush;
  if (!file_) fail(path_, ": writing failed: ", std::strerror(errno));
}

void cut_metrics(const std::string& path, int64_t last_step) {
  if (!std::filesystem::exists(path)) return;
  std::istringstream lines(read_file(path));
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    const bool is_step =
        json.is_object() && json.contains("step") && json["step"].is_number_integer();
    if (!is_step || json["step"].get<int64_t>() > last_step) break;
    kept += line + "\n";
  }
  write_file(path, kept);
}

}  // namespace mola
