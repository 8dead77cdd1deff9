#pragma once

namespace mola {

/// What is trained: a mixture of LoRA experts, or one LoRA (an expert without a router).
enum class AdapterType { kMola, kLora };

/// How A starts: the official code's kaiming-uniform with a = sqrt(5), or the paper's normal
/// distribution with a standard deviation of 1 / rank. B always starts at zero.
enum class Init { kKaiming, kGaussian };

/// How the learning rate goes on after its warm-up.
enum class Schedule { kLinear, kConstant, kCosine };

/// What a reader does with a row that it cannot use: stop with an `Error` that names file and line,
/// or warn with the same words and go on.
enum class OnBadRow { kStop, kSkip };

}  // namespace mola
