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

/// The number of rows without a prediction.
int64_t count_unanswered(const std::vector<Outcome>& outcomes);

/// F1 of the answer `positive`: 2 TP / (2 TP + FP + FN), 0 if it never occurs. A missing answer is
/// no positive: FN where `positive` is expected, nothing elsewhere.
double f1_score(const std::vector<Outcome>& outcomes, const std::string& positive);

/// Matthews correlation between expected and predicted answers, in the form for any number of
/// classes, of which a missing answer is one. Of n rows c are correct; t_k are expected to have the
/// answer k, p_k are predicted to:
///
///     (c n - sum_k p_k t_k) / sqrt((n^2 - sum_k p_k^2) (n^2 - sum_k t_k^2))
///
/// 0 if a factor is 0, as for a model that always gives one answer, or none. For two answers this
/// is (TP TN - FP FN) / sqrt((TP + FP)(TP + FN)(TN + FP)(TN + FN)).
double matthews_correlation(const std::vector<Outcome>& outcomes);

}  // namespace mola
