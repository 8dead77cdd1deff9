#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "experiment/continual_text.h"

namespace mola {
namespace {

using nlohmann::ordered_json;

std::string matrix_table(const ContinualPlan& plan, const ContinualResult& result) {
  std::string lines = "| " + result.adapter + " |";
  std::string rule = "|---|";
  for (const auto& domain : plan.domains) {
    lines += " " + domain + " |";
    rule += "---:|";
  }
  lines += "\n" + rule + "\n";
  for (size_t k = 0; k < result.R.size(); ++k) {
    lines += "| after " + plan.domains[k] + " |";
    for (const double accuracy : result.R[k]) lines += " " + percent(accuracy) + " |";
    lines += "\n";
  }
  return lines;
}

bool is_whole(const ContinualPlan& plan, const ContinualResult& result) {
  return result.R.size() == plan.domains.size();
}

}  // namespace

std::optional<double> overall_of(const ContinualPlan& plan, const ContinualResult& result) {
  if (!is_whole(plan, result)) return std::nullopt;
  return overall_performance(result.R);
}

std::optional<double> drop_of(const ContinualPlan& plan, const ContinualResult& result) {
  if (!is_whole(plan, result)) return std::nullopt;
  return performance_drop(result.R);
}

std::string percent(std::optional<double> share) {
  if (!share) return "";
  std::ostringstream text;
  text << std::fixed << std::setprecision(2) << 100 * *share;
  return text.str();
}

std::string continual_table(const ContinualPlan& plan,
                            const std::vector<ContinualResult>& results) {
  std::string text =
      "Test accuracy in percent. OP: mean over all domains after the last one. PD: mean change of "
      "the accuracy on an earlier domain when a later one is trained; negative means "
      "forgetting.\n\n"
      "| adapter | OP | PD |\n|---|---:|---:|\n";
  for (const auto& result : results) {
    text += "| " + result.adapter + " | " + percent(overall_of(plan, result)) + " | " +
            percent(drop_of(plan, result)) + " |\n";
  }
  for (const auto& result : results) text += "\n" + matrix_table(plan, result);
  return text;
}

std::string continual_json(const ContinualPlan& plan, const std::vector<ContinualResult>& results) {
  const auto json_of = [](std::optional<double> value) {
    return value ? ordered_json(*value) : ordered_json();
  };
  ordered_json json = {{"domains", plan.domains}, {"adapters", ordered_json::array()}};
  for (const auto& result : results) {
    json["adapters"].push_back({{"adapter", result.adapter},
                                {"trainable_parameters", result.trainable_parameters},
                                {"R", result.R},
                                {"overall_performance", json_of(overall_of(plan, result))},
                                {"performance_drop", json_of(drop_of(plan, result))}});
  }
  return json.dump(2) + "\n";
}

}  // namespace mola
