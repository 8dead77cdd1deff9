#include "data/preview.h"

#include <gtest/gtest.h>

#include "support/test_files.h"
#include "support/tiny_tokenizer.h"

namespace mola {
namespace {

class Preview : public testing::Test {
 protected:
  const TempFolder folder_;
  const Tokenizer tokenizer_{folder_.write("tokenizer.model", tiny_tokenizer_model())};
  const Example example_ = {"a ", "bc."};
  // <s>, ▁a, ▁, bc, the byte of the full stop, </s>
  const Sequence sequence_ = {{1, 286, 259, 287, 49, 2},
                              {kIgnoreIndex, kIgnoreIndex, kIgnoreIndex, 287, 49, 2}};
};

TEST_F(Preview, IsOneLineOfJson) {
  EXPECT_EQ(preview_json(example_), R"({"prompt":"a ","response":"bc."})");
  EXPECT_EQ(preview_json(example_, sequence_, tokenizer_),
            R"({"prompt":"a ","response":"bc.","input_ids":[1,286,259,287,49,2],)"
            "\"pieces\":[\"<s>\",\"\u2581a\",\"\u2581\",\"bc\",\"<0x2E>\",\"</s>\"],"
            R"("labels":[-100,-100,-100,287,49,2]})");
}

TEST_F(Preview, MarksWhatTheLossLooksAt) {
  EXPECT_EQ(preview_tokens(sequence_, tokenizer_),
            "    0       1   <s>\n"
            "    1     286   \u2581a\n"
            "    2     259   \u2581\n"
            "    3     287 * bc\n"
            "    4      49 * <0x2E>\n"
            "    5       2 * </s>\n");
}

}  // namespace
}  // namespace mola
