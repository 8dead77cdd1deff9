#pragma once

#include <cstdint>

#include "mola/model/llama.h"
#include "mola/ops/product_method.h"

namespace mola {

/// The methods of the products of `model`, which is on a CPU, with its frozen weights: those of
/// `known`, and of the others, which are timed for 128 and 512 rows, the fastest. ATen's, or in
/// fp32 oneDNN's, stays where no other saves 3 %. `copies` says how many copies of a weight in
/// oneDNN's order its products may have: 0, 1 (for the direction that gains more) or 2. The head
/// never has one. Takes below a second for models of 0.1 billion parameters, and some ten for 7
/// billion.
ProductChoices choose_products(Llama& model, int64_t copies, const ProductChoices& known = {});

/// Computes the products of `model`'s frozen weights by `choices` from now on; those that are not
/// in it stay as they were. Copies of weights are made here. Call it once the weights are loaded: a
/// weight that changes later goes back to the default method.
void use_products(Llama& model, const ProductChoices& choices);

}  // namespace mola
