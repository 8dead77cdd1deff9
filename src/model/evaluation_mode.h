#pragma once

#include "mola/model/llama.h"

namespace mola {

/// Puts a model into evaluation mode (without dropout) and restores its mode on destruction.
class EvaluationMode {
 public:
  explicit EvaluationMode(const Llama& model) : model_(model), was_training_(model->is_training()) {
    model_->eval();
  }
  ~EvaluationMode() { model_->train(was_training_); }
  EvaluationMode(const EvaluationMode&) = delete;
  EvaluationMode& operator=(const EvaluationMode&) = delete;

 private:
  Llama model_;
  bool was_training_;
};

}  // namespace mola
