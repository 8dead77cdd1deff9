#pragma once

#include <string>

#include "mola/data/tokenizer.h"
#include "mola/model/llama.h"

namespace mola {

/// Fills the frozen weights of `model` from the Hugging Face folder `folder`: model.safetensors, or
/// the shards that model.safetensors.index.json names. Each tensor is copied from the mapped file
/// straight to its place, converted to the model's dtype, and its pages are released, so that
/// memory peaks little above the model. Throws `Error` for a tensor that is missing, has another
/// shape, or has no place in the model.
void load_base_model(Llama& model, const std::string& folder);

/// The dtype of the embeddings in the Hugging Face folder `folder`. Throws `Error` as
/// `load_base_model` does.
torch::Dtype stored_dtype(const std::string& folder);

/// Writes the weights of `model`, without experts, and what else a Hugging Face folder holds to
/// `folder`, whole or not at all: config.json, model.safetensors, `tokenizer` with its config, and
/// the ids that begin and end a text in generation_config.json. transformers loads it as it is.
void save_base_model(Llama& model, const Tokenizer& tokenizer, const std::string& folder);

/// The same for weights that were loaded from the Hugging Face folder `source`: config.json, but
/// for the dtype, and all files of its tokenizer, if it has one, are carried over.
void save_base_model(Llama& model, const std::string& source, const std::string& folder);

}  // namespace mola
