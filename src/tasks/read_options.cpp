#include "tasks/read_options.h"

namespace mola {

ReadOptions read_options(const DataConfig& data) {
  ReadOptions options;
  options.on_bad_row = data.on_bad_row;
  options.topic = data.topic.value_or("");
  if (data.limit) options.limit = static_cast<size_t>(*data.limit);
  if (data.sample) options.sample = static_cast<size_t>(*data.sample);
  options.sample_seed = data.sample_seed;
  return options;
}

}  // namespace mola
