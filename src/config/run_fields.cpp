#include "config/run_fields.h"

namespace mola {

const Fields<ModelConfig>& model_fields() {
  using C = ModelConfig;
  static const Fields<C> kFields = {
      text_field("path", &C::path, "Base model, a Hugging Face folder.").required(),
      choice_field("dtype", &C::dtype, {"auto", "f32", "bf16"},
                   "Data type of the frozen weights. auto: bf16 where natively supported, f32 "
                   "otherwise."),
      choice_field("device", &C::device, {"auto", "cpu", "cuda"},
                   "Device to train on. auto: CUDA if available."),
      auto_or_boolean_field(
          "pack_weights", &C::pack_weights,
          {PackWeights::kAuto, PackWeights::kYes, PackWeights::kNo},
          "On a CPU, also keep the frozen weights in the order of elements that is multiplied "
          "fastest. auto: one copy of each where it saves time, if that and the weights fit in "
          "half "
          "of the memory. true: two, for the forward and the backward pass."),
  };
  return kFields;
}

const Fields<DataConfig>& data_fields() {
  using C = DataConfig;
  static const Fields<C> kFields = {
      text_field("task", &C::task,
                 "Task that reads the rows: a name, or the path of a .json file that describes a "
                 "custom task.")
          .required(),
      text_field("path", &C::path, "File or folder of the task's data.").required(),
      integer_field("max_length", &C::max_length, {2},
                    "Maximum tokens per sequence; longer sequences are truncated."),
      boolean_field("train_on_prompt", &C::train_on_prompt,
                    "Compute the loss on the prompt too; false: on the response only."),
      boolean_field("shuffle", &C::shuffle, "Shuffle the rows in every epoch."),
      boolean_field("group_by_length", &C::group_by_length,
                    "Sort the sequences of each step by length, those of equal length by their "
                    "tokens, before splitting the step into micro-batches."),
      boolean_field("packing", &C::packing,
                    "Fill each micro-batch up to micro_batch_size * max_length tokens that are "
                    "computed."),
      boolean_field(
          "share_prefix", &C::share_prefix,
          "Compute tokens that several sequences of a micro-batch begin with once. Without "
          "dropout the results are the same up to rounding; with it, these tokens have one "
          "dropout mask for all of the sequences."),
      text_field("topic", &C::topic,
                 "Keep only rows of this topic, such as biology. For scienceqa, and custom tasks "
                 "that name the column of the topic."),
      integer_field("limit", &C::limit, {1}, "Maximum number of rows; the first ones are kept."),
      integer_field("sample", &C::sample, {1},
                    "Number of rows to sample at random. Each collection, named by the part of a "
                    "row's id before its first dot (such as OpenOrca's niv, t0, cot, flan), keeps "
                    "its share."),
      integer_field("sample_seed", &C::sample_seed, {0, INT64_MAX}, "Random seed of sample."),
      number_field("validation", &C::validation, share_below_one(),
                   "Fraction of the training rows held out for validation, chosen by train.seed."),
      enum_field("on_bad_row", &C::on_bad_row, on_bad_row_names(),
                 "stop: an unusable row, or one that keeps no response token within max_length, is "
                 "an error. skip: warn and continue."),
  };
  return kFields;
}

const Fields<TrainConfig>& train_fields() {
  using C = TrainConfig;
  static const Fields<C> kFields = {
      integer_field("epochs", &C::epochs, {1}, "Passes over the training data."),
      integer_field("max_steps", &C::max_steps, {1},
                    "Number of optimizer steps; overrides epochs."),
      integer_field("batch_size", &C::batch_size, {1}, "Sequences per optimizer step."),
      integer_field("micro_batch_size", &C::micro_batch_size, {1},
                    "Sequences per forward pass, at most batch_size; smaller values need less "
                    "memory."),
      number_field("learning_rate", &C::learning_rate, positive(), "Peak learning rate."),
      number_field("weight_decay", &C::weight_decay, not_negative(), "Weight decay of AdamW."),
      number_field("beta1", &C::beta1, share_below_one(),
                   "Decay rate of AdamW's first-moment estimate."),
      number_field("beta2", &C::beta2, share_below_one(),
                   "Decay rate of AdamW's second-moment estimate."),
      number_field("epsilon", &C::epsilon, positive(),
                   "Term added to AdamW's denominator for numerical stability."),
      enum_field("schedule", &C::schedule, schedule_names(),
                 "Learning-rate schedule after the warm-up."),
      integer_field("warmup_steps", &C::warmup_steps, {0},
                    "Steps of linear warm-up from 0 to the peak learning rate."),
      number_field("max_grad_norm", &C::max_grad_norm, not_negative(),
                   "Maximum gradient norm; 0 = no clipping."),
      number_field("balance_coefficient", &C::balance_coefficient, not_negative(),
                   "Weight of the load-balancing loss."),
      integer_field("seed", &C::seed, {0, INT64_MAX},
                    "Random seed of initialization, dropout, the order of the rows and the "
                    "validation split."),
      boolean_field("gradient_checkpointing", &C::gradient_checkpointing,
                    "Recompute each decoder layer in the backward pass: less memory for about a "
                    "third more time.")
          .renamed_from("recompute"),
      boolean_field("deterministic", &C::deterministic,
                    "On a GPU, compute only in ways that give the same bits in every run, which "
                    "takes longer; a CPU always does."),
      integer_field("evaluate_every", &C::evaluate_every, {1},
                    "Steps between validations; by default at the end of every epoch. Needs "
                    "data.validation."),
  };
  return kFields;
}

const Fields<OutputConfig>& output_fields() {
  using C = OutputConfig;
  static const Fields<C> kFields = {
      text_field("dir", &C::dir, "Output folder; must be new or empty.").required(),
      integer_field("save_every", &C::save_every, {1}, "Steps between checkpoints."),
      integer_field("keep", &C::keep, {1}, "Number of latest checkpoints to keep."),
      integer_field("log_every", &C::log_every, {1},
                    "Steps between lines of metrics.jsonl and of the log."),
  };
  return kFields;
}

const Fields<PlanEvaluation>& evaluation_fields() {
  using C = PlanEvaluation;
  static const EnumNames<Protocol> kProtocols = {{"generate", Protocol::kGenerate},
                                                 {"score", Protocol::kScore}};
  static const Fields<C> kFields = {
      enum_field("protocol", static_cast<Protocol C::*>(&C::protocol), kProtocols,
                 "Evaluation protocol. generate: parse the answer from the generated response. "
                 "score: take the answer with the highest log-probability."),
      integer_field("batch_size", static_cast<int64_t C::*>(&C::batch_size), {1},
                    "Sequences per batch."),
      integer_field("max_new_tokens", static_cast<int64_t C::*>(&C::max_new_tokens), {1},
                    "generate: maximum new tokens per response."),
      boolean_field("normalize", static_cast<bool C::*>(&C::normalize),
                    "score: divide log-probabilities by the number of response tokens."),
      integer_field("limit", &C::limit, {1}, "Maximum number of rows per split."),
  };
  return kFields;
}

}  // namespace mola
