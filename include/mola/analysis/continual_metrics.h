#pragma once

#include <vector>

namespace mola {

/// The result of continual learning over t domains: R[k][i] is the score on domain i after training
/// on domains 0 to k, t rows of t numbers.
using PerformanceMatrix = std::vector<std::vector<double>>;

/// OP = 1/t * sum over i of R[t-1][i], the mean score over all domains after the last one. Throws
/// `Error` if `R` is empty or not square.
double overall_performance(const PerformanceMatrix& R);

/// PD = 1/(t(t-1)/2) * sum over k from 1 to t-1 of sum over i < k of (R[k][i] - R[k-1][i]): the
/// mean change of the score on an earlier domain when a later one is trained; negative means
/// forgetting. 0 for a single domain. Throws `Error` as `overall_performance` does.
double performance_drop(const PerformanceMatrix& R);

}  // namespace mola
