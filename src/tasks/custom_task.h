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
/// `prompt` has columns in braces and becomes the instruction of an Alpaca prompt, unless
/// "template" is "none". The answer is one of
///  - "values": the values of the column, and the answer for each;
///  - "options": the column with the list of options, which the prompt shows as {options}; the
///    answer's column has the letter of the right one, or its number, from 0 or from "first": 1.
/// Columns may be in an object: {question.stem}, "options": "choices.text". With "response", such
/// as "{output}", in place of "answer" the task is free text. "topic" names the column of the
/// topic, if there is one.
///
/// Without "files", files are found by the name of their split (train, validation, test): JSON,
/// JSON lines, TSV with a header, or Parquet. Throws `Error` naming the file and the key.
Task read_custom_task(const std::string& path);

}  // namespace mola
