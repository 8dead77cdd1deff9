#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mola {

// Size of a chart in pixels, without the space for names.
constexpr size_t kWidth = 440;
constexpr size_t kHeight = 310;
constexpr size_t kLetter = 8;  // approximate width of one

/// The range of an axis; `low` is the smaller.
struct Range {
  double low;
  double high;
};

/// The range of the finite `values`, extended by `margin` of its length; 0 to 1 if there are none.
/// `low` and `high`, if given, override it.
Range range_of(const std::vector<double>& values, double margin, std::optional<double> low = {},
               std::optional<double> high = {});

/// Whether all finite `values` are whole numbers.
bool are_whole(const std::vector<double>& values);

/// The commands that set the range of `axis` ("x", "y", "cb") and, for `whole` values, its ticks to
/// whole numbers.
std::string axis_commands(const std::string& axis, Range range, bool whole);

/// The command that writes `names` at 0, 1, …, rotated by `degrees`: every one or, if there are
/// more than `most`, every second, fifth, tenth and so on.
std::string name_ticks(const std::string& axis, const std::vector<std::string>& names, size_t most,
                       int degrees);

/// `name`, truncated to `letters` letters.
std::string shortened(const std::string& name, size_t letters);

/// Maximum letters of the name of a tick.
constexpr size_t kTickLetters = 20;

/// A number for gnuplot; NaN if it is not finite.
std::string number_text(double value);

/// The commands that begin a chart of this size in pixels.
std::string picture_commands(const std::string& output, size_t width, size_t height,
                             const std::string& title, const std::string& x_label,
                             const std::string& y_label);

}  // namespace mola
