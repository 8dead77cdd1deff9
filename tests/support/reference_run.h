#pragma once

#include <vector>

#include "mola/config/run_config.h"
#include "mola/data/encode.h"
#include "mola/data/loader.h"
#include "support/fixture.h"

namespace mola {

/// The run of tests/reference/make_mola.py: rows in file order, accumulation over two
/// micro-batches, clipping, weight decay, and a linear schedule with warm-up.
struct ReferenceRun {
  nlohmann::json values = read_json(reference("mola/expected.json"));
  Loader loader{load_rows(), loader_options()};
  Llama model = load_pretrained(reference("mola"), reference("mola"));

  static std::vector<Sequence> load_rows() {
    DataConfig data;
    data.task = "tokens";
    data.path = reference("mola/tokens.jsonl");
    return load_data(data, Split::kTrain, nullptr).sequences;
  }
  LoaderOptions loader_options() const {
    return {values["train"]["batch_size"], values["train"]["micro_batch_size"],
            /*shuffle=*/false, /*group_by_length=*/false, /*seed=*/0};
  }
  TrainConfig train() const {
    const auto& given = values["train"];
    TrainConfig train;
    train.max_steps = given["max_steps"].get<int64_t>();
    train.learning_rate = given["learning_rate"];
    train.weight_decay = given["weight_decay"];
    train.warmup_steps = given["warmup_steps"];
    train.max_grad_norm = given["max_grad_norm"];
    train.balance_coefficient = given["balance_coefficient"];
    return train;
  }
};

}  // namespace mola
