#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mola/config/llama_config.h"
#include "mola/config/run_config.h"

namespace mola {

/// One pretraining run, as in its JSON file: a tokenizer and a model, both trained on text alone.
struct PretrainConfig {
  LlamaConfig model;         ///< `"model"`: the keys of a config.json
  std::string text;          ///< `"data"`: the path of the documents
  int64_t max_length = 256;  ///< tokens; longer documents become several sequences
  TrainConfig train;         ///< `"train"`, as in a fine-tune
  OutputConfig output;       ///< `"output"`, as in a fine-tune
};

/// The fine-tuning of all weights that a pretraining comes to, once it has its tokenizer and its
/// initial model in the folder `start` of its output.
RunConfig pretraining_run(const PretrainConfig& config);

/// Reads `path` and applies `overrides`, with the errors of `read_run_config`.
PretrainConfig read_pretrain_config(const std::string& path,
                                    const std::vector<std::string>& overrides = {});

}  // namespace mola
