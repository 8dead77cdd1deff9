#pragma once

#include <string>
#include <vector>

#include "mola/analysis/measurements.h"
#include "report/chart.h"

namespace mola {

// What the pictures of measurements show. Layers and experts are numbered from 0.

/// Mean distance of the experts' products over the layers: self-attention and all projections.
LineChart distance_chart(const Measurements& measurements);

/// The same of A and B, side by side and each by itself, in self-attention.
LineChart factor_chart(const Measurements& measurements);

/// The distance of the products, layer x projection.
HeatMap distance_map(const Measurements& measurements);

/// The routers' entropy over the layers, a line for each projection.
LineChart entropy_chart(const Measurements& measurements);

/// The share of experts that no token chose, likewise.
LineChart dead_chart(const Measurements& measurements);

/// How often each expert of `projection` was chosen beside an even share, layer x expert.
HeatMap load_map(const Measurements& measurements, const std::string& projection);

/// The mean weight where it was chosen, likewise.
HeatMap weight_map(const Measurements& measurements, const std::string& projection);

/// How often the pair of experts that is chosen together most often is, beside the mean of all
/// pairs: over the layers, a line for each projection.
LineChart pair_chart(const Measurements& measurements);

/// The share of the tokens that chose both of two experts of `projection`, in the layer in which
/// pairs are most uneven, expert x expert; empty where a token takes one expert alone.
HeatMap co_selection_map(const Measurements& measurements, const std::string& projection);

/// How far each group's use of the experts is from that of all, layer x group.
HeatMap group_map(const Measurements& measurements);

/// The projections with routers, in the order of the forward pass.
std::vector<std::string> routed_projections(const Measurements& measurements);

}  // namespace mola
