#include "ops/attention_parts.h"

#include "ops/rounded_length.h"

namespace mola {
namespace {

struct Segment {
  int64_t first;
  int64_t end;
  int64_t parent;           // -1: none
  int64_t subtree_end = 0;  // after the last segment that it precedes

  int64_t rows() const { return rounded_length(end - first); }
};

// Segments that follow a segment stand behind it, without others between.
std::vector<Segment> segments_of(const std::vector<int64_t>& offsets,
                                 const std::vector<int64_t>& parents) {
  std::vector<Segment> segments;
  for (size_t i = 0; i + 1 < offsets.size(); ++i) {
    segments.push_back({offsets[i], offsets[i + 1], parents.empty() ? -1 : parents[i]});
  }
  for (size_t i = 0; i < segments.size(); ++i) {
    for (auto above = static_cast<int64_t>(i); above >= 0; above = segments[above].parent) {
      segments[above].subtree_end = static_cast<int64_t>(i) + 1;
    }
  }
  return segments;
}

// A leaf joins the part if that wastes no more than a quarter of its rows.
bool joins(const AttentionPart& part, const Segment& leaf) {
  return leaf.rows() <= part.key_rows && 4 * leaf.rows() >= 3 * part.key_rows;
}

// The own part of a segment that nothing follows.
void add_leaf(AttentionPart& part, const Segment& leaf) {
  if (part.keys.empty()) part = {{}, {}, 0, leaf.rows(), leaf.rows()};
  const HeadPlace place = {leaf.first, leaf.end, part.batches++, 0, /*adds=*/false};
  part.queries.push_back(place);
  part.keys.push_back(place);
}

// A segment as the keys of itself and of all that follow it.
AttentionPart beginning(const std::vector<Segment>& segments, size_t index) {
  AttentionPart part;
  const auto& own = segments[index];
  part.keys = {{own.first, own.end, 0, 0, /*adds=*/false}};
  part.key_rows = own.rows();
  int64_t row = 0;
  for (auto i = static_cast<int64_t>(index); i < own.subtree_end; ++i) {
    const auto& segment = segments[i];
    const bool is_own = i == static_cast<int64_t>(index);
    part.queries.push_back({segment.first, segment.end, 0, row, /*adds=*/!is_own});
    row += segment.end - segment.first;
  }
  part.query_rows = rounded_length(row);
  return part;
}

// Adds the blocks of `part`, the one at `index`, to those of each segment.
void add_blocks(std::vector<std::vector<ScoreBlock>>& blocks, const std::vector<Segment>& segments,
                const AttentionPart& part, int64_t index, int64_t heads) {
  size_t segment = 0;
  for (const auto& place : part.queries) {
    while (segments[segment].first != place.first) ++segment;
    const auto& keys = part.batches == 1 ? part.keys[0] : part.keys[place.batch];
    blocks[segment].push_back({index,
                               (place.batch * heads * part.query_rows + place.row) * part.key_rows,
                               part.query_rows * part.key_rows, part.key_rows,
                               keys.end - keys.first, /*is_causal=*/keys.first == place.first});
  }
}

}  // namespace

AttentionParts attention_parts(const std::vector<int64_t>& offsets,
                               const std::vector<int64_t>& parents, int64_t heads) {
  const auto segments = segments_of(offsets, parents);
  AttentionParts parts;
  std::vector<AttentionPart> beginnings;
  for (size_t i = 0; i < segments.size(); ++i) {
    if (segments[i].subtree_end > static_cast<int64_t>(i) + 1) {
      beginnings.push_back(beginning(segments, i));
      continue;
    }
    if (parts.list.empty() || !joins(parts.list.back(), segments[i])) parts.list.emplace_back();
    add_leaf(parts.list.back(), segments[i]);
  }
  parts.list.insert(parts.list.end(), beginnings.rbegin(), beginnings.rend());

  std::vector<std::vector<ScoreBlock>> blocks(segments.size());
  for (size_t i = 0; i < parts.list.size(); ++i) {
    add_blocks(blocks, segments, parts.list[i], static_cast<int64_t>(i), heads);
  }
  for (size_t i = 0; i < segments.size(); ++i) {
    parts.chains.push_back({segments[i].first, segments[i].end,
                            static_cast<int64_t>(parts.blocks.size()),
                            static_cast<int64_t>(blocks[i].size())});
    parts.blocks.insert(parts.blocks.end(), blocks[i].begin(), blocks[i].end());
  }
  return parts;
}

}  // namespace mola
