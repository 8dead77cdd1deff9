#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/output.h"
#include "mola/tasks/task.h"

namespace mola::cli {

// The options that several commands have. Each has one name, one help text and one place in the
// help, which are defined here alone. The type name in the help also tells shell completion what an
// option takes: "a|b" one of these words, DIR a folder, PATH, FILE or a name that ends in .json a
// file.

/// The config of a run or plan.
struct ConfigOptions {
  std::string path;
  std::vector<std::string> overrides;
};

/// The model that a command runs.
struct ModelOptions {
  std::string model;
  std::string adapter;
  std::string dtype = "auto";
  std::string device = "auto";
};

/// The rows of a task.
struct RowOptions {
  std::string task;
  std::string data;
  std::string split = "test";
  std::string topic;
  std::optional<int64_t> limit;
  std::optional<int64_t> max_length;
  bool skip_bad_rows = false;

  bool given() const { return !task.empty(); }
  Split split_to_read() const;
  ReadOptions read_options() const;
};

/// CONFIG.json and --set.
void add_config_options(CLI::App& app, ConfigOptions& options);

/// --model, --adapter, --dtype and --device.
void add_model_options(CLI::App& app, ModelOptions& options);
CLI::Option* add_model_option(CLI::App& app, std::string& model);
CLI::Option* add_adapter_option(CLI::App& app, std::string& adapter);

/// --task, --data, --split, --topic, --limit and --skip-bad-rows. Where rows are not required,
/// --task and --data come together.
enum class Rows { kRequired, kOptional };
void add_row_options(CLI::App& app, RowOptions& options, Rows rows);

/// --max-length, for commands that cut rows.
CLI::Option* add_max_length_option(CLI::App& app, std::optional<int64_t>& max_length);

CLI::Option* add_max_new_tokens_option(CLI::App& app, int64_t& max_new_tokens);
CLI::Option* add_batch_size_option(CLI::App& app, int64_t& batch_size);

/// --method, one of `methods`.
CLI::Option* add_method_option(CLI::App& app, std::string& method,
                               const std::vector<std::string>& methods);

/// `value` is an integer of any type.
template <class Integer>
CLI::Option* add_seed_option(CLI::App& app, Integer& value) {
  return app.add_option("--seed", value, "Random seed")->type_name("N")->capture_default_str();
}

void add_resume_flag(CLI::App& app, bool& resume);

/// --output; `type` is DIR or what the name of a file should look like.
CLI::Option* add_output_option(CLI::App& app, std::string& output, const std::string& type);

/// --json
void add_json_option(CLI::App& app, Output& output);

/// --quiet, --log-format and --help. They come last.
void add_general_options(CLI::App& app);

/// An option that takes one of `choices`; shows its default if it has one.
CLI::Option* add_choice(CLI::App& app, const std::string& name, std::string& value,
                        const std::vector<std::string>& choices, const std::string& help);

// The headings of the options in a command's help, in their order.
constexpr const char* kModelGroup = "Model";
constexpr const char* kRowGroup = "Rows";
constexpr const char* kOwnGroup = "Options";  // of options without another
constexpr const char* kOutputGroup = "Output";
constexpr const char* kGeneralGroup = "General options";

/// An unset shell variable gives an empty text.
CLI::Validator not_empty();

/// Throws `Error` for the first of the options `names` that is given, although it has no effect
/// `where`, such as "without --model".
void refuse_without_effect(const CLI::App& app, const std::vector<std::string>& names,
                           const std::string& where);

/// The same for the options of rows, --max-length among them, without --task.
void refuse_row_options_without_task(const CLI::App& app);

/// A number of at least `least`.
CLI::Validator at_least(int64_t least);

/// An option that takes a number of at least `least`.
template <class Number>
CLI::Option* add_number(CLI::App& app, const std::string& name, Number& value, int64_t least,
                        const std::string& help) {
  return app.add_option(name, value, help)->type_name("N")->check(at_least(least));
}

}  // namespace mola::cli
