#include "mola/train/metrics.h"

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/append_file.h"
#include "base/json_file.h"
#include "base/output_file.h"
#include "mola/base/error.h"
#include "train/expert_numbers.h"

namespace mola {
namespace {

// Rounds to four decimals, which are enough for a chart.
ExpertNumbers rounded(ExpertNumbers numbers) {
  for (auto& layer : numbers) {
    for (auto& number : layer) number = std::round(number * 1e4) / 1e4;
  }
  return numbers;
}

// `origin` is the file and line, for errors.
StepMetrics metrics_from(const nlohmann::json& json, const std::string& origin) {
  ConfigSource source{origin, {}, {}};
  const JsonReader reader(json, source, "");
  const auto number = [&](const std::string& key) {
    return reader.require(key, reader.number(key, "", [](double) { return true; }));
  };
  StepMetrics metrics;
  metrics.step = reader.require("step", reader.integer("step", 1, INT64_MAX));
  metrics.epoch = number("epoch");
  metrics.loss = number("loss");
  metrics.balance_loss = number("balance_loss");
  metrics.learning_rate = number("learning_rate");
  metrics.grad_norm = number("grad_norm");
  metrics.tokens_per_second = number("tokens_per_second");
  metrics.computed_tokens_per_second =
      reader.number("computed_tokens_per_second", "", [](double) { return true; })
          .value_or(metrics.tokens_per_second);
  metrics.validation_loss = reader.number("validation_loss", "", [](double) { return true; });
  metrics.expert_load = expert_numbers(reader, "expert_load");
  return metrics;
}

}  // namespace

ExpertNumbers expert_numbers(const JsonReader& reader, const std::string& key) {
  const auto found = reader.any(key);
  if (found.is_null()) return {};
  try {
    return found.get<ExpertNumbers>();
  } catch (const nlohmann::json::exception&) {
    reader.refuse(key, "found " + found.dump() + ", expected a list of numbers for each layer");
  }
}

MetricsWriter::MetricsWriter(const std::string& path) : file_(new AppendFile(path)) {}

MetricsWriter::~MetricsWriter() = default;

void MetricsWriter::write(const StepMetrics& metrics) {
  nlohmann::ordered_json line = {
      {"step", metrics.step},
      {"epoch", metrics.epoch},
      {"loss", metrics.loss},
      {"balance_loss", metrics.balance_loss},
      {"learning_rate", metrics.learning_rate},
      {"grad_norm", metrics.grad_norm},
      {"tokens_per_second", metrics.tokens_per_second},
      {"computed_tokens_per_second", metrics.computed_tokens_per_second}};
  if (metrics.validation_loss) line["validation_loss"] = *metrics.validation_loss;
  if (!metrics.expert_load.empty()) line["expert_load"] = rounded(metrics.expert_load);
  file_->write(line.dump() + "\n");
}

void MetricsWriter::flush() { file_->flush(); }

std::vector<StepMetrics> read_metrics(const std::string& path) {
  std::istringstream lines(read_file(path));
  std::vector<StepMetrics> all;
  int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string origin = path + ", line " + std::to_string(++number);
    const bool is_finished = !lines.eof();
    if (!is_finished && !nlohmann::json::accept(line)) break;
    const auto metrics = metrics_from(parse_json(line, origin), origin);
    const int64_t before = all.empty() ? 0 : all.back().step;
    if (metrics.step <= before) {
      fail(origin, ": found step ", metrics.step, ", expected a step above ", before);
    }
    all.push_back(metrics);
  }
  return all;
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
