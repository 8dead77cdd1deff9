#include <gtest/gtest.h>

#include "support/process.h"
#include "support/text_model.h"

namespace mola {
namespace {

// A random model with a tokenizer.
class Generate : public testing::Test {
 protected:
  Generate() { write_text_model(folder_); }

  ProcessResult generate(std::vector<std::string> arguments) {
    const std::vector<std::string> model = {"--model", folder_.path(),     "--dtype",
                                            "f32",     "--max-new-tokens", "8"};
    arguments.insert(arguments.begin(), model.begin(), model.end());
    return run("generate", arguments);
  }

  TempFolder folder_;
};

TEST_F(Generate, WritesWhatFollowsThePrompt) {
  const auto first = generate({"--prompt", "a bc"});
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_FALSE(first.out.empty());
  EXPECT_NE(first.err.find("4 prompt tokens, "), std::string::npos) << first.err;
  EXPECT_EQ(generate({"--prompt", "a bc"}).out, first.out);
  EXPECT_EQ(generate({"--prompt", "a bc", "--quiet"}).err, "");

  const std::vector<std::string> hot = {"--prompt", "a bc", "--temperature", "50"};
  const auto drawn = generate(hot);
  EXPECT_EQ(generate(hot).out, drawn.out);
  auto other_seed = hot;
  other_seed.insert(other_seed.end(), {"--seed", "1"});
  EXPECT_NE(generate(other_seed).out, drawn.out);
}

TEST_F(Generate, TakesManyPromptsAtOnce) {
  const auto one = generate({"--prompt", "a bc"}).out;
  const auto both = generate({"--prompt", "a bc", "--prompt", "abc abc"});
  EXPECT_EQ(both.exit_code, 0) << both.err;
  EXPECT_EQ(both.out.find("> a bc\n" + one), 0u) << both.out;
  EXPECT_NE(both.out.find("> abc abc\n"), std::string::npos);
  const auto file = folder_.write("prompts.txt", "a bc\n\nabc abc\n");
  EXPECT_EQ(generate({"--prompt-file", file}).out, both.out);
  // As some editors write it.
  const auto marked = folder_.write("marked.txt",
                                    "\xEF\xBB\xBF"
                                    "a bc\r\nabc abc\r\n");
  EXPECT_EQ(generate({"--prompt-file", marked}).out, both.out);
}

TEST_F(Generate, ReadsStandardInputAsItReadsAPromptFile) {
  folder_.write("marked.txt",
                "\xEF\xBB\xBF"
                "a bc\r\n");
  const auto command = program_path("mola") + " generate --interactive --dtype f32 --model " +
                       folder_.path() + " --max-new-tokens 8 < " + folder_.path("marked.txt");
  const auto result = Process({"/bin/sh", "-c", command}).wait();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, generate({"--prompt", "a bc"}).out);
}

TEST_F(Generate, WarnsOfATextLongerThanTheModelIsMadeFor) {
  auto config = nlohmann::json::parse(folder_.read("config.json"));
  config["max_position_embeddings"] = 8;
  folder_.write("config.json", config.dump());
  const auto result = generate({"--prompt", "a bc"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.err.find("warning the longest text has 4 tokens and may get 8 new ones, more "
                            "than the model's max_position_embeddings, 8"),
            std::string::npos)
      << result.err;
}

TEST_F(Generate, SaysFirstThatAFolderIsMissing) {
  const auto message = [&](const std::string& model) {
    const auto result = run("generate", {"--model", model, "--prompt", "a"});
    expect_error(result, {"model " + model + ": "});
    return result.err.substr(result.err.find(model) + model.size());
  };
  EXPECT_EQ(message(folder_.path("none")), ": no such folder\n");
  EXPECT_EQ(message(folder_.path("config.json")), ": is a file, expected a folder\n");
  EXPECT_EQ(message(folder_.path("model.safetensors")), ": is a file, expected a folder\n");
  expect_error(generate({"--prompt", "a", "--adapter", folder_.path("none")}),
               {"adapter " + folder_.path("none") + ": no such folder"});
}

TEST_F(Generate, LogsAsJson) {
  const auto result = generate({"--prompt", "a", "--log-format", "json"});
  std::istringstream lines(result.err);
  nlohmann::json last;
  for (std::string line; std::getline(lines, line);) {
    last = nlohmann::json::parse(line);
    EXPECT_EQ(last.at("level"), "info");
    EXPECT_TRUE(last.contains("time"));
  }
  EXPECT_NE(last.at("message").get<std::string>().find("tokens/s"), std::string::npos);
}

TEST_F(Generate, RefusesWhatItCannotDo) {
  expect_error(generate({}), {"found 0 of --prompt, --prompt-file and --interactive"});
  expect_error(generate({"--prompt", "a", "--interactive"}), {"found 2 of --prompt, "});
  expect_error(generate({"--prompt", "a", "--temperature", "-1"}),
               {"temperature: found -1, expected at least 0"});
  expect_error(generate({"--prompt", "a", "--top-p", "0"}), {"top_p: found 0"});
  expect_error(generate({"--prompt-file", folder_.path("none.txt")}), {"none.txt"});
  expect_error(generate({"--prompt-file", folder_.path()}), {"is a folder, expected a file"});
  expect_error(generate({"--prompt-file", folder_.write("empty.txt", "\n")}), {"no prompt"});
  expect_error(run("generate", {"--model", folder_.path("none"), "--prompt", "a"}), {"none"});
  expect_error(generate({"--prompt", "a\xFF"}), {"--prompt: found invalid UTF-8 at byte 2"});
  const auto file = folder_.write("bad.txt", "a\n\xFF\n");
  expect_error(generate({"--prompt-file", file}), {file + ":2: found invalid UTF-8 at byte 1"});
}

}  // namespace
}  // namespace mola
