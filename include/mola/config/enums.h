#pragma once

namespace mola {

/// How experts start. A: the official code's kaiming-uniform with a = sqrt(5), or the paper's
/// normal distribution with a standard deviation of 1 / rank; B at zero. PiSSA (arXiv 2404.02948):
/// both from the largest singular values of the frozen weight, which becomes what they leave.
enum class Init { kKaiming, kGaussian, kPissa };

/// How the learning rate goes on after its warm-up.
enum class Schedule { kLinear, kConstant, kCosine };

/// What a reader does with a row that it cannot use: stop with an `Error` that names file and line,
/// or warn with the same words and go on.
enum class OnBadRow { kStop, kSkip };

}  // namespace mola
