#include "mola/analysis/routing.h"

#include <cmath>
#include <limits>

#include "model/evaluation_mode.h"
#include "mola/data/collate.h"

namespace mola {
namespace {

using torch::Tensor;

RoutingSums sums_of(const RoutingRecord& record, const Tensor& attention_mask) {
  const auto& routing = record.routing;
  const auto p = routing.probabilities.detach().to(torch::kDouble);
  const auto counted = token_weights(record, attention_mask, torch::kDouble);
  const auto per_expert = [&](const Tensor& values) {  // [N, K] -> [N, E]
    return torch::zeros_like(p).scatter(-1, routing.expert_indices, values);
  };
  const auto weights = routing.expert_weights.detach().to(torch::kDouble);
  const auto chosen = per_expert(torch::ones_like(weights));
  return {record.layer,
          record.projection,
          counted.sum().to(torch::kLong),
          chosen.t().mm(chosen * counted).to(torch::kLong),
          (per_expert(weights) * counted).sum(0),
          (p * counted).sum(0),
          -(torch::special_xlogy(p, p) * counted).sum()};
}

void add(RoutingSums& sums, const RoutingSums& more) {
  TORCH_CHECK(sums.layer == more.layer && sums.projection == more.projection &&
                  sums.weights.sizes() == more.weights.sizes(),
              "add_routing: found ", more.projection, " of layer ", more.layer, ", expected ",
              sums.projection, " of layer ", sums.layer, " with as many experts");
  sums.tokens = sums.tokens + more.tokens;
  sums.co_picks = sums.co_picks + more.co_picks;
  sums.weights = sums.weights + more.weights;
  sums.probabilities = sums.probabilities + more.probabilities;
  sums.entropy = sums.entropy + more.entropy;
}

template <class T>
std::vector<T> to_vector(const Tensor& tensor) {
  const auto on_cpu = tensor.to(torch::kCPU).contiguous();
  const T* data = on_cpu.data_ptr<T>();
  return {data, data + on_cpu.numel()};
}

ProjectionRouting summary_of(const RoutingSums& sums) {
  ProjectionRouting routing;
  routing.layer = sums.layer;
  routing.projection = sums.projection;
  routing.tokens = sums.tokens.item<int64_t>();
  routing.picks = to_vector<int64_t>(sums.co_picks.diagonal());
  const auto tokens = static_cast<double>(routing.tokens);
  const auto experts = routing.picks.size();
  int64_t total = 0;
  for (const auto picks : routing.picks) total += picks;
  const auto weights = to_vector<double>(sums.weights);
  routing.probability = to_vector<double>(sums.probabilities / tokens);
  int64_t dead = 0;
  for (size_t e = 0; e < experts; ++e) {
    const auto picks = static_cast<double>(routing.picks[e]);
    routing.share.push_back(picks / static_cast<double>(total));
    routing.weight.push_back(picks == 0 ? std::numeric_limits<double>::quiet_NaN()
                                        : weights[e] / picks);
    routing.co_picks.push_back(to_vector<int64_t>(sums.co_picks[static_cast<int64_t>(e)]));
    dead += picks == 0 ? 1 : 0;
  }
  routing.dead = static_cast<double>(dead) / static_cast<double>(experts);
  routing.entropy = sums.entropy.item<double>() / tokens / std::log(static_cast<double>(experts));
  return routing;
}

}  // namespace

void add_routing(RoutingStatistics& statistics, const RoutingTrace& trace,
                 const Tensor& attention_mask) {
  torch::NoGradGuard no_grad;
  RoutingStatistics more;
  for (const auto& record : trace.records) more.push_back(sums_of(record, attention_mask));
  add_routing(statistics, more);
}

void add_routing(RoutingStatistics& statistics, const RoutingStatistics& more) {
  if (statistics.empty()) {
    statistics = more;
    return;
  }
  TORCH_CHECK(statistics.size() == more.size(), "add_routing: found ", more.size(),
              " projections, expected ", statistics.size());
  for (size_t i = 0; i < more.size(); ++i) add(statistics[i], more[i]);
}

RoutingStatistics collect_routing(Llama model, const std::vector<const Sequence*>& sequences,
                                  int64_t batch_tokens,
                                  const std::function<void(size_t rows)>& on_rows) {
  torch::NoGradGuard no_grad;
  const EvaluationMode mode(model);
  RoutingStatistics statistics;
  MicroBatch batch;
  int64_t tokens = 0;
  for (size_t i = 0; i < sequences.size(); ++i) {
    batch.push_back(sequences[i]);
    tokens += static_cast<int64_t>(sequences[i]->input_ids.size());
    if (tokens < batch_tokens && i + 1 < sequences.size()) continue;
    RoutingTrace trace;
    const auto device = model->embed_tokens.device();
    model->forward(collate(batch, device, /*share_prefix=*/true).tokens, &trace);
    add_routing(statistics, trace);
    if (on_rows) on_rows(batch.size());
    batch.clear();
    tokens = 0;
  }
  return statistics;
}

std::vector<ProjectionRouting> summarize(const RoutingStatistics& statistics) {
  std::vector<ProjectionRouting> summaries;
  for (const auto& sums : statistics) summaries.push_back(summary_of(sums));
  return summaries;
}

}  // namespace mola
