#pragma once

namespace mola {

/// What is trained: a mixture of LoRA experts, one LoRA (an expert without a router), virtual
/// tokens before the text (arXiv 2104.08691), gated prompts in the attention of the highest layers
/// (arXiv 2303.16199), or the model itself.
enum class AdapterType { kMola, kLora, kPromptTuning, kLlamaAdapter, kFull };

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
