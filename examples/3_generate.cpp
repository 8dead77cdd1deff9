// Loads a base model with an adapter and continues a prompt, printing the text as it is generated.
//   3_generate MODEL_DIR ADAPTER_DIR "PROMPT"
#include <mola/eval.h>
#include <mola/io.h>
#include <mola/model.h>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "3_generate MODEL_DIR ADAPTER_DIR PROMPT\n";
    return 1;
  }
  const auto device = mola::choose_device("auto");
  auto model = mola::load_pretrained(argv[1], argv[2], mola::choose_dtype("auto", device), device);
  model->prepare_for_inference();
  const mola::Tokenizer tokenizer(argv[1]);

  mola::GenerationOptions options;
  options.max_new_tokens = 64;
  options.sampling.temperature = 0.7;
  mola::GenerationObserver observer;
  observer.on_text = [](size_t, const std::string& text) { std::cout << text << std::flush; };
  mola::generate(model, tokenizer, {argv[3]}, options, observer);
  std::cout << std::endl;
}
