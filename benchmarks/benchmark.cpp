// Times training steps of a random model: tokens per second, shares of the time, peak memory, and
// efficiency, the share of the time that the matrix products alone would take at the best rates of
// this machine. `rows` trains on real rows instead, as `mola finetune` does. `generate` times
// generation: tokens per second of prompts and of new tokens, with and without the adapter.
#include <c10/core/CachingDeviceAllocator.h>
#include <sys/resource.h>
#include <torch/cuda.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/output_file.h"
#include "cli/startup.h"
#include "generation.h"
#include "mola/mola.h"
#include "products.h"
#include "rows.h"

namespace {

using torch::Tensor;

constexpr int64_t kLargest = 1048576;  // of a number in the options

struct Settings {
  mola::LlamaConfig model;
  std::string dtype = "bf16";
  std::string device = "cpu";
  std::string adapter = "mola";
  std::string allocation = "2468";
  int64_t rank = 8;
  int64_t top_k = 2;
  int64_t batch = 4;
  int64_t time = 256;
  bool ragged = false;
  double labelled = 1.0;
  int64_t steps = 5;
  bool gradient_checkpointing = false;
  int64_t new_tokens = 128;
  double dropout = 0.05;
  std::string pack_weights = "auto";
  mola::RunConfig rows;
  std::string json;
};

// Seconds of one step, by part.
struct StepTime {
  double forward;
  double backward;
  double optimizer;
  double total() const { return forward + backward + optimizer; }
};

mola::AdapterSpec adapter_of(const Settings& settings) {
  mola::AdapterSpec spec;
  spec.type = settings.adapter;
  spec["rank"] = settings.rank;
  spec["dropout"] = settings.dropout;
  if (spec.type == "mola") {
    spec["allocation"] = settings.allocation;
    spec["top_k"] = settings.top_k;
  }
  return spec;
}

mola::Llama random_model(const Settings& settings, torch::Dtype dtype, torch::Device device) {
  const auto adapter = mola::resolve(adapter_of(settings), settings.model.num_hidden_layers);
  auto model = mola::build_llama(settings.model, adapter, dtype, device);
  model->train();
  model->gradient_checkpointing = settings.gradient_checkpointing;
  torch::NoGradGuard no_grad;
  for (auto& item : model->named_parameters()) {
    if (item.value().dim() > 1) item.value().normal_(0.0, 0.02);
  }
  return model;
}

// Sequences of random tokens; the last share of each is labelled. Ragged ones have from a half to
// three halves of the tokens, in equal steps.
mola::Batch random_batch(const Settings& settings, torch::Device device) {
  std::vector<mola::Sequence> sequences(settings.batch);
  mola::MicroBatch all;
  for (int64_t i = 0; i < settings.batch; ++i) {
    auto& sequence = sequences[i];
    const int64_t time = settings.ragged && settings.batch > 1
                             ? settings.time / 2 + i * settings.time / (settings.batch - 1)
                             : settings.time;
    const auto ids = torch::randint(settings.model.vocab_size, {time}, torch::kLong);
    sequence.input_ids.assign(ids.data_ptr<int64_t>(), ids.data_ptr<int64_t>() + time);
    sequence.labels = sequence.input_ids;
    const double unlabelled = static_cast<double>(time) * (1 - settings.labelled);
    std::fill_n(sequence.labels.begin(), std::llround(unlabelled), mola::kIgnoreIndex);
    all.push_back(&sequence);
  }
  return mola::collate(all, device);
}

class Bench {
 public:
  explicit Bench(const Settings& settings)
      : settings_(settings),
        device_(mola::choose_device(settings.device)),
        dtype_(mola::choose_dtype(settings.dtype, device_)),
        model_(random_model(settings, dtype_, device_)),
        batch_(random_batch(settings, device_)),
        parameters_(*model_),
        optimizer_(parameters_, mola::TrainConfig{}) {
    mola::choose_timed(model_, settings.pack_weights);
  }

  StepTime step() {
    const auto start = now();
    parameters_.zero_gradients();
    mola::RoutingTrace trace;
    const auto hidden = model_->forward(batch_.tokens, &trace);
    auto loss = mola::causal_lm_loss(hidden, model_->head_weight(), batch_.targets,
                                     static_cast<double>(batch_.targets.count()),
                                     model_->head_products.get());
    if (!trace.records.empty()) loss = loss + 0.001 * mola::load_balancing_loss(trace);
    const auto after_forward = now();
    loss.backward();
    const auto after_backward = now();
    parameters_.clip_gradients(1.0);
    optimizer_.step(3e-4);
    parameters_.round_values();
    const auto end = now();
    return {after_forward - start, after_backward - after_forward, end - after_backward};
  }

  mola::ReferenceRates reference_rates() {
    const auto products =
        mola::products_of_step(model_, settings_.batch, settings_.time, batch_.targets.count());
    return {products, dtype_, device_};
  }

  mola::Llama& model() { return model_; }
  torch::Device device() const { return device_; }
  double tokens() const { return static_cast<double>(batch_.tokens.count()); }

