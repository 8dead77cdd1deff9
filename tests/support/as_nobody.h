#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

namespace mola {

/// Permissions do not bind root, so root steps aside while this lives.
class AsNobody {
 public:
  AsNobody() {
    if (is_root_ && setresuid(kNobody, kNobody, 0) != 0) ADD_FAILURE() << "cannot step aside";
  }
  ~AsNobody() {
    if (is_root_ && setresuid(0, 0, 0) != 0) ADD_FAILURE() << "cannot step back";
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  static constexpr uid_t kNobody = 65534;
  const bool is_root_ = geteuid() == 0;
};

}  // namespace mola
