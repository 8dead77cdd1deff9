#pragma once

#include <cstdint>
#include <string>

namespace mola {

/// The CPU's model and the widest of its instructions for matrix products, such as "AMD EPYC with
/// avx512_bf16"; "unknown CPU" where the system does not tell.
std::string cpu_name();

/// The bytes of memory that this process may use: the machine's, or the limit of its control group
/// if that is lower; 0 where the system does not tell.
int64_t memory_limit();

/// This user's folder for files that can be made again, $XDG_CACHE_HOME/mola or ~/.cache/mola,
/// which may not exist; empty if neither variable is set.
std::string cache_folder();

}  // namespace mola
