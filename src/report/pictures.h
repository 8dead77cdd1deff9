#pragma once

#include <string>

#include "report/chart.h"

namespace mola {

/// A picture of a page.
struct Picture {
  std::string svg;  ///< the file's text; empty if it was not rendered
  std::string alt;  ///< description for readers who cannot see it
  std::string caption;
};

/// Renders charts into a folder: NAME.svg, and its script NAME.gnuplot, which users can change. If
/// gnuplot is not installed or fails, a warning is logged, and the picture is empty.
class Pictures {
 public:
  /// Creates the folder. Throws `Error` if it cannot.
  explicit Pictures(const std::string& folder);

  /// Throws `Error` if the chart is not valid (see `plot_script`) or no file can be written.
  Picture draw(const std::string& name, const LineChart& chart, const std::string& caption) const;
  Picture draw(const std::string& name, const HeatMap& map, const std::string& caption) const;

 private:
  template <class Chart>
  Picture draw_any(const std::string& name, const Chart& chart, const std::string& caption) const;

  std::string folder_;
};

}  // namespace mola
