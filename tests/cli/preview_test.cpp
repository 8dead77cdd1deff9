#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "support/process.h"
#include "support/tiny_tokenizer.h"

namespace mola {
namespace {

class Preview : public testing::Test {
 protected:
  ProcessResult preview(const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"--task", "text", "--data", rows_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run("preview", arguments);
  }

  const TempFolder folder_;
  const std::string rows_ = folder_.write("rows.jsonl",
                                          "{\"question\": \"a\", \"response\": \"bc.\"}\n"
                                          "{\"question\": \"b\", \"response\": \"c\\nd\"}\n");
};

TEST_F(Preview, PrintsAnExampleOrAll) {
  auto result = preview({});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out,
            "text, split train: 2 examples\n\n"
            "--- example 0, prompt\na\n\n--- example 0, response\nbc.\n");
  result = preview({"--index", "1"});
  EXPECT_NE(result.out.find("\n--- example 1, prompt\nb\n\n--- example 1, response\nc\nd\n"),
            std::string::npos)
      << result.out;
  EXPECT_EQ(result.out.find("example 0"), std::string::npos);
  result = preview({"--all"});
  EXPECT_NE(result.out.find("example 0, prompt"), std::string::npos);
  EXPECT_NE(result.out.find("example 1, prompt"), std::string::npos);
}

TEST_F(Preview, PrintsJsonAndNothingElse) {
  const auto result = preview({"--all", "--json", "-"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "{\"prompt\":\"a\\n\",\"response\":\"bc.\"}\n"
            "{\"prompt\":\"b\\n\",\"response\":\"c\\nd\"}\n");
}

// "a\nbc." is <s>, the piece for a space and a, the byte of the line break, bc, that of the full
// stop, and </s>.
TEST_F(Preview, MarksTheTokensThatContributeToTheLoss) {
  folder_.write("model/tokenizer.model", tiny_tokenizer_model());
  const auto result = preview({"--model", folder_.path("model"), "--train-on-prompt", "false"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("6 tokens"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("    1     286   \u2581a\n"
                            "    2      13   <0x0A>\n"
                            "    3     287 * bc\n"
                            "    4      49 * <0x2E>\n"
                            "    5       2 * </s>\n"),
            std::string::npos)
      << result.out;
  const auto cut = preview({"--model", folder_.path("model"), "--max-length", "4", "--json", "-"});
  EXPECT_EQ(nlohmann::json::parse(cut.out)["input_ids"], (std::vector<int64_t>{1, 286, 13, 287}));
}

// Rows are read more than once, and a pipe gives its bytes only once.
TEST_F(Preview, RefusesAPipe) {
  const auto pipe = folder_.path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  expect_error(run("preview", {"--task", "text", "--data", pipe}),
               {pipe + ": is a pipe, expected a file"});
}

TEST_F(Preview, SaysWhatIsWrong) {
  expect_error(preview({"--index", "2"}), {"--index: found 2", rows_, "has 2 examples"});
  const auto empty = folder_.write("empty.jsonl", "");
  expect_error(run("preview", {"--task", "text", "--data", empty, "--all"}),
               {empty + ": the split train has no examples"});
  expect_error(preview({"--index", "-1"}), {"--index"});
  expect_error(preview({"--index", "1", "--all"}), {"--all", "--index"});
  expect_error(preview({"--split", "dev"}), {"--split", "dev"});
  expect_error(preview({"--topic", "birds"}), {"'birds'", "no row has a topic"});
  expect_error(preview({"--split", "test"}), {rows_, "is a file", "the split test"});
  expect_error(run("preview", {"--task", "texd", "--data", rows_}), {"'texd'", "(nearest: text)"});
  expect_error(preview({"--max-length", "4"}), {"--max-length: has no effect without --model"});
  expect_error(preview({"--train-on-prompt", "false"}),
               {"--train-on-prompt: has no effect without --model"});
  expect_error(preview({"--model", folder_.path()}), {"tokenizer.model", "no such file"});
}

}  // namespace
}  // namespace mola
