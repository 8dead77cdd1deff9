#pragma once

#include <string>

#include "mola/data/tokenizer.h"
#include "mola/model/llama.h"

namespace mola {

/// Loads the frozen weights of `model` from the Hugging Face folder `folder`: model.safetensors, or
/// the shards that model.safetensors.index.json names. Each tensor is copied from the mapped file
/// directly into the model, converted to its dtype, and its pages are released, so that peak memory
/// is little above the model. Throws `Error` for a tensor that is missing, has another shape, or
/// has no place in the model.
void load_base_model(Llama& model, const std::string& folder);

/// The dtype of the embeddings in the Hugging Face folder `folder`. Throws `Error` as
/// `load_base_model` does.
torch::Dtype stored_dtype(const std::string& folder);

/// Writes `model`, without experts, to `folder` atomically as a Hugging Face folder: config.json,
/// model.safetensors, `tokenizer` with its config, and the bos and eos ids in
/// generation_config.json. transformers can load it.
void save_base_model(Llama& model, const Tokenizer& tokenizer, const std::string& folder);

/// The same for weights that were loaded from the Hugging Face folder `source`: config.json, except
/// the dtype, and the files of its tokenizer, if it has one, are copied.
void save_base_model(Llama& model, const std::string& source, const std::string& folder);

}  // namespace mola
