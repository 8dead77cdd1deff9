#include "train/run_products.h"

#include <ATen/Parallel.h>
#include <torch/types.h>
#include <torch/version.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iomanip>
#include <map>
#include <sstream>
#include <vector>

#include "base/file_changes.h"
#include "base/machine.h"
#include "io/product_file.h"
#include "io/run_folder.h"
#include "mola/base/error.h"
#include "mola/base/log.h"
#include "mola/model/products.h"
#include "ops/device.h"

namespace mola {
namespace {

bool has_default_products() {
  const char* value = std::getenv("MOLA_PRODUCTS");
  if (value == nullptr || *value == '\0') return false;
  if (std::string(value) != "default") {
    fail("MOLA_PRODUCTS: found '", value, "', expected default or nothing");
  }
  return true;
}

std::string key_of(int64_t copies) {
  return cpu_name() + ", " + std::to_string(at::get_num_threads()) + " threads, torch " +
         TORCH_VERSION + ", packed copies: " + std::to_string(copies);
}

// Of the layers' frozen weights.
int64_t weight_bytes(Llama& model) {
  int64_t bytes = 0;
  model->for_each_projection([&](const ProjectionPlace& place) {
    if (place.index == 0) bytes += static_cast<int64_t>(place.group.weight.nbytes());
  });
  return bytes;
}

// The numbers of copies that a run may have begun with; the first is today's.
std::vector<int64_t> numbers_of_copies(Llama& model, PackWeights pack) {
  if (pack == PackWeights::kNo) return {0};
  if (pack == PackWeights::kYes) return {2};
  const int64_t limit = memory_limit();
  if (limit > 0 && 2 * weight_bytes(model) > limit / 2) return {0, 1};
  return {1, 0};
}

// The files that are read and written.
struct Files {
  std::string own_path, cache_path;
  ProductFile own, cache;

  explicit Files(const std::string& folder)
      : own_path(folder + "/" + kProductFile),
        cache_path(product_cache()),
        own(read_product_file(own_path)),
        cache(cache_path.empty() ? ProductFile() : read_product_file(cache_path)) {}

  void keep(const std::string& key, const ProductChoices& choices) {
    own[key] = choices;
    write_product_file(own_path, own);
    if (cache_path.empty()) return;
    auto& cached = cache[key];
    const auto size = cached.size();
    cached.insert(choices.begin(), choices.end());
    if (cached.size() == size) return;
    try {
      const auto parent = std::filesystem::path(cache_path).parent_path().string();
      check_change(make_folders(parent), parent, "cannot be created");
      write_product_file(cache_path, cache);
    } catch (const Error& error) {
      log_warning(std::string(error.what()) + "; the next run times its products again");
    }
  }
};

// Such as "2 aten, 8 packed".
std::string summary(const ProductChoices& choices) {
  std::map<std::string, int> counts;
  for (const auto& [product, methods] : choices) ++counts[method_name(methods.rbegin()->second)];
  std::string text;
  for (const auto& [name, count] : counts) {
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + name;
  }
  return text;
}

}  // namespace

void choose_run_products(Llama& model, const RunConfig& run) {
  if (!on_host(model->embed_tokens) || model->adapter.trains_base || has_default_products()) return;
  Files files(run.output.dir);
  const auto copies = numbers_of_copies(model, run.model.pack_weights);
  for (const int64_t number : copies) {
    const auto found = files.own.find(key_of(number));
    if (found != files.own.end()) return use_products(model, found->second);
  }
  const bool has_begun = !newest_checkpoint(run.output.dir).empty();
  if (has_begun && files.own.empty()) return;
  if (has_begun) {
    log_warning(files.own_path + ": has no choice for this machine (" + key_of(copies.front()) +
                "); products are chosen anew, and results may differ in their last digits");
  }
  const auto key = key_of(copies.front());
  const auto start = std::chrono::steady_clock::now();
  const auto choices = choose_products(model, copies.front(), files.cache[key]);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  files.keep(key, choices);
  use_products(model, choices);
  std::ostringstream line;
  line << "products " << summary(choices) << "; chosen in " << std::setprecision(2) << time.count()
       << " s";
  log_info(line.str());
}

}  // namespace mola
