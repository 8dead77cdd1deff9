#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mola/config/evaluation_options.h"
#include "mola/config/run_config.h"

namespace mola {

/// The fine-tuning of one adapter on one domain.
struct ContinualRun {
  std::string adapter;
  std::string domain;
  RunConfig config;  ///< from the second domain on, starts from the previous run's adapter
};

/// Adapters that are each fine-tuned on one domain after another.
struct ContinualPlan {
  ModelConfig model;
  std::vector<std::string> domains;  ///< in the order of training
  std::vector<std::string> adapters;
  std::vector<ContinualRun> runs;  ///< adapter after adapter, each domain after domain
  PlanEvaluation evaluation;
  std::string output_dir;

  const ContinualRun& run(size_t adapter, size_t domain) const {
    return runs[adapter * domains.size() + domain];
  }
};

/// Reads the plan `path` and applies `overrides` as `read_run_config` does; those of model, data,
/// train and output apply to all runs. Its objects are
///
///     "model"        as in a run's config
///     "domains"      a list of {"name", "data", "train"}, in the order of training
///     "adapters"     a list of {"name", "adapter", "train"}
///     "data", "train"     of all runs; domains and adapters override them
///     "evaluation"   {"protocol", "batch_size", "max_new_tokens", "normalize", "limit"}
///     "output"       as in a run's config
///
/// Every run is checked as a config of its own. Throws `Error` for anything that `read_run_config`
/// refuses, fewer than two domains, duplicated names of domains or adapters, and an adapter of type
/// full, from which no run can start.
ContinualPlan read_continual_plan(const std::string& path,
                                  const std::vector<std::string>& overrides,
                                  const AdapterTypes& types);

}  // namespace mola
