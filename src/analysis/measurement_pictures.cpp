#include "analysis/measurement_pictures.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "mola/config/adapter_config.h"

namespace mola {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

using Rows = std::vector<std::vector<double>>;

Rows empty_rows(size_t rows, size_t columns) {
  return Rows(rows, std::vector<double>(columns, kNone));
}

std::vector<double> layer_numbers(const Measurements& measurements) {
  std::vector<double> layers;
  for (int64_t j = 0; j < measurements.num_layers; ++j) layers.push_back(static_cast<double>(j));
  return layers;
}

LineChart chart_by_layer(const Measurements& measurements, const std::string& title,
                         const std::string& y_label) {
  LineChart chart;
  chart.title = title;
  chart.x_label = "layer";
  chart.y_label = y_label;
  chart.x = layer_numbers(measurements);
  chart.low = 0;
  return chart;
}

Line line_of(const std::string& name, const std::vector<MeanDistances>& means,
             double MeanDistances::*distance) {
  Line line{name, {}};
  for (const auto& mean : means) line.y.push_back(mean.*distance);
  return line;
}

// A line for each projection with a router.
LineChart router_chart(const Measurements& measurements, const std::string& title,
                       const std::string& y_label,
                       const std::function<double(const ProjectionRouting&)>& value) {
  auto chart = chart_by_layer(measurements, title, y_label);
  for (const auto& projection : routed_projections(measurements)) {
    Line line{projection, std::vector<double>(chart.x.size(), kNone)};
    for (const auto& routing : measurements.routing) {
      if (routing.projection == projection) line.y[routing.layer] = value(routing);
    }
    chart.lines.push_back(line);
  }
  return chart;
}

// A cell for each layer and expert of one projection.
HeatMap expert_map(const Measurements& measurements, const std::string& projection,
                   const std::string& value_label,
                   const std::function<double(const ProjectionRouting&, int64_t expert)>& value) {
  int64_t most = 0;
  for (const auto& routing : measurements.routing) {
    if (routing.projection == projection) most = std::max(most, routing.num_experts());
  }
  HeatMap map;
  map.title = projection;
  map.x_label = "layer";
  map.y_label = "expert";
  map.value_label = value_label;
  map.low = 0;
  map.rows = empty_rows(most, measurements.num_layers);
  for (const auto& routing : measurements.routing) {
    if (routing.projection != projection) continue;
    for (int64_t e = 0; e < routing.num_experts(); ++e) {
      map.rows[e][routing.layer] = value(routing, e);
    }
  }
  return map;
}

double share_of_tokens(const ProjectionRouting& routing, size_t a, size_t b) {
  return static_cast<double>(routing.co_picks[a][b]) / static_cast<double>(routing.tokens);
}

// The share of the tokens of the most frequent pair, relative to the mean of all pairs.
double busiest_pair(const ProjectionRouting& routing) {
  double most = 0, sum = 0, pairs = 0;
  for (size_t a = 0; a < routing.picks.size(); ++a) {
    for (size_t b = a + 1; b < routing.picks.size(); ++b) {
      const double share = share_of_tokens(routing, a, b);
      most = std::max(most, share);
      sum += share;
      ++pairs;
    }
  }
  return sum == 0 ? kNone : most * pairs / sum;  // with a top_k of 1 there are no pairs
}

}  // namespace

std::vector<std::string> routed_projections(const Measurements& measurements) {
  std::vector<std::string> found;
  for (const auto& projection : all_projections()) {
    const auto& routing = measurements.routing;
    if (std::any_of(routing.begin(), routing.end(),
                    [&](const auto& record) { return record.projection == projection; })) {
      found.push_back(projection);
    }
  }
  return found;
}

LineChart distance_chart(const Measurements& measurements) {
  auto chart = chart_by_layer(measurements, "Distance between experts", "distance of the products");
  const auto add = [&](Projections projections) {
    const auto means = layer_means(measurements.redundancy, measurements.num_layers, projections);
    chart.lines.push_back(line_of(name_of(projections), means, &MeanDistances::product));
  };
  const auto compared = compared_projections(measurements.redundancy);
  add(compared);
  if (compared != Projections::kAll) add(Projections::kAll);
  return chart;
}

