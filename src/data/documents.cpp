#include "mola/data/documents.h"

#include <algorithm>

#include "base/excerpt.h"
#include "base/json_file.h"
#include "mola/data/encode.h"
#include "tasks/text_file.h"

namespace mola {
namespace {

std::string to_document(const std::string& line) {
  const auto row = parse_json(line, "row");
  const bool is_text = row.is_object() && row.size() == 1 && row.contains("text") &&
                       row["text"].is_string() &&
                       !row["text"].get_ref<const std::string&>().empty();
  if (!is_text) {
    fail("found ", excerpt(row.dump()),
         ", expected an object of one text that is not empty: ", "{\"text\": \"...\"}");
  }
  return row["text"];
}

}  // namespace

std::vector<std::string> read_documents(const std::string& path) {
  LineReader lines(path);
  auto documents = read_rows(lines, OnBadRow::kStop, to_document);
  if (documents.empty()) fail("data.path: ", path, " has no documents");
  return documents;
}

std::vector<Sequence> encode_documents(const Tokenizer& tokenizer,
                                       const std::vector<std::string>& documents,
                                       int64_t max_length) {
  std::vector<Sequence> sequences;
  for (const auto& document : documents) {
    const auto ids =
        encode(tokenizer, {document, ""}, INT64_MAX, /*train_on_prompt=*/true).input_ids;
    for (auto first = ids.begin(); first != ids.end();) {
      const auto last = first + std::min(max_length, ids.end() - first);
      const std::vector<int64_t> piece(first, last);
      // A single token predicts nothing.
      if (piece.size() > 1) sequences.push_back({piece, piece});
      first = last;
    }
  }
  return sequences;
}

}  // namespace mola
