#include "mola/train/metrics.h"

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "mola/error.h"

namespace mola {

MetricsWriter::MetricsWriter(const std::string& path) : path_(path), file_(path, std::ios::app) {
  if (!file_) fail(path, ": cannot be written: ", std::strerror(errno));
}

void MetricsWriter::write(const StepMetrics& metrics) {
  const nlohmann::ordered_json line = {{"step", metrics.step},
                                       {"epoch", metrics.epoch},
                                       {"loss", metrics.loss},
                                       {"balance_loss", metrics.balance_loss},
                                       {"learning_rate", metrics.learning_rate},
                                       {"grad_norm", metrics.grad_norm},
                                       {"tokens_per_second", metrics.tokens_per_second}};
  file_ << line.dump() << '\n' << std::flush;
  if (!file_) fail(path_, ": writing failed: ", std::strerror(errno));
}

}  // namespace mola
