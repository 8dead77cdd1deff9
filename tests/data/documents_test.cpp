#include "mola/data/documents.h"

#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "support/test_files.h"
#include "support/tiny_tokenizer.h"

namespace mola {
namespace {

using Ids = std::vector<int64_t>;

class Documents : public testing::Test {
 protected:
  std::vector<std::string> read(const std::string& lines) {
    return read_documents(folder_.write("text.jsonl", lines));
  }
  std::string message(const std::string& lines) {
    return message_of<Error>([&] { read(lines); });
  }

  TempFolder folder_;
};

TEST_F(Documents, AreOneALine) {
  EXPECT_EQ(read("{\"text\": \"a\\n\\nb\"}\n\n{\"text\": \"c\"}\n"),
            (std::vector<std::string>{"a\n\nb", "c"}));
}

TEST_F(Documents, RefuseAnythingElse) {
  const std::string where = folder_.path("text.jsonl");
  const std::string expected =
      ", expected an object of one text that is not empty: {\"text\": \"...\"}";
  for (const std::string line : {"{\"texts\":\"a\"}", "{\"text\":\"\"}", "{\"text\":1}", "[]",
                                 "{\"id\":1,\"text\":\"a\"}"}) {
    EXPECT_EQ(message("{\"text\": \"a\"}\n" + line), where + ":2: found " + line + expected);
  }
  EXPECT_EQ(message("\n"), "data.path: " + where + " has no documents");
}

// "a bc." is 286 259 287 49.
TEST_F(Documents, AreCutIntoPiecesOfFullLength) {
  folder_.write("tokenizer.model", tiny_tokenizer_model());
  const Tokenizer tokenizer(folder_.path());
  const auto encode = [&](int64_t max_length) {
    std::vector<Ids> pieces;
    for (const auto& sequence : encode_documents(tokenizer, {"a bc.", "a"}, max_length)) {
      EXPECT_EQ(sequence.labels, sequence.input_ids);
      pieces.push_back(sequence.input_ids);
    }
    return pieces;
  };
  EXPECT_EQ(encode(6), (std::vector<Ids>{{1, 286, 259, 287, 49, 2}, {1, 286, 2}}));
  EXPECT_EQ(encode(4), (std::vector<Ids>{{1, 286, 259, 287}, {49, 2}, {1, 286, 2}}));
  // A token by itself has nothing to learn from.
  EXPECT_EQ(encode(5), (std::vector<Ids>{{1, 286, 259, 287, 49}, {1, 286, 2}}));
}

}  // namespace
}  // namespace mola
