// A safetensors file, of which every tensor is looked at.
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "fuzz/fuzz.h"
#include "mola/io/safetensors_file.h"

namespace mola {

void fuzz(const std::string& input) {
  const SafetensorsFile file(put_file("model.safetensors", input));
  uint64_t sum = 0;
  for (const auto& [name, entry] : file.entries()) {
    for (size_t i = 0; i < entry.end - entry.begin; ++i) {
      sum += static_cast<uint64_t>(file.data(file.entry(name))[i]);
    }
    file.release(entry);
  }
  volatile uint64_t keep = sum;  // so that the bytes are read
  (void)keep;
}

}  // namespace mola

#ifdef MOLA_LIBFUZZER
extern "C" size_t LLVMFuzzerMutate(uint8_t* bytes, size_t size, size_t max_size);

// Most changes leave a file whose first eight bytes are the length of its header.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* bytes, size_t size, size_t max_size,
                                          unsigned int seed) {
  constexpr size_t kLengthBytes = 8;
  if (seed % 8 == 0 || size <= kLengthBytes || max_size <= kLengthBytes) {
    return LLVMFuzzerMutate(bytes, size, max_size);
  }
  uint64_t header = 0;
  std::memcpy(&header, bytes, sizeof header);
  header = std::min<uint64_t>(header, size - kLengthBytes);
  const std::string data(bytes + kLengthBytes + header, bytes + size);
  if (data.size() + kLengthBytes >= max_size) return LLVMFuzzerMutate(bytes, size, max_size);
  header = LLVMFuzzerMutate(bytes + kLengthBytes, header, max_size - kLengthBytes - data.size());
  std::memcpy(bytes, &header, sizeof header);
  std::copy(data.begin(), data.end(), bytes + kLengthBytes + header);
  return kLengthBytes + header + data.size();
}
#endif
