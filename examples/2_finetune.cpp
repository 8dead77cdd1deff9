// Fine-tunes a base model on instructions as `mola finetune` does, configured in code.
//   2_finetune MODEL_DIR INSTRUCTIONS.json OUTPUT_DIR
#include <mola/train.h>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "2_finetune MODEL_DIR INSTRUCTIONS.json OUTPUT_DIR\n";
    return 1;
  }
  mola::RunConfig run;  // all else keeps its default
  run.model.path = argv[1];
  run.adapter["allocation"] = "24";  // experts in the lower and in the upper half of the layers
  run.data.task = "instruction";
  run.data.path = argv[2];
  run.train.epochs = 3;
  run.train.batch_size = 16;
  run.train.warmup_steps = 0;
  run.output.dir = argv[3];

  mola::FinetuneOptions options;
  options.resume = true;  // where an earlier call was stopped
  options.on_step = [](const mola::Trainer::Step& step) {
    if (step.number % 10 == 0) std::cout << "loss " << step.loss.item<float>() << std::endl;
    return true;  // false stops the run
  };
  std::cout << "trained: " << mola::finetune(run, options) << std::endl;
}
