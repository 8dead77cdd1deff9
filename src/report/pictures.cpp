#include "report/pictures.h"

#include "base/file_changes.h"
#include "base/json_file.h"
#include "report/gnuplot.h"

namespace mola {
namespace {

// "Loss: loss over step; training, validation"
std::string alt_text(const LineChart& chart) {
  std::string text = chart.title + ": " + chart.y_label + " over " + chart.x_label;
  if (chart.lines.size() < 2) return text;
  for (const auto& line : chart.lines) {
    text += (&line == &chart.lines.front() ? "; " : ", ") + line.name;
  }
  return text;
}

std::string alt_text(const HeatMap& map) {
  return map.title + ": " + map.value_label + " by " + map.x_label + " and " + map.y_label;
}

}  // namespace

Pictures::Pictures(const std::string& folder) : folder_(folder) {
  check_change(make_folders(folder), folder, "cannot be created");
}

template <class Chart>
Picture Pictures::draw_any(const std::string& name, const Chart& chart,
                           const std::string& caption) const {
  const std::string path = folder_ + "/" + name;
  const bool is_drawn =
      mola::draw(path + ".gnuplot", plot_script(chart, name + ".svg"), name + ".svg");
  return {is_drawn ? read_file(path + ".svg") : "", alt_text(chart), caption};
}

Picture Pictures::draw(const std::string& name, const LineChart& chart,
                       const std::string& caption) const {
  return draw_any(name, chart, caption);
}

Picture Pictures::draw(const std::string& name, const HeatMap& map,
                       const std::string& caption) const {
  return draw_any(name, map, caption);
}

}  // namespace mola
