#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

// Kernels are plain loops over rows, compiled for three instruction sets; the loader selects the
// best one that the processor supports (GCC only: clang 14 has no "arch=" clones, and the address
// sanitizer starts after the loader's check). Kernels do not depend on torch: they take pointers
// and a range of rows.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define MOLA_KERNEL \
  __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4"), flatten))
#else
#define MOLA_KERNEL
#endif

namespace mola {

/// A bfloat16 number in memory.
struct BFloat16 {
  uint16_t bits;
};

/// The type in which a kernel computes: fp32, or float64 for float64.
template <class T>
struct Accumulate {
  using Type = float;
};
template <>
struct Accumulate<double> {
  using Type = double;
};
template <class T>
using Acc = typename Accumulate<T>::Type;

inline float load(float value) { return value; }
inline double load(double value) { return value; }
inline float load(BFloat16 value) {
  const uint32_t bits = static_cast<uint32_t>(value.bits) << 16U;
  float wide;
  std::memcpy(&wide, &bits, sizeof(wide));
  return wide;
}

inline void store(float& place, float value) { place = value; }
inline void store(double& place, double value) { place = value; }
// Rounds to nearest, ties to even; NaN stays NaN.
inline void store(BFloat16& place, float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  const uint32_t rounded = (bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U;
  place.bits = static_cast<uint16_t>(value == value ? rounded : 0x7fc0);
}

/// exp to 2 ulp, in a form that vectorizes: 2^n times a polynomial (Cephes' coefficients). Inputs
/// below -87 give about 1e-38, inputs above 88 about 1e38, NaN gives NaN.
inline float exponential(float x) {
  const float bounded = x < -87.0F ? -87.0F : (x > 88.0F ? 88.0F : x);
  const float n = __builtin_rintf(bounded * 1.44269504F);
  const float rest = bounded - n * 0.693359375F + n * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * rest + 1.3981999507e-3F;
  p = p * rest + 8.3334519073e-3F;
  p = p * rest + 4.1665795894e-2F;
  p = p * rest + 1.6666665459e-1F;
  p = p * rest + 5.0000001201e-1F;
  p = p * rest * rest + rest + 1.0F;
  const float number = n == n ? n : 0;  // NaN has no integer; the result is NaN by p
  const uint32_t bits = static_cast<uint32_t>(static_cast<int32_t>(number) + 127) << 23U;
  float power;
  std::memcpy(&power, &bits, sizeof(power));
  return p * power;
}
inline double exponential(double x) { return std::exp(x); }

}  // namespace mola
