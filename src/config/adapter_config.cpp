#include "mola/config/adapter_config.h"

namespace mola {

const std::vector<std::string>& all_projections() {
  static const std::vector<std::string> kAll = {"q_proj",    "k_proj",  "v_proj",   "o_proj",
                                                "gate_proj", "up_proj", "down_proj"};
  return kAll;
}

bool in_self_attention(const std::string& projection) {
  return projection == "q_proj" || projection == "k_proj" || projection == "v_proj" ||
         projection == "o_proj";
}

}  // namespace mola