 private:
  double now() const {
    if (device_.is_cuda()) torch::cuda::synchronize();
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }

  Settings settings_;
  torch::Device device_;
  torch::Dtype dtype_;
  mola::Llama model_;
  mola::Batch batch_;
  mola::FlatParameters parameters_;
  mola::AdamW optimizer_;
};

// Of the GPU, or of the whole process on a CPU.
double peak_gigabytes(torch::Device device) {
  if (device.is_cuda()) {
    const auto stats = c10::getDeviceAllocator(device.type())->getDeviceStats(0);
    return static_cast<double>(stats.allocated_bytes[0].peak) / 1e9;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e9;
}

nlohmann::ordered_json run_steps(const Settings& settings) {
  Bench bench(settings);
  for (int warm_up = 0; warm_up < 2; ++warm_up) bench.step();
  // It does not grow later, except for reference products.
  const double memory = peak_gigabytes(bench.device());
  auto rates = bench.reference_rates();
  std::vector<double> totals, forwards, backwards, optimizers;
  for (int64_t i = 0; i < settings.steps; ++i) {
    const auto time = bench.step();
    totals.push_back(time.total());
    forwards.push_back(time.forward / time.total());
    backwards.push_back(time.backward / time.total());
    optimizers.push_back(time.optimizer / time.total());
    rates.measure();  // interleaved with the steps: these machines' speed drifts
  }
  const double step = mola::median(totals);
  const auto count = mola::count_parameters(bench.model());
  nlohmann::ordered_json result = {{"tokens_per_second", bench.tokens() / step},
                                   {"step_seconds", step},
                                   {"forward_share", mola::median(forwards)},
                                   {"backward_share", mola::median(backwards)},
                                   {"optimizer_share", mola::median(optimizers)},
                                   {"peak_gigabytes", memory},
                                   {"efficiency", rates.seconds() / step},
                                   {"tflop_per_second", rates.flops() / step / 1e12},
                                   {"trainable", count.trainable},
                                   {"total", count.total}};
  for (const auto* kind : {"frozen", "thin", "attention", "head"}) {
    result["products"][kind] = {
        {"share_of_step", rates.seconds(kind) / step},
        {"gflop", rates.flops(kind) / 1e9},
        {"gflop_per_second", rates.flops(kind) / rates.seconds(kind) / 1e9}};
  }
  return result;
}

nlohmann::ordered_json run_generation(const Settings& settings) {
  const auto device = mola::choose_device(settings.device);
  auto model = random_model(settings, mola::choose_dtype(settings.dtype, device), device);
  model->prepare_for_inference();
  model->eval();
  nlohmann::ordered_json result;
  for (const bool use_adapter : {false, true}) {
    model->use_adapter(use_adapter);
    const auto speed = mola::time_generation(model, settings.batch, settings.time,
                                             settings.new_tokens, settings.steps);
    result[use_adapter ? settings.adapter : "base"] = {
        {"prompt_tokens_per_second", speed.prompt_tokens_per_second},
        {"decoding_tokens_per_second", speed.decoding_tokens_per_second}};
  }
  return result;
}

nlohmann::ordered_json run_rows(const Settings& settings) {
  auto run = settings.rows;
  run.model.dtype = settings.dtype;
  run.model.device = settings.device;
  run.adapter = adapter_of(settings);
  run.train.gradient_checkpointing = settings.gradient_checkpointing;
  const auto speed = mola::time_rows(run, settings.pack_weights);
  const double first = speed.epoch_seconds.front();
  const double last = speed.epoch_seconds.back();
  return {{"rows", speed.rows},
          {"tokens", speed.tokens},
          {"computed_tokens", speed.computed_tokens},
          {"choice_seconds", speed.choice_seconds},
          {"epoch_seconds", speed.epoch_seconds},
          {"rows_per_second", static_cast<double>(speed.rows) / first},
          {"tokens_per_second", static_cast<double>(speed.tokens) / first},
          {"share_of_first_lengths", std::max(0.0, 1 - last / first)},
          {"peak_gigabytes", peak_gigabytes(mola::choose_device(settings.device))},
          {"gigabytes_after_20_steps", speed.gigabytes_after_20_steps},
          {"gigabytes", speed.gigabytes}};
}

// The rate of one large bf16 product, which others are compared with.
nlohmann::ordered_json run_product(const Settings& settings) {
  constexpr int64_t kSize = 8192;
  const auto device = mola::choose_device(settings.device);
  mola::ReferenceRates rates({{"square", 1, kSize, kSize, kSize, false, false, 1}},
                             mola::choose_dtype(settings.dtype, device), device);
  for (int64_t i = 0; i < settings.steps; ++i) rates.measure();
  return {{"size", kSize}, {"tflop_per_second", rates.flops() / rates.seconds() / 1e12}};
}

void print_result(const Settings& settings, const nlohmann::ordered_json& result) {
  std::printf("%s\n", result.dump(2).c_str());
  if (!settings.json.empty()) std::ofstream(settings.json) << result.dump(2) << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Time training steps of a random LLaMA with an adapter; `rows` reads a model and data.\n");
  app.footer(
      "\nExamples:\n  benchmark --layers 8 --hidden 1024 --allocation 2468 --dtype bf16\n"
      "  benchmark rows --model models/SmolLM2-135M --task cola --data data/glue/CoLA\n"
      "  benchmark generate --batch 1 --time 256 --new-tokens 128");
  Settings settings;
  auto& model = settings.model;
  model.num_hidden_layers = 8;
  model.hidden_size = 1024;
  model.intermediate_size = 2816;
  model.num_attention_heads = 16;
  model.num_key_value_heads = 16;
  model.vocab_size = 32000;
  const auto number = [&](const char* name, int64_t& value, const char* text) {
    app.add_option(name, value, text)
        ->check(CLI::Range(int64_t{1}, kLargest))
        ->capture_default_str();
  };
  number("--layers", model.num_hidden_layers, "decoder layers");
  number("--hidden", model.hidden_size, "hidden size");
  number("--ffn", model.intermediate_size, "inner size of the MLP");
  number("--heads", model.num_attention_heads, "query heads");
  number("--kv-heads", model.num_key_value_heads, "key and value heads");
  number("--vocab", model.vocab_size, "vocabulary");
  number("--batch", settings.batch, "sequences");
  number("--time", settings.time, "tokens per sequence, at least 2; generate: per prompt");
  number("--rank", settings.rank, "rank of each expert");
  number("--top-k", settings.top_k, "experts per token");
  number("--steps", settings.steps, "timed steps; generate: rounds");
  app.add_option("--allocation", settings.allocation, "experts by layer")->capture_default_str();
  const auto choice = [&](const char* name, std::string& value,
                          const std::vector<std::string>& choices) {
    app.add_option(name, value)->check(CLI::IsMember(choices))->capture_default_str();
  };
  choice("--dtype", settings.dtype, {"f32", "bf16"});
  choice("--device", settings.device, {"cpu", "cuda"});
  choice("--adapter", settings.adapter, {"mola", "lora"});
  app.add_option("--dropout", settings.dropout, "dropout of the experts' inputs")
      ->check(CLI::Range(0.0, 0.99))
      ->capture_default_str();
  app.add_flag("--ragged", settings.ragged, "sequences of different lengths, --time on average");
  app.add_option("--labelled", settings.labelled, "share of labelled positions")
      ->check(CLI::Range(0.01, 1.0))
      ->capture_default_str();
  app.add_option("--pack-weights", settings.pack_weights, "as model.pack_weights")
      ->check(CLI::IsMember({"auto", "true", "false"}))
      ->capture_default_str();
  app.add_flag("--gradient-checkpointing", settings.gradient_checkpointing,
               "recompute decoder layers in the backward pass");
  app.add_option("--json", settings.json, "also write the figures to this file")->type_name("FILE");
  auto* rows = app.add_subcommand("rows", "train on real rows instead")->fallthrough();
  auto& run = settings.rows;
  run.data.task = "tokens";
  run.train.batch_size = 32;
  run.train.micro_batch_size = 8;
  run.train.epochs = 2;  // the second has no new lengths
  rows->add_option("--model", run.model.path, "Hugging Face folder")->required();
  rows->add_option("--task", run.data.task, "task of the rows")->capture_default_str();
  rows->add_option("--data", run.data.path, "its file or folder")->required();
  rows->add_option("--limit", run.data.limit, "use only the first N rows");
  rows->add_option("--share-prefix", run.data.share_prefix, "as data.share_prefix")
      ->capture_default_str();
  rows->add_option("--batch-size", run.train.batch_size, "rows of a step")->capture_default_str();
  rows->add_option("--micro-batch-size", run.train.micro_batch_size, "rows of a micro-batch")
      ->capture_default_str();
  rows->add_option("--epochs", run.train.epochs, "timed epochs")->capture_default_str();
  auto* generate = app.add_subcommand("generate", "time generation instead")->fallthrough();
  generate->add_option("--new-tokens", settings.new_tokens, "new tokens per prompt")
      ->check(CLI::Range(int64_t{2}, kLargest))
      ->capture_default_str();
  auto* product = app.add_subcommand("product", "time one product of 8192 x 8192 matrices instead")
                      ->fallthrough();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  return mola::cli::run_and_report([&] {
    if (model.hidden_size % model.num_attention_heads != 0) {
      mola::fail("--heads: found ", model.num_attention_heads, ", expected a divisor of --hidden");
    }
    if (model.num_attention_heads % model.num_key_value_heads != 0) {
      mola::fail("--kv-heads: found ", model.num_key_value_heads,
                 ", expected a divisor of --heads");
    }
    if (settings.time < 2) mola::fail("--time: found 1, expected at least 2");
    if (!settings.json.empty()) mola::check_output_file(settings.json);
    model.head_dim = model.hidden_size / model.num_attention_heads;
    mola::cli::prepare_to_compute(argv);
    print_result(settings, rows->parsed()       ? run_rows(settings)
                           : generate->parsed() ? run_generation(settings)
                           : product->parsed()  ? run_product(settings)
                                                : run_steps(settings));
  });
}
