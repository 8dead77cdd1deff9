#pragma once

#include <cstdint>
#include <map>
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
  PackWeights pack_weights = PackWeights::kAuto;
};

/// `"data"`: the training data.
struct DataConfig {
  std::string task;
  std::string path;             ///< the folder or file that the task reads
  int64_t max_length = 256;     ///< tokens; longer sequences are truncated on the right
  bool train_on_prompt = true;  ///< false: compute the loss on the response only
  bool shuffle = true;          ///< a new order in each epoch
  bool group_by_length = true;  ///< micro-batches of similar lengths within each step
  bool packing = false;  ///< fill micro-batches up to micro_batch_size * max_length computed tokens
  bool share_prefix = true;          ///< compute what rows of a micro-batch begin with once
  std::optional<std::string> topic;  ///< rows of this topic only, such as ScienceQA's biology
  std::optional<int64_t> limit;      ///< at most N of these rows
  /// N of these rows, sampled so that each collection keeps its share. A row's collection is the
  /// part of its id before the first dot, such as OpenOrca's niv, t0, cot and flan.
  std::optional<int64_t> sample;
  int64_t sample_seed = 10;
  double validation = 0.0;  ///< share of the training rows to hold out
  OnBadRow on_bad_row = OnBadRow::kStop;
};

/// `"train"`: the optimizer and its schedule.
struct TrainConfig {
  int64_t epochs = 10;
  std::optional<int64_t> max_steps;  ///< overrides epochs
  int64_t batch_size = 128;          ///< sequences per step
  int64_t micro_batch_size = 8;      ///< sequences per forward pass
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
  bool deterministic = false;           ///< the same bits in every run, also on a GPU
  /// Steps between validations; by default at the end of every epoch. Needs `data.validation`.
  std::optional<int64_t> evaluate_every;
};

/// `"output"`: the run's folder.
struct OutputConfig {
  std::string dir;
  int64_t save_every = 200;  ///< steps
  int64_t keep = 3;          ///< latest checkpoints
  int64_t log_every = 10;    ///< steps
};

/// One run, as in its JSON file.
struct RunConfig {
  ModelConfig model;
  AdapterSpec adapter;
  DataConfig data;
  TrainConfig train;
  OutputConfig output;
  /// Of a saved run: fingerprints of the files that its settings name, an allocation or a custom
  /// task, by key.
  std::map<std::string, std::string> files;
};

/// Reads `path` and applies `overrides`, each `key.path=value` (the text as it is for a
/// string-typed key, JSON otherwise). `types` are the adapter types that it may name;
/// adapters/adapters.h has an overload with all of them. Throws `Error` for an unreadable file, an
/// unknown key, a wrong type or a value out of range, naming the key, the value and the nearest
/// valid key.
RunConfig read_run_config(const std::string& path, const std::vector<std::string>& overrides,
                          const AdapterTypes& types);

/// `config` as JSON that `read_run_config` reads, with every key that has a default, and with the
/// fingerprints of the files as they are now. Throws `Error` for a number that is not finite.
std::string run_config_text(const RunConfig& config, const AdapterTypes& types);

/// Throws `Error` for the first key of model, adapter, data or train in which `config` differs from
/// `saved`, the config of the run in the folder `run_folder`, which is to be resumed, and for a
/// file that it names and that has changed since. The keys of output may differ.
void check_same_run(const RunConfig& config, const RunConfig& saved, const std::string& run_folder,
                    const AdapterTypes& types);

}  // namespace mola
