#pragma once

#include <string>

#include "mola/data/run_data.h"
#include "mola/train/checkpoint.h"

namespace mola {

/// The identity of the run that `trainer` makes on `data`.
RunIdentity identity_of(Trainer& trainer, const RunData& data);

/// Throws `Error` unless the run in `checkpoint`, of identity `saved`, can be resumed with `given`.
void check_identity(const std::string& checkpoint, const RunIdentity& saved,
                    const RunIdentity& given);

}  // namespace mola
