#include "report/chart.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "mola/base/error.h"
#include "report/gnuplot.h"
#include "support/test_files.h"

namespace mola {
namespace {

constexpr double kGap = NAN;

#define MOLA_SKIP_WITHOUT_GNUPLOT()                                                       \
  if (std::system("command -v gnuplot > /dev/null") != 0) {                               \
    GTEST_SKIP() << "gnuplot is not installed, so it cannot be seen what it makes of it"; \
  }

// What gnuplot makes of the script: the text of the SVG file.
template <class Chart>
std::string drawn(const Chart& chart) {
  const TempFolder folder;
  EXPECT_TRUE(draw(folder.path("script.gnuplot"), plot_script(chart, "it's a picture.svg"),
                   "it's a picture.svg"));
  EXPECT_EQ(names_in(folder.path()),
            (std::vector<std::string>{"it's a picture.svg", "script.gnuplot"}));
  const auto svg = folder.read("it's a picture.svg");
  EXPECT_NE(svg.find("</svg>"), std::string::npos);
  return svg;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

LineChart chart_of(const std::vector<double>& x, const std::vector<double>& y) {
  LineChart chart;
  chart.x = x;
  chart.lines = {{"line", y}};
  return chart;
}

HeatMap map_of(const std::vector<std::vector<double>>& rows) {
  HeatMap map;
  map.rows = rows;
  return map;
}

TEST(LineChart, IsAScript) {
  auto chart = chart_of({0, 1, 2}, {0.5, kGap, 1.5});
  chart.lines.push_back({"joined", {1, INFINITY, 2}, true});
  chart.low = 0;
  chart.high = 4;
  const auto script = plot_script(chart, "out.svg");
  EXPECT_TRUE(holds(script, "set output 'out.svg'\n")) << script;
  EXPECT_TRUE(holds(script, "$line0 << END\n0 0.5\n1 NaN\n2 1.5\nEND\n")) << script;
  EXPECT_TRUE(holds(script, "$line1 << END\n0 1\n2 2\nEND\n")) << script;
  EXPECT_TRUE(holds(script, "set yrange [0:4]\n")) << script;
  EXPECT_TRUE(holds(script, "set xtics ('0' 0, '1' 1, '2' 2)\n")) << script;
  EXPECT_TRUE(holds(script, "title 'joined'\n")) << script;
}

TEST(LineChart, HasRoundTicksOfWholeNumbers) {
  EXPECT_TRUE(holds(plot_script(chart_of({3, 31}, {0, 1}), "o"),
                    "('5' 5, '10' 10, '15' 15, '20' 20, '25'"));
  EXPECT_TRUE(holds(plot_script(chart_of({1, 2500000}, {0, 1}), "o"),
                    "('500k' 500000, '1M' 1000000, '1.5M' 1500000,"));
  EXPECT_FALSE(holds(plot_script(chart_of({0.5, 1}, {0.5, 1}), "o"), "set xtics ("));
}

TEST(LineChart, RefusesALineOfAnotherLength) {
  auto chart = chart_of({0, 1, 2}, {1, 2});
  chart.title = "loss";
  EXPECT_EQ(message_of<Error>([&] { plot_script(chart, "o"); }),
            "chart 'loss': line 'line' has 2 values, expected 3, one for each x");
}

TEST(HeatMap, IsAScript) {
  auto map = map_of({{1, 2}, {kGap, 4}});
  map.first_x = 5;
  map.x_step = 10;
  map.high = 8;
  const auto script = plot_script(map, "out.svg");
  EXPECT_TRUE(holds(script, "$cells << END\n5 0 1\n15 0 2\n5 1 NaN\n15 1 4\nEND\n")) << script;
  EXPECT_TRUE(holds(script, "set xrange [0:20]\n")) << script;
  EXPECT_TRUE(holds(script, "set cbrange [1:8]\n")) << script;
  EXPECT_TRUE(holds(script, "using 1:2:(5):(0.5):3 with boxxyerror")) << script;
}

TEST(HeatMap, NamesColumnsAndRows) {
  auto map = map_of({{1, 2}});
  map.column_names = {"100%", "q_proj"};
  map.row_names = {"row"};
  const auto script = plot_script(map, "o");
  EXPECT_TRUE(holds(script, "set xtics ('100%%' 0, 'q_proj' 1)\n")) << script;
  EXPECT_TRUE(holds(script, "set ytics ('row' 0)\n")) << script;
  map.column_names = {"biology", "physics"};
  EXPECT_FALSE(holds(plot_script(map, "o"), "rotate"));
  map.row_names = {"after earth-science"};  // which leaves half of the width
  EXPECT_TRUE(holds(plot_script(map, "o"), "set xtics rotate by 45 right"));
  map.column_names = {"äö of twenty letters", "äö of twenty letters!"};
  const auto turned = plot_script(map, "o");
  EXPECT_TRUE(holds(turned, "set xtics rotate by 90 right")) << turned;
  EXPECT_TRUE(holds(turned, "('äö of twenty letters' 0, 'äö of twenty letters…' 1)")) << turned;
}

TEST(HeatMap, RefusesUnequalRowsAndNames) {
  EXPECT_EQ(message_of<Error>([] {
              plot_script(map_of({{1, 2}, {1}}), "o");
            }),
            "heat map '': cells of a row: found 1, expected 2");
  auto map = map_of({{1, 2}});
  map.row_names = {"a", "b"};
  EXPECT_EQ(message_of<Error>([&] { plot_script(map, "o"); }),
            "heat map '': row_names: found 2, expected 1");
}

TEST(Charts, AreDrawnWhateverTheNumbers) {
  MOLA_SKIP_WITHOUT_GNUPLOT();
  for (const auto& chart :
       {LineChart{}, chart_of({}, {}), chart_of({3}, {4}), chart_of({0, 1}, {kGap, kGap}),
        chart_of({0.5, 1.5}, {2, 2}), chart_of({1, 1}, {1e-300, INFINITY}),
        chart_of({1, 2}, {-1e12, 1e12})}) {
    drawn(chart);
  }
  for (const auto& map : {HeatMap{}, map_of({{}}), map_of({{3}}), map_of({{kGap, kGap}}),
                          map_of({{0, 0}, {0, 0}}), map_of({{-INFINITY, 1}})}) {
    drawn(map);
  }
  auto crossed = map_of({{1, 2}});
  crossed.low = 5;
  crossed.high = 1;
  drawn(crossed);
}

TEST(Charts, TakeNamesForNothingButText) {
  MOLA_SKIP_WITHOUT_GNUPLOT();
  const TempFolder folder;
  const auto trap = folder.path("trap");
  for (const std::string& name :
       {"'; system(\"touch " + trap + "\"); '", "''; system('touch " + trap + "'); ''",
        "\"; system(\"touch " + trap + "\"); \"", "`touch " + trap + "`", "\n!touch " + trap + "\n",
        "END\nsystem('touch " + trap + "')\n", std::string("%d %s 100%"),
        std::string("{/Bold a}_b^c@"), std::string("<b>&amp;</b>"), std::string("end\\"),
        std::string("'"), std::string("'''"), std::string("@x $y #z")}) {
    auto chart = chart_of({0, 1}, {0, 1});
    chart.title = chart.x_label = chart.y_label = name;
    chart.lines = {{name, {0, 1}}, {name, {1, 0}}};
    drawn(chart);
    auto map = map_of({{1, 2}});
    map.title = map.value_label = map.x_label = map.y_label = name;
    map.column_names = {name, name};
    map.row_names = {name};
    drawn(map);
    EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{}) << name;
  }
}

TEST(Charts, ShowNamesAsTheyAre) {
  MOLA_SKIP_WITHOUT_GNUPLOT();
  auto map = map_of({{1}});
  map.title = "'it''s' {/x} \\n";
  map.row_names = {"100% \"a\""};
  const auto svg = drawn(map);
  EXPECT_TRUE(holds(svg, "<text>'it''s' {/x} \\n</text>"));
  EXPECT_TRUE(holds(svg, "<text>100% \"a\"</text>"));
}

}  // namespace
}  // namespace mola
