#include <algorithm>
#include <cmath>

#include "mola/base/error.h"
#include "report/axis.h"
#include "report/chart.h"
#include "report/gnuplot.h"

namespace mola {
namespace {

constexpr size_t kKeyWidth = 400;   // of the key below the chart
constexpr size_t kKeySample = 76;   // the line next to a name, and the space between names
constexpr size_t kKeyLetters = 32;  // of a name, at most
constexpr size_t kKeyRow = 20;      // height of a row of names
constexpr size_t kMostPoints = 40;  // marked on a line, at most

// Colors that color-blind readers can distinguish (Okabe and Ito), without yellow: it is too light.
const std::vector<std::string> kColours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                           "#e69f00", "#56b4e9", "#000000"};
const std::vector<std::string> kPoints = {"7", "5", "9", "13", "11", "6", "4", "8", "12", "10"};
constexpr size_t kDashes = 5;

bool is_alone(const std::vector<double>& y, size_t i) {
  const auto is_gap = [&](size_t j) { return j >= y.size() || !std::isfinite(y[j]); };
  return !is_gap(i) && is_gap(i + 1) && (i == 0 || is_gap(i - 1));
}

// Points mark lines of few values, and values between two gaps, which no line reaches.
bool has_points(const Line& line) {
  size_t values = 0;
  bool any_alone = false;
  for (size_t i = 0; i < line.y.size(); ++i) {
    values += std::isfinite(line.y[i]) ? 1 : 0;
    any_alone |= is_alone(line.y, i);
  }
  return values <= kMostPoints || (any_alone && !line.is_joined);
}

std::string data_block(const LineChart& chart, size_t index) {
  const auto& line = chart.lines[index];
  std::string text = "$line" + std::to_string(index) + " << END\n";
  bool any = false;
  for (size_t i = 0; i < chart.x.size(); ++i) {
    if (line.is_joined && !std::isfinite(line.y[i])) continue;
    text += number_text(chart.x[i]) + " " + number_text(line.y[i]) + "\n";
    any = true;
  }
  return text + (any ? "" : "0 NaN\n") + "END\n";
}

std::string style(const Line& line, size_t index) {
  const std::string colour = " linecolor '" + kColours[index % kColours.size()] + "' linewidth 2";
  if (!has_points(line)) {
    return "lines" + colour + " dashtype " + std::to_string(index % kDashes + 1);
  }
  return "linespoints" + colour + " pointtype " + kPoints[index % kPoints.size()] +
         " pointsize 0.6";
}

// The number of rows of the key below the chart: columns are as wide as the longest name.
size_t key_rows(const LineChart& chart) {
  if (chart.lines.size() < 2) return 0;
  size_t longest = 0;
  for (const auto& line : chart.lines) longest = std::max(longest, line.name.size());
  longest = std::min(longest, kKeyLetters);
  const size_t columns = std::max<size_t>(1, kKeyWidth / (longest * kLetter + kKeySample));
  return (chart.lines.size() + columns - 1) / columns;
}

void check(const LineChart& chart) {
  for (const auto& line : chart.lines) {
    if (line.y.size() == chart.x.size()) continue;
    fail("chart '", chart.title, "': line '", line.name, "' has ", line.y.size(),
         " values, expected ", chart.x.size(), ", one for each x");
  }
}

}  // namespace

std::string plot_script(const LineChart& chart, const std::string& output) {
  check(chart);
  std::vector<double> y;
  for (const auto& line : chart.lines) y.insert(y.end(), line.y.begin(), line.y.end());
  const size_t rows = key_rows(chart);
  std::string script = picture_commands(output, kWidth, kHeight + rows * kKeyRow, chart.title,
                                        chart.x_label, chart.y_label) +
                       axis_commands("x", range_of(chart.x, 0), are_whole(chart.x)) +
                       axis_commands("y", range_of(y, 0.05, chart.low, chart.high), are_whole(y)) +
                       "set border 3\nset grid ytics linetype 1 linecolor '#dddddd'\n" +
                       (rows == 0 ? "unset key\n"
                                  : "set key below Left reverse samplen 2 height 0.5 maxrows " +
                                        std::to_string(rows) + "\n");
  std::string plot;
  for (size_t i = 0; i < chart.lines.size(); ++i) {
    script += data_block(chart, i);
    plot += (i == 0 ? "plot " : ", \\\n     ") + ("$line" + std::to_string(i)) + " with " +
            style(chart.lines[i], i) + " title " +
            gnuplot_string(shortened(chart.lines[i].name, kKeyLetters));
  }
  return script + (plot.empty() ? "plot NaN" : plot) + "\n";
}

}  // namespace mola
