#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace mola {

/// A data set in two parts, each in the original order.
template <class Row>
struct HeldOut {
  std::vector<Row> training;
  std::vector<Row> validation;
};

/// Chooses which of `count` rows to hold out: `share` of them, rounded, and at least one. The
/// choice depends only on `seed` and `count`, and is the same on every machine. Throws `Error` if
/// no row is left to train on.
std::vector<bool> choose_held_out(size_t count, double share, int64_t seed);

/// Splits `rows` by `choose_held_out`.
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
