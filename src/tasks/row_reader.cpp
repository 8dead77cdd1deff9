#include "tasks/row_reader.h"

#include "base/json_file.h"
#include "mola/base/log.h"

namespace mola {

Row RowReader::row() const { return Row(parse_json(text(), "row")); }

void handle_bad_row(const std::string& where, const std::string& problem, OnBadRow on_bad_row) {
  const std::string message = where + ": " + problem;
  if (on_bad_row == OnBadRow::kStop) throw Error(message);
  log_warning(message + "; row skipped");
}

}  // namespace mola
