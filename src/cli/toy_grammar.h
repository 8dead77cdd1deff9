#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace mola::cli {

/// Random choices that are the same on every machine.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  size_t below(size_t count) { return engine_() % count; }

  template <class T>
  const T& pick(const std::vector<T>& choices) {
    return choices[below(choices.size())];
  }

 private:
  std::mt19937_64 engine_;
};

/// What can be wrong with a sentence; everything else in it is right.
enum class Flaw {
  kNone,
  kAgreement,   ///< "The dogs eats a pear."
  kDeterminer,  ///< "These dog eats a pear."
  kOrder,       ///< "The dog a eats pear."
};

/// All but kNone.
const std::vector<Flaw>& all_flaws();

/// What there is in the world.
const std::vector<std::string>& animals();
const std::vector<std::string>& professions();
const std::vector<std::string>& foods();
const std::vector<std::string>& places();
const std::vector<std::string>& colours();

/// A sentence about the world with this flaw: who does what to whom, who does something where, or
/// what something is like.
std::string make_sentence(Random& random, Flaw flaw = Flaw::kNone);

}  // namespace mola::cli
