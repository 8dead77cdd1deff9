#pragma once

#include <cstdint>

#include "mola/config/run_config.h"
#include "mola/data/encode.h"
#include "mola/data/hold_out.h"
#include "mola/data/loader.h"

namespace mola {

/// The training rows of a run, and the rows held out; none without data.validation.
struct RunData {
  HeldOut<Sequence> sequences;
  HeldOut<Example> examples;  ///< the same rows as text; none for the task "tokens"
};

/// Reads, encodes and splits the training rows of `run`. `tokenizer` may be null for the task
/// "tokens". Throws `Error` as `load_data` does.
RunData load_run_data(const RunConfig& run, const Tokenizer* tokenizer, const LlamaConfig& model);

/// The same with the tokenizer in the folder of the base model, which the task "tokens" needs not
/// have.
RunData load_run_data(const RunConfig& run, const LlamaConfig& model);

/// The loader options of `run`.
LoaderOptions loader_options(const RunConfig& run);

/// The same for rows to evaluate on, in their own order.
LoaderOptions evaluation_loader_options(const RunConfig& run);

}  // namespace mola
