#pragma once

#include <vector>

#include "base/fingerprint.h"
#include "mola/data/sequence.h"
#include "mola/tasks/task.h"

namespace mola {

/// Adds the tokens and labels of `rows`.
void add_rows(Fingerprint& print, const std::vector<Sequence>& rows);

/// Adds the texts that a model reads, and the answers that it chooses from.
void add_rows(Fingerprint& print, const Task& task, const std::vector<Example>& rows);

}  // namespace mola
