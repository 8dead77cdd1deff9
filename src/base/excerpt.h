#pragma once

#include <string>

namespace mola {

/// `text` as an error quotes it: its beginning and "..." if it is longer than 200 bytes.
std::string excerpt(const std::string& text);

}  // namespace mola
