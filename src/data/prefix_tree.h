#pragma once

#include <cstdint>
#include <vector>

#include "mola/data/loader.h"

namespace mola {

/// Tokens that some sequences of a micro-batch have in common, or those that only one has.
struct TreeSegment {
  size_t sequence;  ///< the first of those that have them
  int64_t begin;    ///< the position of its first token in them
  int64_t end;      ///< after its last
  int64_t parent;   ///< the segment with the tokens before it; -1 for none
  int64_t rows;     ///< the number of sequences that have them
};

/// The sequences of a micro-batch as a tree of their beginnings, so that what several begin with is
/// computed once. What follows a segment stands directly behind it.
struct PrefixTree {
  std::vector<TreeSegment> segments;
  std::vector<int64_t> last;  ///< of each sequence, its last segment
};

/// A common beginning is shared if that saves at least `least` tokens, and a sixteenth of those of
/// its sequences: below that, its share of the attention costs more.
constexpr int64_t kLeastSaved = 16;

/// Without `share` each sequence is a segment, in their order. They are too where a segment would
/// have more than 512 tokens, which attention by products is not made for.
PrefixTree prefix_tree(const MicroBatch& sequences, bool share, int64_t least = kLeastSaved);

/// The tokens of all segments.
int64_t computed_tokens(const PrefixTree& tree);

}  // namespace mola
