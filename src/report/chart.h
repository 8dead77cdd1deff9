#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mola {

/// One line of a chart.
struct Line {
  std::string name;
  std::vector<double> y;   ///< one for each x; NaN is a gap
  bool is_joined = false;  ///< connect across gaps, for values at few x
};

/// Lines over x. If all x, or all y, are whole numbers, so are the ticks of that axis.
struct LineChart {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<double> x;  ///< ascending
  std::vector<Line> lines;
  std::optional<double> low;  ///< range of the y axis; by default that of the values
  std::optional<double> high;
};

/// A color for each cell of a grid, from dark (low) to bright (high).
struct HeatMap {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::string value_label;
  std::vector<std::vector<double>> rows;  ///< of equal lengths, the lowest first; NaN is empty
  std::optional<double> low;              ///< range of the colors; by default that of the values
  std::optional<double> high;
  std::vector<std::string> column_names;  ///< none: columns are at first_x, first_x + x_step, …
  std::vector<std::string> row_names;     ///< none: rows are numbered from 0
  double first_x = 0;
  double x_step = 1;
};

/// A gnuplot script that renders the chart to the SVG file `output`, about 440 x 310 pixels and
/// legible at a width of 340. Names may contain any character; values that are not finite are gaps.
/// Throws `Error` if a line has another number of values than x, if rows differ in length, or if
/// names do not match rows or columns in number.
std::string plot_script(const LineChart& chart, const std::string& output);
std::string plot_script(const HeatMap& map, const std::string& output);

}  // namespace mola
