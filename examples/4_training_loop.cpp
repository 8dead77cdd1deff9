// A training loop of your own around the library's LLaMA, loader and losses.
//   4_training_loop MODEL_DIR TOKENS.jsonl ADAPTER_DIR     rows of {"input_ids": [...]}
#include <mola/data.h>
#include <mola/io.h>
#include <mola/loss.h>
#include <torch/optim/adamw.h>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "4_training_loop MODEL_DIR TOKENS.jsonl ADAPTER_DIR\n";
    return 1;
  }
  mola::AdapterSpec adapter;
  adapter["allocation"] = "24";
  mola::DataConfig rows;
  rows.task = "tokens";
  rows.path = argv[2];
  const int64_t layers = mola::read_llama_config(argv[1]).num_hidden_layers;
  auto model =
      mola::load_for_training({argv[1], "f32", "cpu"}, mola::resolve_adapter(adapter, layers), {});
  const auto data = mola::load_data(rows, mola::Split::kTrain, /*tokenizer=*/nullptr);
  const mola::Loader loader(data.sequences, {/*batch_size=*/4, /*micro_batch_size=*/4});
  torch::optim::AdamW optimizer(model->parameters(), torch::optim::AdamWOptions(1e-2));

  for (int64_t step = 0; step < 20; ++step) {
    const int64_t epoch = step / loader.steps_per_epoch();
    const auto batch = mola::collate(loader.step(epoch, step % loader.steps_per_epoch()).at(0));
    mola::RoutingTrace trace;
    const auto hidden = model->forward(batch.tokens, &trace);
    const auto loss = mola::causal_lm_loss(hidden, model->head_weight(), batch.targets,
                                           static_cast<double>(batch.targets.count()));
    optimizer.zero_grad();
    (loss + 0.001 * mola::load_balancing_loss(trace)).backward();
    optimizer.step();
    std::cout << "step " << step + 1 << "  loss " << loss.item<float>() << std::endl;
  }
  mola::save_adapter(model, argv[3]);
}
