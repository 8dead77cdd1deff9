// model.safetensors.index.json and its shards: two good ones, and one that is the second part.
#include "io/weight_index.h"

#include "fuzz/fuzz.h"
#include "support/raw_safetensors.h"

namespace mola {
namespace {

void put_good_shards() {
  const std::string entry = R"({"dtype":"F16","shape":[2],"data_offsets":[0,4]}})";
  put_file("model-00001-of-00003.safetensors", raw_safetensors(R"({"a":)" + entry, 4));
  put_file("model-00002-of-00003.safetensors", raw_safetensors(R"({"b":)" + entry, 4));
}

}  // namespace

void fuzz(const std::string& input) {
  static const bool is_there = (put_good_shards(), true);
  (void)is_there;
  const auto parts = parts_of(input, 2);
  put_file("model.safetensors.index.json", parts[0]);
  put_file("model-00003-of-00003.safetensors", parts[1]);
  const WeightIndex index(scratch_folder());
  for (const auto& [name, file] : index.files()) index.file_of(name).entry(name);
}

}  // namespace mola
