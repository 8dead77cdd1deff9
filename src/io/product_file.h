#pragma once

#include <map>
#include <string>

#include "mola/ops/product_method.h"

namespace mola {

/// A file of the methods that were chosen by timing, so that a run that is repeated or resumed
/// computes by the same ones. The key says where they were chosen and how many copies of weights
/// they may use.
using ProductFile = std::map<std::string, ProductChoices>;

/// The name of the file, in a run's folder and in the folder of `product_cache`.
constexpr const char* kProductFile = "products.json";

/// aten, onednn, fp32 or packed
const char* method_name(ProductMethod method);

/// Reads `path`; empty if there is none. One that cannot be read is reported and taken as empty: it
/// can be made again.
ProductFile read_product_file(const std::string& path);

/// Writes `path` atomically. Throws `Error` if it cannot be written.
void write_product_file(const std::string& path, const ProductFile& file);

/// The path of this user's file for all runs, in `cache_folder`; empty if there is none.
std::string product_cache();

}  // namespace mola
