#pragma once

#include "mola/base/error.h"

namespace mola {

/// The training has diverged: a loss, or a norm of gradients, is not finite. What was trained is of
/// no use.
class NotFinite : public Error {
  using Error::Error;
};

}  // namespace mola
