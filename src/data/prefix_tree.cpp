#include "data/prefix_tree.h"

#include <algorithm>

namespace mola {
namespace {

constexpr int64_t kLongestSegment = 512;
constexpr int64_t kLeastShare = 16;  // of the tokens of its sequences, a segment saves one in 16

using Rows = std::vector<size_t>;

class Builder {
 public:
  Builder(const MicroBatch& sequences, int64_t least) : sequences_(sequences), least_(least) {
    tree_.last.resize(sequences.size(), -1);
  }

  // Places `rows`, which agree before the position `begin`, behind the segment `parent`.
  void place(const Rows& rows, int64_t begin, int64_t parent) {
    const int64_t end = rows.size() == 1 ? length(rows[0]) : common_end(rows, begin);
    const auto others = static_cast<int64_t>(rows.size()) - 1;
    const bool is_segment = others == 0 || saves_enough(others * (end - begin), rows, begin);
    if (is_segment && end > begin) {
      tree_.segments.push_back({rows[0], begin, end, parent, others + 1});
      parent = static_cast<int64_t>(tree_.segments.size()) - 1;
      begin = end;
    }
    for (const auto& group : by_next_token(rows, end)) {
      if (length(group[0]) > begin) {
        place(group, begin, parent);
      } else {
        for (const size_t row : group) tree_.last[row] = parent;
      }
    }
  }

  PrefixTree take() { return std::move(tree_); }

 private:
  int64_t length(size_t row) const {
    return static_cast<int64_t>(sequences_[row]->input_ids.size());
  }
  bool saves_enough(int64_t saved, const Rows& rows, int64_t begin) const {
    int64_t tokens = 0;
    for (const size_t row : rows) tokens += length(row) - begin;
    return saved >= least_ && kLeastShare * saved >= tokens;
  }
  int64_t token(size_t row, int64_t position) const { return sequences_[row]->input_ids[position]; }

  int64_t common_end(const Rows& rows, int64_t begin) const {
    int64_t end = begin;
    const auto agrees = [&](size_t row) {
      return end < length(row) && end < length(rows[0]) && token(row, end) == token(rows[0], end);
    };
    while (std::all_of(rows.begin(), rows.end(), agrees)) ++end;
    return end;
  }

  // In the order of their first rows. Rows that end before `position` are alone.
  std::vector<Rows> by_next_token(const Rows& rows, int64_t position) const {
    std::vector<Rows> groups;
    for (const size_t row : rows) {
      const auto continues_as = [&](const Rows& group) {
        return position < length(row) && position < length(group[0]) &&
               token(row, position) == token(group[0], position);
      };
      const auto group = std::find_if(groups.begin(), groups.end(), continues_as);
      if (group == groups.end()) {
        groups.push_back({row});
      } else {
        group->push_back(row);
      }
    }
    return groups;
  }

  const MicroBatch& sequences_;
  int64_t least_;
  PrefixTree tree_;
};

PrefixTree unshared(const MicroBatch& sequences) {
  PrefixTree tree;
  for (size_t row = 0; row < sequences.size(); ++row) {
    const auto length = static_cast<int64_t>(sequences[row]->input_ids.size());
    tree.last.push_back(static_cast<int64_t>(row));
    tree.segments.push_back({row, 0, length, -1, 1});
  }
  return tree;
}

}  // namespace

PrefixTree prefix_tree(const MicroBatch& sequences, bool share, int64_t least) {
  if (!share || sequences.size() < 2) return unshared(sequences);
  Builder builder(sequences, least);
  Rows all(sequences.size());
  for (size_t row = 0; row < all.size(); ++row) all[row] = row;
  builder.place(all, 0, -1);
  auto tree = builder.take();
  const auto is_long = [](const TreeSegment& segment) {
    return segment.end - segment.begin > kLongestSegment;
  };
  const auto is_shared = [](const TreeSegment& segment) { return segment.rows > 1; };
  const auto& segments = tree.segments;
  const bool shares = std::any_of(segments.begin(), segments.end(), is_shared) &&
                      std::none_of(segments.begin(), segments.end(), is_long);
  return shares ? tree : unshared(sequences);
}

int64_t computed_tokens(const PrefixTree& tree) {
  int64_t tokens = 0;
  for (const auto& segment : tree.segments) tokens += segment.end - segment.begin;
  return tokens;
}

}  // namespace mola
