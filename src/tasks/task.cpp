#include "mola/tasks/task.h"

#include <filesystem>

#include "base/closest_match.h"
#include "base/excerpt.h"
#include "mola/base/error.h"
#include "tasks/custom_task.h"
#include "tasks/tasks.h"

namespace mola {
namespace {

const std::vector<Task>& all_tasks() {
  static const std::vector<Task> kTasks = {
      cola_task(),       commonsenseqa_task(), instruction_task(), mrpc_task(),
      openbookqa_task(), rte_task(),           scienceqa_task(),   text_task(),
  };
  return kTasks;
}

}  // namespace

std::vector<std::string> task_names() {
  std::vector<std::string> names;
  for (const Task& task : all_tasks()) names.push_back(task.name);
  return names;
}

Task find_task(const std::string& name) {
  if (std::filesystem::path(name).extension() == ".json") return read_custom_task(name);
  for (const Task& task : all_tasks()) {
    if (task.name == name) return task;
  }
  auto names = task_names();
  // Rows that are tokens already have no text to read; only training takes them.
  if (name == "tokens") fail("data.task: tokens holds no text, expected one of ", join(names));
  names.push_back("tokens");
  fail("data.task: found '", excerpt(name), "', expected one of ", join(names),
       ", or a .json file (nearest: ", closest_match(excerpt(name), names), ")");
}

}  // namespace mola
