#include "analysis/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "analysis/measurement_pictures.h"
#include "analysis/measurement_tables.h"
#include "base/atomic_folder.h"
#include "base/output_file.h"
#include "io/run_folder.h"
#include "report/page.h"
#include "report/pictures.h"
#include "train/training_report.h"

namespace mola {
namespace {

constexpr size_t kListed = 12;  // rows; a CSV file has all

std::string text_of(double value) {
  if (std::isnan(value)) return "";
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string text_of(int64_t value) { return std::to_string(value); }

void add_redundancy(const Measurements& measurements, const Pictures& pictures, Page& page) {
  page.heading("Redundancy");
  page.paragraph(
      "The mean distance between any two experts of a projection: the Frobenius norm of the "
      "difference between their products (alpha / r) B A. Close experts do the same work, so a "
      "layer with small distances may need fewer.");
  page.pictures(
      {pictures.draw("distance", distance_chart(measurements),
                     "Mean distance between the products of two experts, by layer."),
       pictures.draw("factors", factor_chart(measurements), "The same for their factors A and B."),
       pictures.draw("distance_by_projection", distance_map(measurements),
                     "Each projection separately. Empty: fewer than two experts.")});
  Table table{{"layer", "projection", "experts", "product", "A and B", "A", "B"}, {}};
  for (const auto& record : measurements.redundancy) {
    const auto& distances = record.distances;
    table.rows.push_back({text_of(record.layer), record.projection, text_of(record.num_experts),
                          text_of(distances.product), text_of(distances.factors),
                          text_of(distances.lora_A), text_of(distances.lora_B)});
  }
  page.folded_table("All distances (redundancy.csv)", table);
}

std::vector<Picture> draw_each(const Measurements& measurements, const Pictures& pictures,
                               const std::string& name,
                               HeatMap (*map)(const Measurements&, const std::string&),
                               const std::string& caption) {
  std::vector<Picture> drawn;
  for (const auto& projection : routed_projections(measurements)) {
    drawn.push_back(pictures.draw(name + "_" + projection, map(measurements, projection),
                                  projection + caption));
  }
  return drawn;
}

// Adds nothing if top_k is 1 everywhere.
void add_pairs(const Measurements& measurements, const Pictures& pictures, Page& page) {
  const auto chart = pair_chart(measurements);
  const bool any = std::any_of(chart.lines.begin(), chart.lines.end(), [](const Line& line) {
    return std::any_of(line.y.begin(), line.y.end(), [](double y) { return !std::isnan(y); });
  });
  if (!any) return;
  page.heading("Experts that are chosen together");
  page.paragraph(
      "With uniform routing all pairs are equally frequent. Below, for each projection, the layer "
      "with the most uneven pairs; co_selection.csv has all layers.");
  auto pairs = draw_each(measurements, pictures, "pairs", co_selection_map,
                         ": share of the tokens that chose both experts.");
  pairs.insert(pairs.begin(),
               pictures.draw("pairs", chart,
                             "Share of the most frequent pair relative to the mean of all pairs."));
  page.pictures(pairs);
}

void add_routing(const Measurements& measurements, const Pictures& pictures, Page& page) {
  page.heading("Routing");
  page.paragraph("The routing of " + text_of(measurements.routing.front().tokens) +
                 " tokens. An entropy of 1 means equal probabilities, 0 a certain choice. An "
                 "unused expert was chosen by no token.");
  page.pictures({pictures.draw("entropy", entropy_chart(measurements),
                               "Mean entropy of a token's probabilities."),
                 pictures.draw("dead", dead_chart(measurements),
                               "Share of a projection's experts that no token chose.")});
  page.heading("Load of the experts");
  page.paragraph(
      "The number of assignments to each expert relative to a uniform load, which is 1.");
  page.pictures(draw_each(measurements, pictures, "load", load_map, ": load of each expert."));
  page.heading("Weights of the experts");
  page.paragraph(
      "The mean weight of an expert when it is chosen; the weights of a token sum to 1.");
  page.pictures(
      draw_each(measurements, pictures, "weight", weight_map, ": mean weight of each expert."));
  add_pairs(measurements, pictures, page);
}

// An expert whose share of a group's assignments differs from its share of all.
struct Specialist {
  std::string group;
  const ProjectionRouting* in_group;
  const ProjectionRouting* in_all;
  size_t expert;

  // The difference relative to its size by chance alone, which is larger in a small group.
  double surprise() const {
    return (in_group->share[expert] - in_all->share[expert]) *
           std::sqrt(static_cast<double>(in_group->tokens));
  }
};

std::vector<Specialist> specialists(const Measurements& measurements) {
  std::vector<Specialist> found;
  for (const auto& [group, routing] : measurements.groups) {
    for (size_t i = 0; i < routing.size(); ++i) {
      for (size_t e = 0; e < routing[i].share.size(); ++e) {
        found.push_back({group, &routing[i], &measurements.routing.at(i), e});
      }
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const Specialist& a, const Specialist& b) {
    return a.surprise() > b.surprise();
  });
  if (found.size() > kListed) found.resize(kListed);
  return found;
}

void add_groups(const Measurements& measurements, const Pictures& pictures, Page& page) {
  page.heading("By " + measurements.grouped_by);
  page.paragraph("How the routing of the rows of each " + measurements.grouped_by +
                 " differs from that of all rows: half the sum of the differences between the "
                 "experts' shares, averaged over the projections of a layer; 0 means equal use.");
  page.pictures({pictures.draw(
      "groups", group_map(measurements),
      "Bright: this " + measurements.grouped_by + " uses experts of its own in that layer.")});
  page.paragraph("The experts most specific to one " + measurements.grouped_by +
                 ", relative to the variation expected by chance for its number of tokens; "
                 "groups.csv has all.");
  Table table{{measurements.grouped_by, "tokens", "layer", "projection", "expert",
               "share of its assignments", "share of all assignments"},
              {}};
  for (const auto& one : specialists(measurements)) {
    const auto& routing = *one.in_group;
    table.rows.push_back(
        {one.group.empty() ? "(none)" : one.group, text_of(routing.tokens), text_of(routing.layer),
         routing.projection, text_of(static_cast<int64_t>(one.expert)),
         text_of(routing.share[one.expert]), text_of(one.in_all->share[one.expert])});
  }
  page.table(table);
}

void write_tables(const Measurements& measurements, const std::string& folder) {
  write_file(folder + "/measurements.json", measurements_json(measurements));
  write_file(folder + "/redundancy.csv", redundancy_csv(measurements));
  if (measurements.routing.empty()) return;
  write_file(folder + "/routers.csv", routers_csv(measurements));
  write_file(folder + "/experts.csv", experts_csv(measurements));
  write_file(folder + "/co_selection.csv", co_selection_csv(measurements));
  if (!measurements.groups.empty()) write_file(folder + "/groups.csv", groups_csv(measurements));
}

}  // namespace

std::string write_report(const Measurements& measurements, const std::string& title,
                         const std::vector<StepMetrics>& history, const std::string& folder) {
  check_output_folder(folder);
  AtomicFolder output(folder);
  const Pictures pictures(output.path() + "/pictures");
  write_tables(measurements, output.path());
  Page page(title);
  add_redundancy(measurements, pictures, page);
  if (!measurements.routing.empty()) add_routing(measurements, pictures, page);
  if (!measurements.groups.empty()) add_groups(measurements, pictures, page);
  if (!history.empty()) add_training_report(page, history, pictures);
  write_file(output.path() + "/report.html", page.html());
  output.commit();
  return folder + "/report.html";
}

}  // namespace mola
