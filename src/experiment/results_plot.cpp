#include <algorithm>
#include <sstream>

#include "experiment/results.h"
#include "report/gnuplot.h"

namespace mola {
std::string results_plot(const ExperimentPlan& plan, const std::vector<ResultCell>& cells,
                         const std::string& output) {
  std::ostringstream data;
  data << "$scores << END\n";
  for (const auto& task : plan.tasks) {
    data << '"' << task << '"';  // single quotes do not quote in data
    for (const auto& adapter : plan.adapters) {
      const auto* cell = find_cell(cells, task, adapter);
      if (cell == nullptr) {
        data << " NaN NaN NaN";
        continue;
      }
      const double factor = cell->is_loss ? 1 : 100;
      for (const double value : {cell->test.value, cell->test.low, cell->test.high}) {
        data << " " << factor * value;
      }
    }
    data << "\n";
  }
  std::string bars;
  for (size_t a = 0; a < plan.adapters.size(); ++a) {
    const bool has_bar = std::any_of(cells.begin(), cells.end(), [&](const ResultCell& cell) {
      return cell.adapter == plan.adapters[a];
    });
    if (!has_bar) continue;  // gnuplot refuses a column without a number
    const auto column = std::to_string(3 * a + 2);
    bars += (bars.empty() ? "plot " : ", \\\n     ") +
            ("$scores using " + column + ":" + std::to_string(3 * a + 3) + ":" +
             std::to_string(3 * a + 4) + ":xtic(1) title " + gnuplot_string(plan.adapters[a]));
  }
  return data.str() +
         "END\n"
         "set terminal pngcairo noenhanced size 1200,700 font \"sans,12\"\n"
         "set output " +
         gnuplot_string(output) +
         "\n"
         "set style data histograms\n"
         "set style histogram errorbars gap 1.5 linewidth 1.5\n"
         "set style fill solid 0.75 border -1\n"
         "set boxwidth 0.9 relative\n"
         "set key outside right top\n"
         "set grid ytics\n"
         "set ylabel \"test accuracy (%) or loss; error bars: 95 % interval over seeds\"\n"
         "set yrange [0:*]\n" +
         bars + "\n";
}

}  // namespace mola
