#include "tasks/custom_task.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/excerpt.h"
#include "base/json_file.h"
#include "config/json_reader.h"
#include "mola/tasks/prompt.h"
#include "tasks/multiple_choice.h"
#include "tasks/row_template.h"
#include "tasks/split_files.h"
#include "tasks/text_file.h"

namespace mola {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>;
using MakePrompt = std::function<std::string(const Row& row, const std::string* options)>;

RowTemplate read_template(const JsonReader& reader, const std::string& key) {
  const auto text = reader.required_text(key);
  try {
    return RowTemplate(text);
  } catch (const Error& error) {
    reader.refuse(key, error.what());
  }
}

// `has_options`: the prompt must show them.
MakePrompt read_prompt(const JsonReader& reader, bool has_options) {
  const bool is_alpaca =
      reader.choice("template", {"alpaca", "none"}).value_or("alpaca") == "alpaca";
  const auto prompt = read_template(reader, "prompt");
  if (has_options && !prompt.names("options")) {
    reader.refuse("prompt", "has no {options}, expected it with answer.options");
  }
  return [=](const Row& row, const std::string* options) {
    const auto filled = prompt.fill(row, options);
    return is_alpaca ? alpaca_prompt(filled) : filled;
  };
}

std::vector<std::string> meanings_of(const Values& values) {
  std::vector<std::string> meanings;
  for (const auto& [value, meaning] : values) {
    if (std::find(meanings.begin(), meanings.end(), meaning) == meanings.end()) {
      meanings.push_back(meaning);
    }
  }
  return meanings;
}

// Each must be the answer that is parsed from "Answer: MEANING."; the parser skips spaces and "The
// answer is" and takes the longest.
void check_meanings(const JsonReader& answer, const std::vector<std::string>& meanings) {
  for (const auto& meaning : meanings) {
    if (meaning[0] == ' ' || meaning.rfind("The answer is", 0) == 0) {
      answer.refuse("values", "found '" + excerpt(meaning) + "', which begins with " +
                                  (meaning[0] == ' ' ? "a space" : "'The answer is'") +
                                  " and cannot be distinguished from the text around it");
    }
    const std::string closed = meaning + ".";
    if (std::find(meanings.begin(), meanings.end(), closed) != meanings.end()) {
      answer.refuse("values", "found '" + excerpt(meaning) + "' and '" + excerpt(closed) +
                                  "', which cannot be distinguished");
    }
  }
}

// In the order of the file: F1 is that of the first.
Values read_values(const JsonReader& answer, const nlohmann::ordered_json& found) {
  Values values;
  for (const auto& [value, meaning] : found.items()) {
    if (!meaning.is_string() || meaning.get_ref<const std::string&>().empty()) {
      answer.refuse("values", "found " + excerpt(meaning.dump()) + " for '" + excerpt(value) +
                                  "', expected a text");
    }
    values.emplace_back(value, meaning.get<std::string>());
  }
  if (!found.is_object() || values.size() < 2) {
    answer.refuse("values",
                  "found " + excerpt(found.dump()) + ", expected an object of two or more");
  }
  const auto meanings = meanings_of(values);
  if (meanings.size() < 2) {
    answer.refuse("values", "found the answer '" + excerpt(meanings[0]) +
                                "' for every value, expected two different answers or more");
  }
  check_meanings(answer, meanings);
  return values;
}

ToExample classify(const MakePrompt& prompt, const std::string& column, const Values& values) {
  return [=](const Row& row) {
    const auto answer = get_at(row, column, [&](const Row& of, const std::string& name) {
      return of.choice(name, values);
    });
    return Example{prompt(row, nullptr), answer_response(answer)};
  };
}

// The columns of a row's options and of the right one: a letter, or a number counted from `first`.
struct Choice {
  std::string column;
  std::string options;
  int64_t first;
};

ToExample choose(const MakePrompt& prompt, const Choice& choice) {
  return [=](const Row& row) {
    const auto texts = get_at(row, choice.options, std::mem_fn(&Row::texts));
    const auto rendered = render_options(texts);
    const auto letters = letters_of(texts.size());
    const auto letter = get_at(row, choice.column, [&](const Row& of, const std::string& name) {
      const auto label = of.label(name);
      const bool is_letter = std::find(letters.begin(), letters.end(), label) != letters.end();
      return is_letter ? label : letter_at(of, name, texts.size(), choice.first);
    });
    return Example{prompt(row, &rendered), choice_response(letter), letters};
  };
}

ToExample respond(const MakePrompt& prompt, const RowTemplate& response) {
  return [=](const Row& row) { return Example{prompt(row, nullptr), response.fill(row)}; };
}

// Sets the members of `task` that depend on the kind of answer; returns how to make an example.
ToExample read_answer(const JsonReader& reader, const nlohmann::ordered_json& file, Task& task) {
  const bool has_answer = !reader.any("answer").is_null();
  if (has_answer == !reader.any("response").is_null()) {
    reader.refuse("answer", "expected either answer or response");
  }
  if (!has_answer) return respond(read_prompt(reader, false), read_template(reader, "response"));
  const JsonReader answer = reader.object("answer");
  const auto column = answer.required_text("column");
  const auto options = answer.text("options");
  const auto first = answer.integer("first", 0, 1);
  const bool has_values = !answer.any("values").is_null();
  answer.refuse_unknown_keys();
  if (has_values == options.has_value()) {
    answer.refuse("values", "expected either values or options");
  }
  if (first && !options) answer.refuse("first", "applies to answer.options only");
  const auto prompt = read_prompt(reader, options.has_value());
  if (options) {
    task.answers = choice_letters();
    task.response = choice_response;
    return choose(prompt, {column, *options, first.value_or(0)});
  }
  const auto values = read_values(answer, file["answer"]["values"]);
  task.answers = meanings_of(values);
  task.response = answer_response;
  return classify(prompt, column, values);
}

// Takes the topic from the column.
ToExample with_topic(const ToExample& to_example, const std::string& column) {
  return [=](const Row& row) {
    auto example = to_example(row);
    example->topic = get_at(row, column, std::mem_fn(&Row::label));
    return example;
  };
}

OpenSplit read_files(const JsonReader& reader) {
  if (reader.any("files").is_null()) {
    return open_splits({}, {".parquet", ".json", ".jsonl", ".tsv"});
  }
  const JsonReader files = reader.object("files");
  const auto read = [&](const char* split) {
    const auto file = files.text(split);
    return file ? std::vector<std::string>{*file} : std::vector<std::string>{};
  };
  const SplitNames names = {read("train"), read("validation"), read("test")};
  files.refuse_unknown_keys();
  return open_files(names, open_file);
}

}  // namespace

Task read_custom_task(const std::string& path) {
  const auto json = read_json_file(path);
  ConfigSource source{path, {}, {}};
  const JsonReader reader(json, source, "");
  Task task;
  task.name = reader.required_text("name");
  task.metric = reader
                    .enumerator<Metric>("metric", {{"none", Metric::kNone},
                                                   {"f1", Metric::kF1},
                                                   {"matthews", Metric::kMatthews}})
                    .value_or(Metric::kNone);
  Layout layout;
  layout.open = read_files(reader);
  layout.to_example = read_answer(reader, nlohmann::ordered_json::parse(read_file(path)), task);
  if (const auto topic = reader.text("topic")) {
    layout.to_example = with_topic(layout.to_example, *topic);
  }
  reader.refuse_unknown_keys();
  if (task.metric != Metric::kNone && task.answers.size() != 2) {
    reader.refuse("metric", "applies to tasks with two answers only, found " +
                                std::to_string(task.answers.size()));
  }
  task.reader = read_layout(layout);
  return task;
}

}  // namespace mola