LineChart factor_chart(const Measurements& measurements) {
  const auto compared = compared_projections(measurements.redundancy);
  auto chart =
      chart_by_layer(measurements, "Distance between factors", "distance, " + name_of(compared));
  const auto means = layer_means(measurements.redundancy, measurements.num_layers, compared);
  chart.lines = {line_of("A and B", means, &MeanDistances::factors),
                 line_of("A", means, &MeanDistances::lora_A),
                 line_of("B", means, &MeanDistances::lora_B)};
  return chart;
}

HeatMap distance_map(const Measurements& measurements) {
  HeatMap map;
  map.title = "Distance by projection";
  map.x_label = "layer";
  map.value_label = "distance of the products";
  map.low = 0;
  map.row_names = all_projections();
  map.rows = empty_rows(map.row_names.size(), measurements.num_layers);
  for (const auto& record : measurements.redundancy) {
    const auto row = std::find(map.row_names.begin(), map.row_names.end(), record.projection);
    map.rows.at(row - map.row_names.begin())[record.layer] = record.distances.product;
  }
  return map;
}

LineChart entropy_chart(const Measurements& measurements) {
  auto chart = router_chart(measurements, "Entropy of the routers", "entropy / ln(experts)",
                            [](const auto& routing) { return routing.entropy; });
  chart.high = 1;
  return chart;
}

LineChart dead_chart(const Measurements& measurements) {
  auto chart = router_chart(measurements, "Unused experts", "share of experts",
                            [](const auto& routing) { return routing.dead; });
  chart.high = 1;
  return chart;
}

HeatMap load_map(const Measurements& measurements, const std::string& projection) {
  const auto load = [](const ProjectionRouting& routing, int64_t e) {
    return routing.share[e] * static_cast<double>(routing.num_experts());
  };
  auto map = expert_map(measurements, projection, "load / uniform load", load);
  map.high = 0;  // one range for all projections, so that they can be compared
  for (const auto& routing : measurements.routing) {
    for (int64_t e = 0; e < routing.num_experts(); ++e) {
      map.high = std::max(*map.high, load(routing, e));
    }
  }
  return map;
}

HeatMap weight_map(const Measurements& measurements, const std::string& projection) {
  auto map =
      expert_map(measurements, projection, "mean weight when chosen",
                 [](const ProjectionRouting& routing, int64_t e) { return routing.weight[e]; });
  map.high = 1;
  return map;
}

LineChart pair_chart(const Measurements& measurements) {
  return router_chart(measurements, "Most frequent pair", "share / mean share", busiest_pair);
}

HeatMap co_selection_map(const Measurements& measurements, const std::string& projection) {
  const ProjectionRouting* uneven = nullptr;
  double most = -1;
  for (const auto& routing : measurements.routing) {
    const bool has_pairs = routing.projection == projection && !std::isnan(busiest_pair(routing));
    if (!has_pairs || busiest_pair(routing) <= most) continue;
    uneven = &routing;
    most = busiest_pair(routing);
  }
  HeatMap map;
  map.title = projection;
  map.x_label = map.y_label = "expert";
  map.value_label = "share of the tokens";
  map.low = 0;
  if (uneven == nullptr) return map;
  map.title += ", layer " + std::to_string(uneven->layer);
  map.rows = empty_rows(uneven->picks.size(), uneven->picks.size());
  for (size_t a = 0; a < map.rows.size(); ++a) {
    for (size_t b = 0; b < map.rows.size(); ++b) {
      if (a != b) map.rows[a][b] = share_of_tokens(*uneven, a, b);
    }
  }
  return map;
}

HeatMap group_map(const Measurements& measurements) {
  HeatMap map;
  map.title = "Routing by " + measurements.grouped_by;
  map.x_label = "layer";
  map.value_label = "distance from all rows";
  map.low = 0;
  for (const auto& [group, routing] : measurements.groups) {
    map.row_names.push_back(group.empty() ? "(none)" : group);
    std::vector<double> sums(measurements.num_layers, 0), counts(measurements.num_layers, 0);
    for (size_t i = 0; i < routing.size(); ++i) {
      sums[routing[i].layer] += routing_distance(routing[i], measurements.routing.at(i));
      ++counts[routing[i].layer];
    }
    for (size_t j = 0; j < sums.size(); ++j) sums[j] = counts[j] == 0 ? kNone : sums[j] / counts[j];
    map.rows.push_back(sums);
  }
  return map;
}

}  // namespace mola
