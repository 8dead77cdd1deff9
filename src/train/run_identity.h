#pragma once

#include <string>

#include "mola/data/run_data.h"
#include "mola/train/checkpoint.h"

namespace mola {

/// The fingerprint of the tokens and labels of a run's rows.
std::string rows_fingerprint(const RunData& data);

/// The fingerprint of the base model in `folder`; empty if there is none, as where a program gives
/// the model, or before pretraining has saved its initial one.
std::string known_base_model(const std::string& folder);

/// The identity of the run that `trainer` makes on `data`, with the base model in `folder`.
RunIdentity identity_of(Trainer& trainer, const RunData& data, const std::string& folder);

/// Throws `Error` unless the run in `checkpoint`, of identity `saved`, can be resumed with `given`,
/// whose base model is in `folder`.
void check_identity(const std::string& checkpoint, const RunIdentity& saved,
                    const RunIdentity& given, const std::string& folder);

}  // namespace mola
