#include <algorithm>

#include "mola/base/error.h"
#include "report/axis.h"
#include "report/chart.h"
#include "report/gnuplot.h"

namespace mola {
namespace {

constexpr size_t kPlotWidth = 265;   // of the cells and short row names together, about
constexpr size_t kLeastWidth = 80;   // of the cells next to long ones
constexpr size_t kPlotHeight = 210;  // likewise
constexpr size_t kShort = 10;        // letters of a name that is rotated by 45 degrees only
constexpr size_t kLine = 18;         // height of a line

// Viridis: perceptually uniform, for color-blind readers too.
constexpr auto* kPalette =
    "set palette defined (0 '#440154', 1 '#482878', 2 '#3e4989', 3 '#31688e', 4 '#26828e', "
    "5 '#1f9e89', 6 '#35b779', 7 '#6ece58', 8 '#b5de2b', 9 '#fde725')\n";

void check(const HeatMap& map) {
  const auto expect = [&](const std::string& what, size_t found, size_t expected) {
    if (found == expected) return;
    fail("heat map '", map.title, "': ", what, ": found ", found, ", expected ", expected);
  };
  for (const auto& row : map.rows) expect("cells of a row", row.size(), map.rows[0].size());
  const size_t columns = map.rows.empty() ? 0 : map.rows[0].size();
  if (!map.column_names.empty()) expect("column_names", map.column_names.size(), columns);
  if (!map.row_names.empty()) expect("row_names", map.row_names.size(), map.rows.size());
}

size_t longest(const std::vector<std::string>& names) {
  size_t letters = 0;
  for (const auto& name : names) letters = std::max(letters, name.size());
  return std::min(letters, kTickLetters);
}

// The width that the row names leave for the cells.
size_t plot_width(const HeatMap& map) {
  const size_t names = longest(map.row_names) * kLetter;
  return names + kLeastWidth < kPlotWidth ? kPlotWidth - names : kLeastWidth;
}

// The rotation in degrees with which the column names fit.
int turn_of(const HeatMap& map) {
  const size_t letters = longest(map.column_names);
  if (map.column_names.size() * (letters + 1) * kLetter <= plot_width(map)) return 0;
  return letters <= kShort ? 45 : 90;
}

std::string x_axis(const HeatMap& map, size_t columns) {
  const double last = map.first_x + map.x_step * (static_cast<double>(columns) - 1);
  const Range range = {map.first_x - map.x_step / 2, last + map.x_step / 2};
  if (map.column_names.empty()) {
    return axis_commands("x", range, are_whole({map.first_x, map.x_step}));
  }
  return axis_commands("x", range, false) +
         name_ticks("x", map.column_names, plot_width(map) / kLine, turn_of(map));
}

std::string y_axis(const HeatMap& map) {
  const Range range = {-0.5, static_cast<double>(map.rows.size()) - 0.5};
  if (map.row_names.empty()) return axis_commands("y", range, true);
  return axis_commands("y", range, false) + name_ticks("y", map.row_names, map.rows.size(), 0);
}

std::string data_block(const HeatMap& map) {
  std::string text = "$cells << END\n";
  for (size_t r = 0; r < map.rows.size(); ++r) {
    for (size_t c = 0; c < map.rows[r].size(); ++c) {
      text += number_text(map.first_x + map.x_step * static_cast<double>(c)) + " " +
              std::to_string(r) + " " + number_text(map.rows[r][c]) + "\n";
    }
  }
  return text + "END\n";
}

// Rotated names need more height, and each row name needs a line.
size_t height_of(const HeatMap& map) {
  const size_t below = turn_of(map) == 0 ? 0 : longest(map.column_names) * kLetter;
  const size_t names = map.row_names.size() * kLine;
  return kHeight + below + (names > kPlotHeight ? names - kPlotHeight : 0);
}

}  // namespace

std::string plot_script(const HeatMap& map, const std::string& output) {
  check(map);
  const size_t columns = map.rows.empty() ? 0 : map.rows[0].size();
  std::vector<double> values;
  for (const auto& row : map.rows) values.insert(values.end(), row.begin(), row.end());
  const std::string begin =
      picture_commands(output, kWidth, height_of(map), map.title, map.x_label, map.y_label);
  if (values.empty()) return begin + "set xrange [0:1]\nset yrange [0:1]\nplot NaN notitle\n";
  // Boxes rather than an image, which must have at least 2 x 2 cells.
  return begin + x_axis(map, columns) + y_axis(map) +
         axis_commands("cb", range_of(values, 0, map.low, map.high), false) + "set cblabel " +
         gnuplot_string(map.value_label) + " offset 1,0\nset rmargin at screen 0.73\n" + kPalette +
         "set style fill solid noborder\n" + data_block(map) + "plot $cells using 1:2:(" +
         number_text(map.x_step / 2) + "):(0.5):3 with boxxyerror fillcolor palette notitle\n";
}

}  // namespace mola
