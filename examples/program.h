#pragma once

#include <ATen/Parallel.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <functional>
#include <iomanip>
#include <map>
#include <sstream>

#include "mola/mola.h"

/// A validator for paths on the command line: an unset shell variable gives an empty one.
inline const CLI::Validator kNotEmpty(
    [](const std::string& text) { return text.empty() ? std::string("is empty") : ""; }, "");

inline std::string with_commas(int64_t number) {
  std::string text = std::to_string(number);
  for (int64_t at = static_cast<int64_t>(text.size()) - 3; at > 0; at -= 3) text.insert(at, ",");
  return text;
}

/// What an adapter adds where its type alone does not tell.
inline void log_adapter(const mola::AdapterConfig& adapter) {
  if (adapter.type == mola::AdapterType::kMola) {
    for (const auto& picture : mola::allocation_picture(adapter)) {
      mola::log_info("experts  " + picture);
    }
  } else if (adapter.type == mola::AdapterType::kPromptTuning) {
    mola::log_info("prompt   " + std::to_string(adapter.num_virtual_tokens) +
                   " virtual tokens before every text");
  } else if (adapter.type == mola::AdapterType::kLlamaAdapter) {
    mola::log_info("prompts  " + std::to_string(adapter.adapter_len) +
                   " tokens in each of the highest " + std::to_string(adapter.adapter_layers) +
                   " layers");
  }
}

/// What a program computes with, in a few log lines.
inline void log_model(const std::string& path, const mola::Llama& model) {
  const auto& config = model->config;
  const auto count = mola::count_parameters(model);
  std::ostringstream line;
  line << "model    " << path << ": " << config.num_hidden_layers << " layers, hidden size "
       << config.hidden_size << ", " << with_commas(count.total) << " parameters, "
       << (model->embed_tokens.scalar_type() == torch::kBFloat16 ? "bf16" : "f32") << " on "
       << model->embed_tokens.device();
  mola::log_info(line.str());
  log_adapter(model->adapter);
}

/// What is about to be trained, and warnings of what is likely a mistake.
inline void log_training(const mola::TrainConfig& train, const mola::Llama& model, int64_t steps) {
  const auto count = mola::count_parameters(model);
  std::ostringstream line;
  line << "training " << with_commas(count.trainable) << " of them (" << std::setprecision(3)
       << 100.0 * static_cast<double>(count.trainable) / static_cast<double>(count.total) << " %), "
       << with_commas(steps) << " steps of " << train.batch_size << " sequences";
  mola::log_info(line.str());
  for (const auto& warning : mola::run_warnings(train, model->adapter, steps)) {
    mola::log_warning(warning);
  }
}

const std::map<std::string, mola::Split> kSplits = {{"train", mola::Split::kTrain},
                                                    {"validation", mola::Split::kValidation},
                                                    {"test", mola::Split::kTest}};

inline void add_split_option(CLI::App& app, std::string& split) {
  app.add_option("--split", split, "train, validation or test")
      ->check(CLI::IsMember({"train", "validation", "test"}))
      ->capture_default_str();
}

/// The model that a program computes with.
struct ModelOptions {
  std::string model;
  std::string adapter;
  std::string dtype = "auto";
  std::string device = "auto";

  /// With the adapter as it was trained, in fp32.
  mola::Llama load_unfrozen() const {
    const auto place = mola::choose_device(device);
    auto loaded = mola::load_pretrained(model, adapter, mola::choose_dtype(dtype, place), place);
    log_model(model, loaded);
    return loaded;
  }

  mola::Llama load() const {
    auto loaded = load_unfrozen();
    loaded->prepare_for_inference();
    return loaded;
  }
};

inline void add_model_options(CLI::App& app, ModelOptions& options) {
  app.add_option("--model", options.model, "Hugging Face folder")
      ->required()
      ->check(kNotEmpty)
      ->type_name("PATH");
  app.add_option("--adapter", options.adapter, "folder of a saved adapter")
      ->check(kNotEmpty)
      ->type_name("PATH");
  app.add_option("--dtype", options.dtype, "of the base model; auto is bf16 where that is fast")
      ->check(CLI::IsMember({"auto", "f32", "bf16"}))
      ->capture_default_str();
  app.add_option("--device", options.device, "auto is CUDA where there is a card")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
      ->capture_default_str();
}

/// The options of a program that takes a run's config.
inline void add_config_options(CLI::App& app, std::string& config,
                               std::vector<std::string>& overrides) {
  app.add_option("config", config, "the run's JSON file")
      ->required()
      ->check(kNotEmpty)
      ->type_name("CONFIG.json");
  app.add_option("--set", overrides, "puts a value over the file's")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

/// Writes `message` as one line to standard error; names in files may hold anything.
inline int report_error(std::string message) {
  for (char& c : message) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  }
  mola::log_error(message);
  return 1;
}

/// For programs that compute for long. Threads that wait for each other spin, by libgomp's default
/// for about a millisecond: beside a process that takes a core, training took 1.5 times as long as
/// with short spinning, and small models 2 to 20 times. libgomp reads its settings when it is
/// loaded, so the program starts itself anew with them; whoever set one of them is left alone.
inline void spin_shortly(char** argv) {
  const bool is_set =
      std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr;
  if (is_set || at::get_num_threads() == 1) return;
  setenv("GOMP_SPINCOUNT", "1000", /*overwrite=*/0);
  execv("/proc/self/exe", argv);  // returns only if it fails; then all goes on as it was
}

/// What all programs do alike: parse the command line, run, and turn what goes wrong into one line
/// on standard error and exit code 1.
inline int run_program(CLI::App& app, int argc, char** argv, const std::function<void()>& run) {
  app.set_version_flag("--version", std::to_string(MOLA_VERSION_MAJOR) + "." +
                                        std::to_string(MOLA_VERSION_MINOR) + "." +
                                        std::to_string(MOLA_VERSION_PATCH));
  const std::map<std::string, mola::LogFormat> formats = {{"text", mola::LogFormat::kText},
                                                          {"json", mola::LogFormat::kJson}};
  app.add_flag_callback(
      "--quiet", [] { mola::set_log_quiet(true); }, "warnings, errors and results alone");
  app.add_option_function<std::string>(
         "--log-format", [&](const std::string& name) { mola::set_log_format(formats.at(name)); },
         "of the lines on standard error")
      ->check(CLI::IsMember({"text", "json"}))
      ->default_str("text");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help_or_version) {
    return app.exit(help_or_version);
  } catch (const CLI::ParseError& error) {
    return report_error(std::string(error.what()) + " (--help shows the options)");
  }
  try {
    run();
    return 0;
  } catch (const c10::Error& error) {
    return report_error(error.what_without_backtrace());  // what() carries a backtrace
  } catch (const std::exception& error) {
    return report_error(error.what());
  }
}
