#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mola/config/adapter_spec.h"
#include "mola/config/enums.h"

namespace mola {

/// `"model"`: the base model.
struct ModelConfig {
  std::string path;             ///< Hugging Face folder
  std::string dtype = "auto";   ///< auto | f32 | bf16
  std::string device = "auto";  ///< auto | cpu | cuda
};

/// `"data"`: what is trained on.
struct DataConfig {
  std::string task;
  std::string path;             ///< the folder or file that the task reads
  int64_t max_length = 256;     ///< tokens; longer sequences are cut on the right
  bool train_on_prompt = true;  ///< false: the loss is taken over the response alone
  bool shuffle = true;          ///< a new order in each epoch
  bool group_by_length = true;  ///< micro-batches of like lengths within each step
  bool packing = false;         ///< fill micro-batches up to micro_batch_size * max_length tokens
  std::optional<std::string> topic;  ///< the rows of this topic alone, such as ScienceQA's biology
  std::optional<int64_t> limit;      ///< the first so many of these rows only
  /// So many of these rows, drawn so that the collections that ids name before their first dot keep
  /// their shares, as OpenOrca's niv, t0, cot and flan.
  std::optional<int64_t> sample;
  int64_t sample_seed = 10;
  double validation = 0.0;  ///< share of the training rows that is held out
  OnBadRow on_bad_row = OnBadRow::kStop;
};

/// `"train"`: the optimizer and its schedule.
struct TrainConfig {
  int64_t epochs = 10;
  std::optional<int64_t> max_steps;  ///< overrides epochs
  int64_t batch_size = 128;          ///< sequences a step
  int64_t micro_batch_size = 8;      ///< sequences a forward pass
  double learning_rate = 3e-4;
  double weight_decay = 0.0;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  Schedule schedule = Schedule::kLinear;
  int64_t warmup_steps = 100;
  double max_grad_norm = 1.0;  ///< 0: no clipping
  double balance_coefficient = 0.001;
  int64_t seed = 10;
  bool gradient_checkpointing = false;  ///< recompute decoder layers in the backward pass
  /// Steps from one validation to the next; without it every epoch ends with one. Needs rows that
  /// `data.validation` holds out.
  std::optional<int64_t> evaluate_every;
};

/// `"output"`: where the run writes.
struct OutputConfig {
  std::string dir;
  int64_t save_every = 200;  ///< steps
  int64_t keep = 3;          ///< checkpoints, the newest
  int64_t log_every = 10;    ///< steps
};

/// One run, as its JSON file says.
struct RunConfig {
  ModelConfig model;
  AdapterSpec adapter;
  DataConfig data;
  TrainConfig train;
  OutputConfig output;
};

/// Reads `path` and applies `overrides`, each `key.path=value` (the text as it is for a
/// string-typed key, JSON otherwise). `types` are the adapters that it may ask for;
/// adapters/adapters.h has an overload with all of them. Throws `Error` for an unreadable file, an
/// unknown key, a wrong type or a value out of range, naming the key, the value and the nearest
/// valid key.
RunConfig read_run_config(const std::string& path, const std::vector<std::string>& overrides,
                          const AdapterTypes& types);

/// `config` as JSON that `read_run_config` reads, with every key that has a default.
std::string run_config_text(const RunConfig& config, const AdapterTypes& types);

/// Throws `Error` for the first key of model, adapter, data or train in which `config` differs from
/// `saved`, the config of the run in the folder `run_folder`, which is to be resumed. Where the run
/// writes and how often is free.
void check_same_run(const RunConfig& config, const RunConfig& saved, const std::string& run_folder,
                    const AdapterTypes& types);

}  // namespace mola
