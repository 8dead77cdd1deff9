#include "io/product_file.h"

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/json_file.h"
#include "base/machine.h"
#include "base/output_file.h"
#include "mola/base/error.h"
#include "mola/base/log.h"

namespace mola {
namespace {

using nlohmann::json;

// In the order of the enumeration.
constexpr std::array<const char*, 4> kMethodNames = {"aten", "onednn", "fp32", "packed"};

ProductMethod method_named(const std::string& name) {
  for (size_t i = 0; i < kMethodNames.size(); ++i) {
    if (name == kMethodNames[i]) return static_cast<ProductMethod>(i);
  }
  fail("found the method '", name, "', expected aten, onednn, fp32 or packed");
}

ProductChoices read_choices(const json& products) {
  ProductChoices choices;
  for (const auto& [product, methods] : products.items()) {
    for (const auto& [rows, name] : methods.items()) {
      choices[product][std::stoll(rows)] = method_named(name.get<std::string>());
    }
  }
  return choices;
}

}  // namespace

const char* method_name(ProductMethod method) { return kMethodNames[static_cast<size_t>(method)]; }

ProductFile read_product_file(const std::string& path) {
  if (!std::filesystem::exists(path)) return {};
  ProductFile file;
  try {
    const auto content = read_json_file(path);
    for (const auto& [key, products] : content.items()) file[key] = read_choices(products);
  } catch (const std::exception& error) {
    log_warning(path + ": is not what mola writes, and is made again: " + error.what());
    return {};
  }
  return file;
}

void write_product_file(const std::string& path, const ProductFile& file) {
  auto content = json::object();
  for (const auto& [key, choices] : file) {
    for (const auto& [product, methods] : choices) {
      for (const auto& [rows, method] : methods) {
        content[key][product][std::to_string(rows)] = method_name(method);
      }
    }
  }
  write_file(path, content.dump(2) + "\n");
}

std::string product_cache() {
  const auto folder = cache_folder();
  return folder.empty() ? "" : folder + "/" + kProductFile;
}

}  // namespace mola
