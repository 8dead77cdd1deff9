#include "adapters/allocation_picture.h"

#include <algorithm>

namespace mola {
namespace {

using Numbers = std::vector<int64_t>;

// Eight heights; a layer without experts has no bar.
std::string bar(int64_t number, int64_t highest) {
  static const std::vector<std::string> kBars = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  if (number == 0) return "·";
  return kBars[(number * 8 + highest - 1) / highest - 1];
}

std::string bars(const Numbers& numbers, int64_t highest) {
  std::string text;
  for (const int64_t number : numbers) text += bar(number, highest);
  return text;
}

// "2 x8  4 x8": runs of layers with the same number.
std::string runs(const Numbers& numbers) {
  std::string text;
  for (size_t begin = 0; begin < numbers.size();) {
    size_t end = begin;
    while (end < numbers.size() && numbers[end] == numbers[begin]) ++end;
    text += "  " + std::to_string(numbers[begin]) + " x" + std::to_string(end - begin);
    begin = end;
  }
  return text;
}

std::string names_of(const std::vector<std::string>& projections) {
  if (projections == all_projections()) return "all projections";
  std::string text;
  for (const auto& projection : projections) text += (text.empty() ? "" : ", ") + projection;
  return text;
}

}  // namespace

std::vector<std::string> allocation_picture(const AdapterConfig& adapter) {
  std::vector<std::pair<Numbers, std::vector<std::string>>> groups;
  int64_t highest = 1;
  for (const auto& projection : adapter.target_modules) {
    const auto& numbers = adapter.allocation.values.at(projection);
    for (const int64_t number : numbers) highest = std::max(highest, number);
    const auto same = [&](const auto& group) { return group.first == numbers; };
    auto group = std::find_if(groups.begin(), groups.end(), same);
    if (group == groups.end()) group = groups.insert(group, {numbers, {}});
    group->second.push_back(projection);
  }
  std::vector<std::string> lines;
  for (const auto& [numbers, projections] : groups) {
    lines.push_back(names_of(projections) + "  " + bars(numbers, highest) + runs(numbers));
  }
  return lines;
}

}  // namespace mola
