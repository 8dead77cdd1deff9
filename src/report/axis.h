#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mola {

// Of a picture, in pixels; what names take comes on top.
constexpr size_t kWidth = 440;
constexpr size_t kHeight = 310;
constexpr size_t kLetter = 8;  // the width of one, about

/// Where an axis begins and ends; the former is the smaller.
struct Range {
  double low;
  double high;
};

/// From the least to the largest of the finite `values`, and beyond by `margin` of their distance;
/// 0 to 1 where there are none. What is given takes their place.
Range range_of(const std::vector<double>& values, double margin, std::optional<double> low = {},
               std::optional<double> high = {});

/// Whether all finite `values` are whole numbers.
bool are_whole(const std::vector<double>& values);

/// The commands that set the range of `axis` ("x", "y", "cb") and, for `whole` values, its ticks to
/// whole numbers.
std::string axis_commands(const std::string& axis, Range range, bool whole);

/// The command that writes `names` at 0, 1, …, turned by so many degrees: every one or, where there
/// are more than `most`, every second, fifth, tenth and so on.
std::string name_ticks(const std::string& axis, const std::vector<std::string>& names, size_t most,
                       int degrees);

/// `name`, cut to so many letters.
std::string shortened(const std::string& name, size_t letters);

/// How many letters of a tick's name are shown.
constexpr size_t kTickLetters = 20;

/// A number for gnuplot; what is not finite is NaN.
std::string number_text(double value);

/// The commands that begin a picture of so many pixels.
std::string picture_commands(const std::string& output, size_t width, size_t height,
                             const std::string& title, const std::string& x_label,
                             const std::string& y_label);

}  // namespace mola
