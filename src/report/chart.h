#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mola {

/// One line of a chart.
struct Line {
  std::string name;
  std::vector<double> y;   ///< one for each x; NaN is a gap
  bool is_joined = false;  ///< over its gaps, for values that few x have
};

/// Lines over x. Where all x, or all y, are whole numbers, so are the ticks of that axis.
struct LineChart {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<double> x;  ///< rising
  std::vector<Line> lines;
  std::optional<double> low;  ///< where the axis of y begins and ends; by default around the values
  std::optional<double> high;
};

/// A colour for each cell of a grid, from dark (low) to bright (high).
struct HeatMap {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::string value_label;
  std::vector<std::vector<double>> rows;  ///< of equal lengths, the lowest first; NaN is empty
  std::optional<double> low;  ///< of the colours, which others take too; by default of the values
  std::optional<double> high;
  std::vector<std::string> column_names;  ///< none: columns lie at first_x, first_x + x_step, …
  std::vector<std::string> row_names;     ///< none: rows are numbered from 0
  double first_x = 0;
  double x_step = 1;
};

/// A gnuplot script that draws the picture to the SVG file `output`: about 440 x 310, of letters
/// that can still be read where it is shown 340 wide. Names may hold anything; values that are not
/// finite are gaps. Throws `Error` if a line has another number of values than x, or a row or the
/// names another number than the first row has cells.
std::string plot_script(const LineChart& chart, const std::string& output);
std::string plot_script(const HeatMap& map, const std::string& output);

}  // namespace mola
