#pragma once

#include <string>

namespace mola {

/// `bytes` as base64 (RFC 4648, section 4), padded.
std::string base64(const std::string& bytes);

}  // namespace mola
