#pragma once

#include <string>

#include "mola/config/run_config.h"
#include "mola/model/llama.h"

namespace mola {

/// Chooses how the products with the frozen weights of `model` are computed in a run, and has them
/// computed so. The choice of the run's own folder comes first, then that of the user's cache; if
/// neither has one for this machine, number of threads and version of torch, the products are
/// timed, and both files keep the result. A run that began without a choice goes on without.
///
/// Does nothing on a GPU, for a model whose weights are trained, and if the environment variable
/// MOLA_PRODUCTS is "default". Throws `Error` if the run's folder cannot be written.
void choose_run_products(Llama& model, const RunConfig& run);

}  // namespace mola
