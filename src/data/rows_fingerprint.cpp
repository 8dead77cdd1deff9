#include "data/rows_fingerprint.h"

namespace mola {

void add_rows(Fingerprint& print, const std::vector<Sequence>& rows) {
  print.add(static_cast<int64_t>(rows.size()));
  for (const auto& row : rows) {
    print.add(static_cast<int64_t>(row.input_ids.size()));
    for (const int64_t id : row.input_ids) print.add(id);
    for (const int64_t label : row.labels) print.add(label);
  }
}

void add_rows(Fingerprint& print, const Task& task, const std::vector<Example>& rows) {
  for (const auto& answer : task.answers) print.add(task.response(answer));
  for (const auto& row : rows) {
    print.add(row.prompt);
    print.add(row.response);
    for (const auto& answer : row.answers) print.add(answer);
  }
}

}  // namespace mola
