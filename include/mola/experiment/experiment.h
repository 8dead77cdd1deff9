#pragma once

#include <string>

#include "mola/config/experiment_plan.h"

namespace mola {

/// Makes all runs of `plan` that its folder does not hold yet, one after another on one loaded base
/// model, and evaluates each on the rows that it held out and on the test rows. A run that was
/// stopped goes on from its newest checkpoint, and the results are the same. After each run
/// results.json and results.md are written anew; at the end also results.gnuplot and, where gnuplot
/// is installed, results.png. Returns the table. A run that fails is told, and the others go on.
/// Throws `Error` before the first run if data cannot be read, and at the end if runs failed, such
/// as one whose loss was no longer finite or that the folder holds with another config.
std::string run_experiment(const ExperimentPlan& plan);

}  // namespace mola
