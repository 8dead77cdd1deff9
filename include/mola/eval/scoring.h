#pragma once

#include <vector>

#include "mola/data/example.h"
#include "mola/model/llama.h"

namespace mola {

/// For each sequence the sum of the log-probabilities (natural) that the model gives its labelled
/// tokens. All sequences go through the model at once, nothing is padded.
std::vector<double> log_probabilities(Llama& model, const std::vector<Sequence>& sequences);

}  // namespace mola
