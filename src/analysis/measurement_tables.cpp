#include "analysis/measurement_tables.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace mola {
namespace {

using nlohmann::ordered_json;

// Cells of RFC 4180.
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string cell(int64_t number) { return std::to_string(number); }

// The fewest digits that give the same number.
std::string cell(double number) { return std::isnan(number) ? "" : ordered_json(number).dump(); }

template <class... Cells>
std::string line(const Cells&... cells) {
  std::string text;
  ((text += cell(cells) + ","), ...);
  text.back() = '\n';
  return text;
}

ordered_json to_json(const MeanDistances& distances) {
  return {{"product", distances.product},
          {"factors", distances.factors},
          {"lora_A", distances.lora_A},
          {"lora_B", distances.lora_B}};
}

ordered_json to_json(const ProjectionRedundancy& record) {
  ordered_json json = {{"layer", record.layer},
                       {"projection", record.projection},
                       {"num_experts", record.num_experts}};
  json.update(to_json(record.distances));
  return json;
}

ordered_json to_json(const ProjectionRouting& routing) {
  return {{"layer", routing.layer},
          {"projection", routing.projection},
          {"tokens", routing.tokens},
          {"entropy", routing.entropy},
          {"dead", routing.dead},
          {"picks", routing.picks},
          {"share", routing.share},
          {"weight", routing.weight},
          {"probability", routing.probability},
          {"co_picks", routing.co_picks}};
}

template <class Record>
ordered_json list_json(const std::vector<Record>& records) {
  ordered_json list = ordered_json::array();
  for (const auto& record : records) list.push_back(to_json(record));
  return list;
}

}  // namespace

std::string redundancy_csv(const Measurements& measurements) {
  std::string text = "layer,projection,num_experts,product,factors,lora_A,lora_B\n";
  for (const auto& record : measurements.redundancy) {
    const auto& distances = record.distances;
    text += line(record.layer, record.projection, record.num_experts, distances.product,
                 distances.factors, distances.lora_A, distances.lora_B);
  }
  return text;
}

std::string routers_csv(const Measurements& measurements) {
  std::string text = "layer,projection,num_experts,tokens,entropy,dead\n";
  for (const auto& routing : measurements.routing) {
    text += line(routing.layer, routing.projection, routing.num_experts(), routing.tokens,
                 routing.entropy, routing.dead);
  }
  return text;
}

std::string experts_csv(const Measurements& measurements) {
  std::string text = "layer,projection,expert,picks,share,weight,probability\n";
  for (const auto& routing : measurements.routing) {
    for (int64_t e = 0; e < routing.num_experts(); ++e) {
      text += line(routing.layer, routing.projection, e, routing.picks[e], routing.share[e],
                   routing.weight[e], routing.probability[e]);
    }
  }
  return text;
}

std::string groups_csv(const Measurements& measurements) {
  std::string text = "group,layer,projection,expert,tokens,picks,share,weight\n";
  for (const auto& [group, routings] : measurements.groups) {
    for (const auto& routing : routings) {
      for (int64_t e = 0; e < routing.num_experts(); ++e) {
        text += line(group, routing.layer, routing.projection, e, routing.tokens, routing.picks[e],
                     routing.share[e], routing.weight[e]);
      }
    }
  }
  return text;
}

std::string co_selection_csv(const Measurements& measurements) {
  std::string text = "layer,projection,expert,other,tokens\n";
  for (const auto& routing : measurements.routing) {
    for (int64_t e = 0; e < routing.num_experts(); ++e) {
      for (int64_t other = e + 1; other < routing.num_experts(); ++other) {
        text += line(routing.layer, routing.projection, e, other, routing.co_picks[e][other]);
      }
    }
  }
  return text;
}

std::string measurements_json(const Measurements& measurements) {
  const auto& redundancy = measurements.redundancy;
  const auto layers = measurements.num_layers;
  ordered_json json = {
      {"num_layers", layers},
      {"redundancy",
       {{"overall", to_json(overall_mean(redundancy))},
        {"self_attention", list_json(layer_means(redundancy, layers, Projections::kSelfAttention))},
        {"all", list_json(layer_means(redundancy, layers, Projections::kAll))},
        {"projections", list_json(redundancy)}}},
      {"routing", list_json(measurements.routing)}};
  if (!measurements.grouped_by.empty()) {
    json["grouped_by"] = measurements.grouped_by;
    for (const auto& [group, routing] : measurements.groups) {
      json["groups"][group] = list_json(routing);
    }
  }
  return json.dump(1) + "\n";
}

}  // namespace mola
