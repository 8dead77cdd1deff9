#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mola {

/// A value with its 95 % confidence interval.
struct Estimate {
  double value = 0;
  double low = 0;
  double high = 0;
};

/// `count` / `total` with Wilson's score interval, which stays within 0 and 1 and is valid for
/// small totals too.
Estimate share_of(int64_t count, int64_t total);

/// The mean of `values` with Student's t interval, which assumes samples of one normal
/// distribution. A single value has no interval: low and high are the value.
Estimate mean_of(const std::vector<double>& values);

/// The expected and the predicted answer of a row; a missing prediction counts as wrong.
struct Outcome {
  std::string expected;
  std::string predicted;  ///< empty if no answer was found

  bool is_correct() const { return expected == predicted; }
};

Estimate accuracy(const std::vector<Outcome>& outcomes);

/// The accuracy of always giving the answer that is expected most often.
Estimate majority_accuracy(const std::vector<Outcome>& outcomes);

/// F1 of the answer `positive`: 2 TP / (2 TP + FP + FN), 0 if it never occurs.
double f1_score(const std::vector<Outcome>& outcomes, const std::string& positive);

/// Matthews correlation of two answers, of which `positive` is one: (TP TN - FP FN) / sqrt((TP +
/// FP)(TP + FN)(TN + FP)(TN + FN)), 0 if a factor is 0. A missing answer counts as the wrong one of
/// the two.
double matthews_correlation(const std::vector<Outcome>& outcomes, const std::string& positive);

}  // namespace mola
