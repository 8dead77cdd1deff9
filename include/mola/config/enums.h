#pragma once

namespace mola {

/// Initialization of experts. A: the official code's kaiming-uniform with a = sqrt(5), or the
/// paper's normal distribution with a standard deviation of 1 / rank; B: zero. PiSSA (arXiv
/// 2404.02948): both from the largest singular values of the frozen weight, which becomes the
/// residual.
enum class Init { kKaiming, kGaussian, kPissa };

/// Learning-rate schedule after the warm-up.
enum class Schedule { kLinear, kConstant, kCosine };

/// How a reader handles an unusable row: stop with an `Error` that names file and line, or warn
/// with the same text and continue.
enum class OnBadRow { kStop, kSkip };

/// Whether frozen weights are also kept in the order of elements that a CPU multiplies fastest: not
/// at all, one copy each where it saves time and fits (kAuto), or a copy for each direction.
enum class PackWeights { kAuto, kYes, kNo };

}  // namespace mola
