#include "train/expert_load_report.h"

#include <algorithm>
#include <cmath>

#include "train/metrics_groups.h"

namespace mola {
namespace {

constexpr size_t kFewLayers = 8;  // up to which each layer has a chart

// The lowest or highest load of an expert of `layer`, relative to a uniform load.
double extreme_load(const StepMetrics& line, size_t layer, bool is_greatest) {
  if (layer >= line.expert_load.size() || line.expert_load[layer].empty()) return NAN;
  const auto& load = line.expert_load[layer];
  const auto [least, greatest] = std::minmax_element(load.begin(), load.end());
  return (is_greatest ? *greatest : *least) * static_cast<double>(load.size());
}

HeatMap load_map(const std::vector<StepMetrics>& metrics, size_t layers, bool is_greatest) {
  HeatMap map;
  map.title = is_greatest ? "Load of the most-used expert" : "Load of the least-used expert";
  map.x_label = "step";
  map.y_label = "layer";
  map.value_label = "load / uniform load";
  (is_greatest ? map.low : map.high) = 1;
  if (!is_greatest) map.low = 0;
  const auto cells = cells_of(metrics);
  map.x_step = static_cast<double>(metrics.back().step) / static_cast<double>(cells.size());
  map.first_x = map.x_step / 2;
  for (size_t layer = 0; layer < layers; ++layer) {
    map.rows.emplace_back();
    for (const auto& cell : cells) {
      map.rows.back().push_back(
          mean_of(cell, [&](const auto& line) { return extreme_load(line, layer, is_greatest); }));
    }
  }
  return map;
}

LineChart layer_chart(const std::vector<Group>& groups, size_t layer, size_t experts) {
  LineChart chart;
  for (size_t expert = 0; expert < experts; ++expert) {
    const auto share = [&](const StepMetrics& line) {
      const bool is_there =
          layer < line.expert_load.size() && expert < line.expert_load[layer].size();
      return is_there ? line.expert_load[layer][expert] : NAN;
    };
    auto one = chart_of(groups, "Layer " + std::to_string(layer), "share of assignments", share);
    one.lines[0].name = "expert " + std::to_string(expert);
    if (expert == 0) {
      chart = one;
    } else {
      chart.lines.push_back(one.lines[0]);
    }
  }
  chart.low = 0;
  return chart;
}

}  // namespace

void add_expert_load_report(Page& page, const std::vector<StepMetrics>& metrics,
                            const Pictures& pictures) {
  const auto with_load = std::find_if(metrics.begin(), metrics.end(),
                                      [](const auto& line) { return !line.expert_load.empty(); });
  if (with_load == metrics.end()) return;
  const auto& load = with_load->expert_load;
  page.heading("Expert load during training");
  page.paragraph(
      "The load of an expert is its share of its layer's assignments, as in the load-balancing "
      "loss: assignments are summed over the layer's projections; if these differ in their number "
      "of experts, only those with the most experts count. A uniform load is 1 divided by that "
      "number. Layers without a router are empty.");
  page.pictures({pictures.draw("load_busiest", load_map(metrics, load.size(), true),
                               "The highest load in each layer relative to a uniform load. Dark "
                               "cells have a uniform load."),
                 pictures.draw("load_least", load_map(metrics, load.size(), false),
                               "The lowest load in each layer relative to a uniform load. Bright "
                               "cells have a uniform load; in dark cells, an expert is hardly "
                               "used.")});
  if (load.size() > kFewLayers) return;
  std::vector<Picture> by_layer;
  for (size_t layer = 0; layer < load.size(); ++layer) {
    if (load[layer].empty()) continue;
    const auto chart = layer_chart(groups_of(metrics), layer, load[layer].size());
    by_layer.push_back(pictures.draw("load_layer_" + std::to_string(layer), chart, ""));
  }
  page.pictures(by_layer);
}

}  // namespace mola
