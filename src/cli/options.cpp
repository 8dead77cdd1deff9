#include "cli/options.h"

#include <algorithm>
#include <map>

#include "base/closest_match.h"
#include "base/excerpt.h"
#include "mola/base/error.h"
#include "mola/base/log.h"
#include "tasks/tasks.h"

namespace mola::cli {
namespace {

const std::map<std::string, Split> kSplits = {
    {"train", Split::kTrain}, {"validation", Split::kValidation}, {"test", Split::kTest}};

// An option that takes some text other than an empty one.
template <class Value>
CLI::Option* add_text(CLI::App& app, const std::string& name, Value& value, const std::string& type,
                      const std::string& help) {
  return app.add_option(name, value, help)->type_name(type)->check(not_empty());
}

}  // namespace

Split RowOptions::split_to_read() const { return kSplits.at(split); }

ReadOptions RowOptions::read_options() const {
  ReadOptions options;
  options.on_bad_row = skip_bad_rows ? OnBadRow::kSkip : OnBadRow::kStop;
  options.topic = topic;
  if (limit) options.limit = static_cast<size_t>(*limit);
  return options;
}

CLI::Validator not_empty() {
  return {[](const std::string& text) { return text.empty() ? std::string("is empty") : ""; }, ""};
}

void refuse_without_effect(const CLI::App& app, const std::vector<std::string>& names,
                           const std::string& where) {
  for (const auto& name : names) {
    if (app.count(name) > 0) fail(name, ": has no effect ", where);
  }
}

void refuse_row_options_without_task(const CLI::App& app) {
  if (app.count("--task") > 0) return;
  refuse_without_effect(app, {"--split", "--topic", "--limit", "--max-length", "--skip-bad-rows"},
                        "without --task");
}

CLI::Validator at_least(int64_t least) {
  return {[least](const std::string& text) {
            double value = 0;
            const bool valid = CLI::detail::lexical_cast(text, value) && value >= least;
            return valid ? std::string()
                         : "found '" + excerpt(text) + "', expected a number of at least " +
                               std::to_string(least);
          },
          ""};
}

CLI::Option* add_choice(CLI::App& app, const std::string& name, std::string& value,
                        const std::vector<std::string>& choices, const std::string& help) {
  const auto check = [choices](const std::string& text) {
    const bool valid = std::find(choices.begin(), choices.end(), text) != choices.end();
    return valid ? std::string()
                 : "found '" + excerpt(text) + "', expected one of " + join(choices);
  };
  return app.add_option(name, value, help)
      ->type_name(CLI::detail::join(choices, "|"))
      ->check(CLI::Validator(check, ""))
      ->capture_default_str();
}

void add_config_options(CLI::App& app, ConfigOptions& options) {
  add_text(app, "config", options.path, "CONFIG.json", "Config file")->required();
  app.add_option("--set", options.overrides, "Override a config value; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

CLI::Option* add_model_option(CLI::App& app, std::string& model) {
  return add_text(app, "--model", model, "DIR", "Base model, a Hugging Face folder")
      ->required()
      ->group(kModelGroup);
}

CLI::Option* add_adapter_option(CLI::App& app, std::string& adapter) {
  return add_text(app, "--adapter", adapter, "DIR", "Saved adapter")->group(kModelGroup);
}

void add_model_options(CLI::App& app, ModelOptions& options) {
  add_model_option(app, options.model);
  add_adapter_option(app, options.adapter);
  add_choice(app, "--dtype", options.dtype, {"auto", "f32", "bf16"},
             "Data type of the base model; auto: bf16 where natively supported, f32 otherwise")
      ->group(kModelGroup);
  add_choice(app, "--device", options.device, {"auto", "cpu", "cuda"},
             "Device to run on; auto: CUDA if available")
      ->group(kModelGroup);
}

void add_row_options(CLI::App& app, RowOptions& options, Rows rows) {
  auto* task = add_text(app, "--task", options.task, "NAME",
                        "Task: " + join(task_names()) + ", or a JSON file that defines one");
  auto* data = add_text(app, "--data", options.data, "PATH", "File or folder of the task's data");
  if (rows == Rows::kRequired) {
    task->required();
    data->required();
  } else {
    task->needs(data);
    data->needs(task);
  }
  task->group(kRowGroup);
  data->group(kRowGroup);
  add_choice(app, "--split", options.split, {"train", "validation", "test"}, "Split to read")
      ->group(kRowGroup);
  add_text(app, "--topic", options.topic, "TEXT", "Use only rows of this topic")->group(kRowGroup);
  add_number(app, "--limit", options.limit, 1, "Use only the first N rows")->group(kRowGroup);
  app.add_flag("--skip-bad-rows", options.skip_bad_rows,
               "Skip unusable rows with a warning instead of stopping")
      ->group(kRowGroup);
}

CLI::Option* add_max_length_option(CLI::App& app, std::optional<int64_t>& max_length) {
  return add_number(app, "--max-length", max_length, 2, "Truncate sequences to N tokens")
      ->group(kRowGroup);
}

CLI::Option* add_max_new_tokens_option(CLI::App& app, int64_t& max_new_tokens) {
  return add_number(app, "--max-new-tokens", max_new_tokens, 1, "Maximum new tokens per response")
      ->capture_default_str();
}

CLI::Option* add_batch_size_option(CLI::App& app, int64_t& batch_size) {
  return add_number(app, "--batch-size", batch_size, 1, "Sequences per batch")
      ->capture_default_str();
}

CLI::Option* add_method_option(CLI::App& app, std::string& method,
                               const std::vector<std::string>& methods) {
  return add_choice(app, "--method", method, methods,
                    "Criterion for choosing experts, described above");
}

void add_resume_flag(CLI::App& app, bool& resume) {
  app.add_flag("--resume", resume, "Continue after an interruption; keep finished work");
}

CLI::Option* add_output_option(CLI::App& app, std::string& output, const std::string& type) {
  return add_text(app, "--output", output, type,
                  "Write the result to this path; a folder must be new or empty")
      ->required()
      ->group(kOutputGroup);
}

void add_json_option(CLI::App& app, Output& output) {
  add_text(app, "--json", output.json_path, "FILE",
           "Write the result as JSON to this file; - is standard output")
      ->group(kOutputGroup);
}

void add_general_options(CLI::App& app) {
  app.add_flag_callback(
         "--quiet", [] { set_log_quiet(true); }, "Suppress informational output")
      ->group(kGeneralGroup);
  static std::string format = "text";
  add_choice(app, "--log-format", format, {"text", "json"},
             "Log format; json writes one object per line")
      ->group(kGeneralGroup)
      ->each([](const std::string& name) {
        set_log_format(name == "json" ? LogFormat::kJson : LogFormat::kText);
      });
  app.set_help_flag("-h,--help", "Show this help")->group(kGeneralGroup);
}

}  // namespace mola::cli
