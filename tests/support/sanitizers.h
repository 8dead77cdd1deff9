#pragma once

// MOLA_ADDRESS_SANITIZER is defined where that is on: gcc and clang say so in different ways.
#if defined(__SANITIZE_ADDRESS__)
#define MOLA_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MOLA_ADDRESS_SANITIZER
#endif
#endif
