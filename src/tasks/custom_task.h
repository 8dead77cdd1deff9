#pragma once

#include <string>

#include "mola/tasks/task.h"

namespace mola {

/// The task that a JSON file describes:
///
///     {"name": "boolq",
///      "files": {"train": "train.jsonl", "test": "dev.jsonl"},
///      "prompt": "Passage: {passage}\nTell me yes or no: {question}?\n",
///      "answer": {"column": "answer", "values": {"true": "yes", "false": "no"}},
///      "metric": "f1"}
///
/// `prompt` holds columns in brackets and becomes the instruction of an Alpaca prompt, unless
/// "template" is "none". The answer is one of
///  - "values": what the column can hold, and the answer that each stands for;
///  - "options": the column that holds a list of texts, which the prompt shows as {options}; the
///    answer's column has the letter of the right one, or its number, from 0 or "first": 1.
/// All columns may be those of an object: {question.stem}, "options": "choices.text".
/// With "response", such as "{output}", in place of "answer" the task is free text. "topic" names
/// the column that has each row's topic, if there is one.
///
/// Without "files" the data is files of the split's name (train, validation, test) in JSON, JSON
/// lines, TSV with a header, or Parquet. Throws `Error` naming the file and the key.
Task read_custom_task(const std::string& path);

}  // namespace mola
