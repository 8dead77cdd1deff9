#include "adapters/adapter_list.h"

namespace mola {
namespace {

struct Settings {};

AdapterConfig resolve_full(const JsonReader& reader, int64_t) {
  read_fields(reader, Fields<Settings>());
  AdapterConfig config;
  config.trains_base = true;
  return config;
}

}  // namespace

const Adapter& full_adapter() {
  static const Adapter kAdapter = [] {
    Adapter adapter;
    adapter.type = make_adapter_type("full", "No adapter: all weights of the model are trained.",
                                     Fields<Settings>());
    adapter.type.trains_base = true;
    adapter.resolve = resolve_full;
    adapter.usual_learning_rate = 3e-5;
    return adapter;
  }();
  return kAdapter;
}

}  // namespace mola
