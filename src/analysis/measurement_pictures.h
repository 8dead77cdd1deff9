#pragma once

#include <string>
#include <vector>

#include "mola/analysis/measurements.h"
#include "report/chart.h"

namespace mola {

// The charts of measurements. Layers and experts are numbered from 0.

/// Mean distance of the experts' products over the layers: self-attention and all projections.
LineChart distance_chart(const Measurements& measurements);

/// The same for A and B, together and separately, in self-attention.
LineChart factor_chart(const Measurements& measurements);

/// The distance of the products, layer x projection.
HeatMap distance_map(const Measurements& measurements);

/// The routers' entropy over the layers, a line for each projection.
LineChart entropy_chart(const Measurements& measurements);

/// The share of experts that no token chose, likewise.
LineChart dead_chart(const Measurements& measurements);

/// The load of each expert of `projection` relative to a uniform load, layer x expert.
HeatMap load_map(const Measurements& measurements, const std::string& projection);

/// The mean weight of each expert when it was chosen, likewise.
HeatMap weight_map(const Measurements& measurements, const std::string& projection);

/// The share of the most frequent pair of experts relative to the mean of all pairs, over the
/// layers, a line for each projection.
LineChart pair_chart(const Measurements& measurements);

/// The share of the tokens that chose both of two experts of `projection`, in the layer with the
/// most uneven pairs, expert x expert; empty if top_k is 1.
HeatMap co_selection_map(const Measurements& measurements, const std::string& projection);

/// The distance of each group's routing from that of all rows, layer x group.
HeatMap group_map(const Measurements& measurements);

/// The projections with routers, in the order of the forward pass.
std::vector<std::string> routed_projections(const Measurements& measurements);

}  // namespace mola
