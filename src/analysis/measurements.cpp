#include "mola/analysis/measurements.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "mola/config/adapter_config.h"

namespace mola {
namespace {

MeanDistances mean_distances(const std::vector<MeanDistances>& values) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (values.empty()) return {kNone, kNone, kNone, kNone};
  MeanDistances mean;
  const auto count = static_cast<double>(values.size());
  for (const auto& value : values) {
    mean.product += value.product / count;
    mean.factors += value.factors / count;
    mean.lora_A += value.lora_A / count;
    mean.lora_B += value.lora_B / count;
  }
  return mean;
}

}  // namespace

Projections compared_projections(const std::vector<ProjectionRedundancy>& redundancy) {
  const bool any = std::any_of(redundancy.begin(), redundancy.end(), [](const auto& record) {
    return in_self_attention(record.projection);
  });
  return any ? Projections::kSelfAttention : Projections::kAll;
}

std::string name_of(Projections projections) {
  return projections == Projections::kAll ? "all projections" : "self-attention";
}

std::vector<MeanDistances> layer_means(const std::vector<ProjectionRedundancy>& redundancy,
                                       int64_t num_layers, Projections projections) {
  std::vector<std::vector<MeanDistances>> layers(static_cast<size_t>(num_layers));
  for (const auto& record : redundancy) {
    if (projections == Projections::kAll || in_self_attention(record.projection)) {
      layers.at(record.layer).push_back(record.distances);
    }
  }
  std::vector<MeanDistances> means;
  for (const auto& layer : layers) means.push_back(mean_distances(layer));
  return means;
}

MeanDistances overall_mean(const std::vector<ProjectionRedundancy>& redundancy) {
  std::vector<MeanDistances> all;
  for (const auto& record : redundancy) all.push_back(record.distances);
  return mean_distances(all);
}

std::vector<std::vector<double>> sorted_loads(const std::vector<ProjectionRouting>& routing,
                                              const std::vector<int64_t>& num_experts) {
  std::vector<std::vector<double>> loads;
  for (const int64_t count : num_experts) loads.emplace_back(count, count == 1 ? 1.0 : 0.0);
  std::vector<double> projections(loads.size(), 0);
  for (const auto& record : routing) ++projections.at(record.layer);
  for (const auto& record : routing) {
    auto picks = record.picks;
    std::sort(picks.begin(), picks.end(), std::greater<>());
    const double total = static_cast<double>(record.tokens) * projections[record.layer];
    for (size_t e = 0; e < picks.size(); ++e) {
      loads[record.layer].at(e) += static_cast<double>(picks[e]) / total;
    }
  }
  return loads;
}

double routing_distance(const ProjectionRouting& one, const ProjectionRouting& other) {
  double sum = 0;
  for (size_t e = 0; e < one.share.size(); ++e) sum += std::abs(one.share[e] - other.share.at(e));
  return sum / 2;
}

}  // namespace mola
