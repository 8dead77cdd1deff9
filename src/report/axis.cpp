#include "report/axis.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/utf8.h"
#include "report/gnuplot.h"

namespace mola {
namespace {

constexpr double kMostTicks = 6;

// The first of 1, 2, 5, 10, 20, … of which `most` cover `length`.
double step_for(double length, double most) {
  for (double ten = 1;; ten *= 10) {
    for (const double factor : {1, 2, 5}) {
      if (length <= ten * factor * most) return ten * factor;
    }
  }
}

// A whole number: thousands as 20k, millions as 1.5M.
std::string short_text(double value) {
  const double size = std::abs(value);
  if (size >= 1e6) return number_text(value / 1e6) + "M";
  return size >= 1e4 ? number_text(value / 1e3) + "k" : number_text(value);
}

// In the text of a tick a percent sign would begin a format.
std::string tick(const std::string& name, double place) {
  std::string text;
  for (const char c : shortened(name, kTickLetters)) text += c == '%' ? "%%" : std::string(1, c);
  return gnuplot_string(text) + " " + number_text(place);
}

}  // namespace

Range range_of(const std::vector<double>& values, double margin, std::optional<double> low,
               std::optional<double> high) {
  std::vector<double> finite;
  std::copy_if(values.begin(), values.end(), std::back_inserter(finite),
               [](double v) { return std::isfinite(v); });
  if (finite.empty()) finite = {low.value_or(0), high.value_or(low.value_or(0) + 1)};
  Range range = {low.value_or(*std::min_element(finite.begin(), finite.end())),
                 high.value_or(*std::max_element(finite.begin(), finite.end()))};
  const double length = range.high - range.low;
  if (length <= 0) {  // a single value: in the middle
    const double around = std::max(0.5, std::abs(range.low) / 10);
    return {low.value_or(range.low - around), std::max(range.low, range.high) + around};
  }
  if (!low) range.low -= margin * length;
  if (!high) range.high += margin * length;
  return range;
}

bool are_whole(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](double v) { return !std::isfinite(v) || v == std::round(v); });
}

std::string axis_commands(const std::string& axis, Range range, bool whole) {
  std::string text = "set " + axis + "range [" + number_text(range.low) + ":" +
                     number_text(range.high) + "]\nset format " + axis + " '%g'\n";
  if (!whole) return text;
  const double step = step_for(range.high - range.low, kMostTicks);
  std::string ticks;
  double place = step * std::ceil(range.low / step);
  while (place <= range.high) {
    ticks += (ticks.empty() ? "" : ", ") + tick(short_text(place), place);
    place += step;
  }
  return text + "set " + axis + "tics (" + ticks + ")\n";
}

std::string name_ticks(const std::string& axis, const std::vector<std::string>& names, size_t most,
                       int degrees) {
  const auto step =
      static_cast<size_t>(step_for(static_cast<double>(names.size()), static_cast<double>(most)));
  std::string ticks;
  for (size_t i = 0; i < names.size(); i += step) {
    ticks += (ticks.empty() ? "" : ", ") + tick(names[i], static_cast<double>(i));
  }
  const auto turn = "rotate by " + std::to_string(degrees) + " right offset 0,-0.1 ";
  return "set " + axis + "tics " + (degrees == 0 ? "" : turn) + "(" + ticks + ")\n";
}

std::string shortened(const std::string& name, size_t letters) {
  size_t found = 0;
  for (size_t i = 0; i < name.size(); ++i) {
    if (!continues_utf8(name[i]) && found++ == letters) return name.substr(0, i) + "…";
  }
  return name;
}

std::string number_text(double value) {
  if (!std::isfinite(value)) return "NaN";
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value + 0.0);  // no -0
  return text;
}

std::string picture_commands(const std::string& output, size_t width, size_t height,
                             const std::string& title, const std::string& x_label,
                             const std::string& y_label) {
  // A name that begins with a bar would be run as a command.
  const std::string file = output.rfind('|', 0) == 0 ? "./" + output : output;
  return "set encoding utf8\n"
         "set terminal svg size " +
         std::to_string(width) + "," + std::to_string(height) +
         " noenhanced font 'sans-serif,15' background '#ffffff'\n"
         "set output " +
         gnuplot_string(file) + "\nset title " + gnuplot_string(title) +
         " offset 0,-0.5\nset tmargin 2.2\nset xlabel " + gnuplot_string(x_label) +
         " offset 0,0.7\nset ylabel " + gnuplot_string(y_label) +
         "\nset tics nomirror scale 0.5\nset xtics offset 0,0.3\n";
}

}  // namespace mola
