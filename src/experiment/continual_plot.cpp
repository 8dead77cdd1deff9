#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>

#include "mola/experiment/continual_results.h"
#include "report/gnuplot.h"

namespace mola {
namespace {

double mean_of_trained(const PerformanceMatrix& R, size_t k) {
  const auto end = R[k].begin() + static_cast<int64_t>(k) + 1;
  return std::accumulate(R[k].begin(), end, 0.0) / static_cast<double>(k + 1);
}

// A line for each stage: the domain, the mean over those trained, the accuracy on each.
std::string data_of(const ContinualPlan& plan, const ContinualResult& result, size_t number) {
  std::ostringstream data;
  data << "$adapter" << number << " << END\n";
  for (size_t k = 0; k < plan.domains.size(); ++k) {
    data << '"' << plan.domains[k] << '"';
    const bool is_known = k < result.R.size();
    if (is_known) data << " " << 100 * mean_of_trained(result.R, k);
    for (size_t i = 0; i < plan.domains.size(); ++i) {
      if (is_known) data << " " << 100 * result.R[k][i];
    }
    data << "\n";
  }
  data << "END\n";
  return data.str();
}

// One range for all panels, so that they can be compared: whole tens of percent.
std::string range_of(const std::vector<ContinualResult>& results) {
  double low = 1, high = 0;
  for (const auto& result : results) {
    for (const auto& row : result.R) {
      low = std::min(low, *std::min_element(row.begin(), row.end()));
      high = std::max(high, *std::max_element(row.begin(), row.end()));
    }
  }
  std::ostringstream range;
  range << "set yrange [" << std::max(0.0, 10 * std::floor(10 * low - 0.2)) << ":"
        << std::min(100.0, 10 * std::ceil(10 * high + 0.2)) << "]\n";
  return range.str();
}

std::string panel(const std::string& title, size_t column,
                  const std::vector<ContinualResult>& results) {
  std::string lines;
  for (size_t a = 0; a < results.size(); ++a) {
    if (results[a].R.empty()) continue;
    lines += (lines.empty() ? "plot " : ", \\\n     ") + ("$adapter" + std::to_string(a)) +
             " using 0:" + std::to_string(column) + ":xtic(1) title " +
             gnuplot_string(results[a].adapter);
  }
  return "set title " + gnuplot_string(title) + "\n" + lines + "\n";
}

// Three panels in a row, or two by two, and one key above them all.
std::string setup(size_t panels, const std::string& output) {
  const size_t columns = panels == 4 ? 2 : 3;
  const size_t rows = (panels + columns - 1) / columns;
  const double height = 110 + 310 * static_cast<double>(rows);
  std::ostringstream script;
  script << "set terminal pngcairo noenhanced size 1200," << height << " font \"sans,11\"\n"
         << "set output " << gnuplot_string(output) << "\n"
         << "set style data linespoints\n"
         << "set linetype 5 linecolor rgb '#d62728'\n"  // yellow is hard to see
         << "do for [i=1:8] { set linetype i linewidth 2 pointtype 7 pointsize 0.9 }\n"
         << "set grid ytics\n"
         << "set xtics rotate by 25 right\n"
         << "set key at screen 0.5," << 1 - 46 / height << " center vertical maxrows 1\n"
         << "set multiplot layout " << rows << "," << columns << " margins 0.05,0.98,"
         << 80 / height << "," << 1 - 95 / height << " spacing 0.04," << 115 / height
         << " title 'test accuracy (%) after training on each domain; dotted: when the panel''s "
            "own was trained'"
         << "\n";
  return script.str();
}

}  // namespace

std::string continual_plot(const ContinualPlan& plan, const std::vector<ContinualResult>& results,
                           const std::string& output) {
  std::ostringstream script;
  for (size_t a = 0; a < results.size(); ++a) script << data_of(plan, results[a], a);
  script << setup(plan.domains.size() + 1, output) << range_of(results)
         << "set xrange [-0.25:" << plan.domains.size() - 1 << ".25]\n"
         << panel("mean over the domains trained so far", 2, results) << "unset key\n";
  for (size_t i = 0; i < plan.domains.size(); ++i) {
    script << "set arrow 1 from " << i << ",graph 0 to " << i << ",graph 1 nohead dashtype 3\n"
           << panel(plan.domains[i], i + 3, results);
  }
  script << "unset multiplot\n";
  return script.str();
}

}  // namespace mola
