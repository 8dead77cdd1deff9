#include "mola/io/safetensors.h"

#include <torch/types.h>

#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/excerpt.h"
#include "mola/base/error.h"

namespace mola {
namespace {

using torch::Tensor;

const std::map<std::string, torch::Dtype> kDtypes = {{"F32", torch::kFloat},
                                                     {"F16", torch::kHalf},
                                                     {"BF16", torch::kBFloat16},
                                                     {"I64", torch::kLong}};

// A view of the mapped bytes, to be read only.
Tensor mapped_tensor(const SafetensorsFile& file, const SafetensorsEntry& entry) {
  auto* bytes = const_cast<std::byte*>(file.data(entry));  // from_blob takes no const pointer
  return torch::from_blob(bytes, entry.shape, dtype_of(entry));
}

std::string dtype_name(const std::string& tensor_name, const Tensor& tensor) {
  for (const auto& [name, dtype] : kDtypes) {
    if (dtype == tensor.scalar_type()) return name;
  }
  fail("tensor '", tensor_name, "': found ", torch::toString(tensor.scalar_type()),
       ", expected F32, F16, BF16 or I64");
}

}  // namespace

torch::Dtype dtype_of(const SafetensorsEntry& entry) { return kDtypes.at(entry.dtype); }

void read_tensor_into(const SafetensorsFile& file, const std::string& name, const Tensor& target) {
  const auto& entry = file.entry(name);
  if (target.sizes() != at::IntArrayRef(entry.shape)) {
    fail(file.path(), ": tensor '", name, "' has the shape ",
         excerpt(c10::str(at::IntArrayRef(entry.shape))), ", expected ", target.sizes());
  }
  const auto source = mapped_tensor(file, entry);
  if (source.is_floating_point() != target.is_floating_point()) {
    fail(file.path(), ": tensor '", name, "' is ", entry.dtype, ", expected ",
         target.is_floating_point() ? "F32, F16 or BF16" : "I64");
  }
  torch::NoGradGuard no_grad;
  Tensor(target).copy_(source);
  file.release(entry);
}

Tensor read_tensor(const SafetensorsFile& file, const std::string& name) {
  const auto& entry = file.entry(name);
  auto copy = mapped_tensor(file, entry).clone();
  file.release(entry);
  return copy;
}

TensorMap load_safetensors(const std::string& path) {
  const SafetensorsFile file(path);
  TensorMap tensors;
  for (const auto& [name, entry] : file.entries()) tensors[name] = read_tensor(file, name);
  return tensors;
}

void save_safetensors(const std::string& path, const TensorMap& tensors) {
  nlohmann::json header;
  header["__metadata__"] = {{"format", "pt"}};
  size_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    header[name] = {{"dtype", dtype_name(name, tensor)},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {offset, offset + tensor.nbytes()}}};
    offset += tensor.nbytes();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data is aligned to 8 bytes
  const uint64_t length = text.size();

  AtomicFile file(path);
  file.write(&length, sizeof(length));
  file.write(text.data(), text.size());
  for (const auto& [name, tensor] : tensors) {
    const auto plain = tensor.detach().cpu().contiguous();
    file.write(plain.data_ptr(), plain.nbytes());
  }
  file.commit();
}

}  // namespace mola
