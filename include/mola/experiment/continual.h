#pragma once

#include <string>

#include "mola/config/continual_plan.h"

namespace mola {

/// Fine-tunes each adapter of `plan` on one domain after another, with one loaded base model, and
/// evaluates it on the test rows of all domains after each. What the plan's folder holds is not
/// made again; a run that was stopped goes on from its newest checkpoint, and the results are the
/// same. After each run results.json and results.md are written anew; at the end also report.html,
/// with pictures where gnuplot is installed. Returns the table. An adapter whose run fails is told,
/// and the others go on. Throws `Error` before the first run if a task has no answers, data cannot
/// be read, or the folder holds a run of another config; and at the end if adapters failed, such as
/// one whose loss was no longer finite.
std::string run_continual(const ContinualPlan& plan);

}  // namespace mola
