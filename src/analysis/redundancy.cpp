#include "mola/analysis/redundancy.h"

namespace mola {
namespace {

using torch::Tensor;

// sum over r x r of (X_p^T Y_p) * (S_p T_p^T): the inner product of X_p S_p and Y_p T_p for each
// pair p. X, Y [P, O, r]; S, T [P, r, I] -> [P]
Tensor inner_products(const Tensor& x, const Tensor& s, const Tensor& y, const Tensor& t) {
  return (x.transpose(1, 2).bmm(y) * s.bmm(t.transpose(1, 2))).sum({1, 2});
}

// The squares of the distances of one expert to those after it, [P] each.
struct Squares {
  Tensor product, lora_A, lora_B;
};

// With dA = A - A' and dB = B - B', B A - B' A' = dB A + B' dA: no difference of large numbers, so
// the distances of close experts stay precise.
Squares squares_to(const Tensor& A, const Tensor& B, const Tensor& others_A,
                   const Tensor& others_B) {
  const auto one_A = A.expand_as(others_A);
  const auto dA = A - others_A;
  const auto dB = B - others_B;
  const auto product = inner_products(dB, one_A, dB, one_A) +
                       2 * inner_products(dB, one_A, others_B, dA) +
                       inner_products(others_B, dA, others_B, dA);
  return {product.clamp_min(0), dA.square().sum({1, 2}), dB.square().sum({1, 2})};
}

double mean_of_pairs(const Tensor& distances) {
  const auto experts = distances.size(0);
  return distances.sum().item<double>() / static_cast<double>(experts * (experts - 1));
}

}  // namespace

ExpertDistances expert_distances(const LoraMixtureImpl& mixture) {
  torch::NoGradGuard no_grad;
  std::vector<Tensor> all_A, all_B;
  for (const auto& expert : mixture.experts) {
    all_A.push_back(expert->lora_A.to(torch::kDouble));
    all_B.push_back(expert->lora_B.to(torch::kDouble));
  }
  const auto A = torch::stack(all_A);  // [E, r, I]
  const auto B = torch::stack(all_B);  // [E, O, r]
  const auto experts = A.size(0);
  const auto zeros = torch::zeros({experts, experts}, A.options());
  ExpertDistances squares = {zeros, {}, zeros.clone(), zeros.clone()};
  for (int64_t e = 0; e + 1 < experts; ++e) {
    const auto found =
        squares_to(A.narrow(0, e, 1), B.narrow(0, e, 1), A.slice(0, e + 1), B.slice(0, e + 1));
    squares.product[e].slice(0, e + 1).copy_(found.product);
    squares.lora_A[e].slice(0, e + 1).copy_(found.lora_A);
    squares.lora_B[e].slice(0, e + 1).copy_(found.lora_B);
  }
  const auto distances = [](const Tensor& upper) {
    return (upper + upper.t()).sqrt().to(torch::kCPU);
  };
  return {distances(squares.product) * mixture.scaling(),
          distances(squares.lora_A + squares.lora_B), distances(squares.lora_A),
          distances(squares.lora_B)};
}

MeanDistances mean_over_pairs(const ExpertDistances& distances) {
  return {mean_of_pairs(distances.product), mean_of_pairs(distances.factors),
          mean_of_pairs(distances.lora_A), mean_of_pairs(distances.lora_B)};
}

std::vector<ProjectionRedundancy> measure_redundancy(Llama& model) {
  std::vector<ProjectionRedundancy> redundancy;
  for (const auto& place : model->projections()) {
    const auto& mixture = place.mixture();
    if (mixture.is_empty() || mixture->experts.size() < 2) continue;
    redundancy.push_back({place.layer, place.name, static_cast<int64_t>(mixture->experts.size()),
                          mean_over_pairs(expert_distances(*mixture))});
  }
  return redundancy;
}

}  // namespace mola
