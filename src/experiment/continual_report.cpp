#include <limits>
#include <numeric>

#include "experiment/continual_text.h"
#include "report/page.h"

namespace mola {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double mean_of_trained(const PerformanceMatrix& R, size_t k) {
  const auto end = R[k].begin() + static_cast<int64_t>(k) + 1;
  return std::accumulate(R[k].begin(), end, 0.0) / static_cast<double>(k + 1);
}

// A line for each adapter over the number of domains trained.
template <class Value>
LineChart chart_of(const ContinualPlan& plan, const std::vector<ContinualResult>& results,
                   const std::string& title, const Value& value) {
  LineChart chart;
  chart.title = title;
  chart.x_label = "domains trained";
  chart.y_label = "accuracy (%)";
  for (size_t k = 1; k <= plan.domains.size(); ++k) chart.x.push_back(static_cast<double>(k));
  for (const auto& result : results) {
    Line line{result.adapter, std::vector<double>(plan.domains.size(), kNone)};
    for (size_t k = 0; k < result.R.size(); ++k) line.y[k] = 100 * value(result.R, k);
    chart.lines.push_back(line);
  }
  return chart;
}

// R of an adapter as a matrix: the first domain's row on top.
HeatMap matrix_map(const ContinualPlan& plan, const ContinualResult& result) {
  HeatMap map;
  map.title = result.adapter;
  map.value_label = "accuracy (%)";
  map.low = 0;
  map.high = 100;
  map.column_names = plan.domains;
  for (size_t k = plan.domains.size(); k-- > 0;) {
    map.row_names.push_back("after " + plan.domains[k]);
    map.rows.emplace_back(plan.domains.size(), kNone);
    if (k >= result.R.size()) continue;
    for (size_t i = 0; i < plan.domains.size(); ++i) map.rows.back()[i] = 100 * result.R[k][i];
  }
  return map;
}

// "1 biology, 2 physics"
std::string numbered(const std::vector<std::string>& domains) {
  std::string text;
  for (size_t k = 0; k < domains.size(); ++k) {
    text += (k == 0 ? "" : ", ") + std::to_string(k + 1) + " " + domains[k];
  }
  return text;
}

void add_curves(const ContinualPlan& plan, const std::vector<ContinualResult>& results,
                const Pictures& pictures, Page& page) {
  page.heading("Accuracy during training");
  page.paragraph("The domains in order: " + numbered(plan.domains) + ".");
  std::vector<Picture> all = {pictures.draw("mean",
                                            chart_of(plan, results, "Mean so far", mean_of_trained),
                                            "Mean accuracy over the domains trained so far.")};
  for (size_t i = 0; i < plan.domains.size(); ++i) {
    const auto on_domain = [&](const PerformanceMatrix& R, size_t k) { return R[k][i]; };
    all.push_back(pictures.draw(
        "domain_" + std::to_string(i + 1), chart_of(plan, results, plan.domains[i], on_domain),
        "Accuracy on " + plan.domains[i] + ", domain " + std::to_string(i + 1) + "."));
  }
  page.pictures(all);
}

}  // namespace

std::string continual_report(const ContinualPlan& plan, const std::vector<ContinualResult>& results,
                             const Pictures& pictures) {
  Page page("Continual learning");
  page.paragraph(
      "Each adapter was fine-tuned on one domain after another and evaluated after each on the "
      "test rows of all domains. Overall performance (OP) is the mean accuracy over all domains "
      "after the last one. Performance drop (PD) is the mean change of the accuracy on an earlier "
      "domain when a later one is trained; negative means forgetting.");
  Table summary = {{"adapter", "trained parameters", "OP", "PD"}, {}};
  for (const auto& result : results) {
    summary.rows.push_back({result.adapter, std::to_string(result.trainable_parameters),
                            percent(overall_of(plan, result)), percent(drop_of(plan, result))});
  }
  page.table(summary);
  add_curves(plan, results, pictures, page);
  page.heading("R: accuracy on each domain after training on each");
  std::vector<Picture> maps;
  for (size_t a = 0; a < results.size(); ++a) {
    maps.push_back(pictures.draw("R_" + std::to_string(a + 1), matrix_map(plan, results[a]), ""));
  }
  page.pictures(maps);
  for (const auto& result : results) {
    Table table = {{result.adapter}, {}};
    table.header.insert(table.header.end(), plan.domains.begin(), plan.domains.end());
    for (size_t k = 0; k < result.R.size(); ++k) {
      table.rows.push_back({"after " + plan.domains[k]});
      for (const double accuracy : result.R[k]) {
        table.rows.back().push_back(percent(accuracy));
      }
    }
    page.table(table);
  }
  return page.html();
}

}  // namespace mola
