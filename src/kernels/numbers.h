#pragma once

// Numbers in memory and in registers, for the kernels of CPUs and, without standard headers, for
// those of GPUs (kernels/cuda).
#ifdef __CUDACC_RTC__
using uint16_t = unsigned short;
using int32_t = int;
using uint32_t = unsigned int;
using int64_t = long;
using uint64_t = unsigned long;
#define MOLA_STD
inline float __builtin_rintf(float x) { return rintf(x); }
#else
#include <cmath>
#include <cstdint>
#include <cstring>
#define MOLA_STD std
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

inline uint32_t bits_of(float value) {
  uint32_t bits;
  MOLA_STD::memcpy(&bits, &value, sizeof(bits));
  return bits;
}
inline float float_of(uint32_t bits) {
  float value;
  MOLA_STD::memcpy(&value, &bits, sizeof(value));
  return value;
}

inline float load(float value) { return value; }
inline double load(double value) { return value; }
inline float load(BFloat16 value) { return float_of(static_cast<uint32_t>(value.bits) << 16U); }

inline void store(float& place, float value) { place = value; }
inline void store(double& place, double value) { place = value; }
// Rounds to nearest, ties to even; NaN stays NaN.
inline void store(BFloat16& place, float value) {
  const uint32_t bits = bits_of(value);
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
  return p * float_of(static_cast<uint32_t>(static_cast<int32_t>(number) + 127) << 23U);
}
inline double exponential(double x) { return MOLA_STD::exp(x); }

}  // namespace mola
