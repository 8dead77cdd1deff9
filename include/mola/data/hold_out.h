#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace mola {

/// A data set in two parts, each in the order of the whole.
template <class Row>
struct HeldOut {
  std::vector<Row> training;
  std::vector<Row> validation;
};

/// Which of `count` rows are held out: the nearest whole number to `share` of them, and at least
/// one. It depends on `seed` and their number alone, and is the same on every machine. Throws
/// `Error` if nothing is left to train on.
std::vector<bool> choose_held_out(size_t count, double share, int64_t seed);

/// Parts `rows` as `choose_held_out` says.
template <class Row>
HeldOut<Row> hold_out(std::vector<Row> rows, double share, int64_t seed) {
  const auto is_held_out = choose_held_out(rows.size(), share, seed);
  HeldOut<Row> parts;
  for (size_t i = 0; i < rows.size(); ++i) {
    (is_held_out[i] ? parts.validation : parts.training).push_back(std::move(rows[i]));
  }
  return parts;
}

}  // namespace mola
