#pragma once

#include "mola/io/safetensors.h"
#include "mola/model/llama.h"

namespace mola {

// The initial factors of a PiSSA adapter in its file, which is put on the base model as it was. A
// MoLA has them beside its experts, `lora_A_init` and `lora_B_init` once for each projection. PEFT
// knows no such tensors: to it a LoRA of rank r is a plain one of rank 2 r and twice the alpha,
//
//     lora_A = [A; A0]      lora_B = [B, -B0]      W x + s (B A - B0 A0) x

/// Adds the initial factors of `model` to `tensors`, those that its adapter's file has otherwise.
void add_initial_factors(Llama& model, TensorMap& tensors);

/// The way back: puts the factors in `tensors` into `model`, whose weights become what they leave,
/// and of a LoRA also A and B.
void take_initial_factors(Llama& model, const TensorMap& tensors);

}  // namespace mola
