#include <gtest/gtest.h>

#include <map>

#include "mola/version.h"
#include "support/process.h"

namespace mola {
namespace {

const std::vector<std::string> kCommands = {
    "allocate", "analyze", "continual",  "evaluate", "experiment", "finetune", "generate",
    "logits",   "merge",   "parameters", "pretrain", "preview",    "prune",    "toy-data"};

ProcessResult mola_alone(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), program_path("mola"));
  return Process(std::move(arguments)).wait();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// An option's text in a help, without its default and whether it is required.
struct Option {
  std::string name;
  std::string text;
};

std::vector<Option> options_in(const std::string& help) {
  constexpr size_t kColumn = 30;
  std::vector<Option> options;
  for (const auto& line : lines_of(help)) {
    const bool is_option = line.rfind("  -", 0) == 0;
    const bool goes_on = !options.empty() && line.rfind(std::string(kColumn, ' '), 0) == 0;
    if (is_option) options.push_back({line.substr(2, line.find_first_of(" ,", 2) - 2), ""});
    if ((is_option && line.size() > kColumn && line[kColumn - 1] == ' ') || goes_on) {
      options.back().text += " " + line.substr(kColumn);
    }
  }
  for (auto& option : options) option.text = option.text.substr(0, option.text.find(" ["));
  return options;
}

TEST(Help, ListsTheCommands) {
  const auto result = mola_alone({"--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  for (const auto& command : kCommands) {
    EXPECT_NE(result.out.find("\n  " + command + " "), std::string::npos) << command;
  }
  EXPECT_EQ(result.out.find("completion"), std::string::npos);  // for the build alone
  EXPECT_EQ(mola_alone({}).out, result.out);
}

TEST(Help, OfEachCommandEndsWithAnExample) {
  for (const auto& command : kCommands) {
    const auto result = run(command, {"--help"});
    EXPECT_EQ(result.exit_code, 0) << command;
    EXPECT_EQ(result.err, "") << command;
    EXPECT_NE(result.out.find("\nUsage: mola " + command + " "), std::string::npos) << result.out;
    const auto example = result.out.rfind("\n\nExample");
    ASSERT_NE(example, std::string::npos) << result.out;
    EXPECT_NE(result.out.find("\n  mola " + command + " ", example), std::string::npos);
    EXPECT_EQ(result.out.find("--help", example), std::string::npos) << "more behind the example";
  }
}

TEST(Help, HasOneTextForAnOption) {
  std::map<std::string, std::string> texts;
  std::map<std::string, int> counts;
  for (const auto& command : kCommands) {
    for (const auto& [name, text] : options_in(run(command, {"--help"}).out)) {
      const auto first = texts.emplace(name, text).first;
      EXPECT_EQ(text, first->second) << name << " of " << command;
      EXPECT_FALSE(text.empty()) << name << " of " << command;
      ++counts[name];
    }
  }
  for (const auto* everywhere : {"--quiet", "--log-format", "-h"}) {
    EXPECT_EQ(counts[everywhere], kCommands.size()) << everywhere;
  }
  for (const auto& [name, count] : std::map<std::string, int>{{"--set", 5},
                                                              {"--resume", 5},
                                                              {"--json", 8},
                                                              {"--model", 8},
                                                              {"--dtype", 6},
                                                              {"--task", 5},
                                                              {"--limit", 5},
                                                              {"--output", 6}}) {
    EXPECT_EQ(counts[name], count) << name;
  }
}

TEST(Help, HasItsGroupsInOneOrder) {
  const std::vector<std::string> order = {
      "Arguments:", "Model:", "Rows:", "Options:", "Output:", "General options:"};
  for (const auto& command : kCommands) {
    size_t reached = 0;
    for (const auto& line : lines_of(run(command, {"--help"}).out)) {
      const auto found = std::find(order.begin(), order.end(), line);
      if (found == order.end()) continue;
      const auto place = static_cast<size_t>(found - order.begin()) + 1;
      EXPECT_GT(place, reached) << line << " of " << command;
      reached = place;
    }
    EXPECT_EQ(reached, order.size()) << command;
  }
}

TEST(CommandLine, TellsTheVersion) {
  const auto result = mola_alone({"--version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "mola " + std::to_string(MOLA_VERSION_MAJOR) + "." +
                            std::to_string(MOLA_VERSION_MINOR) + "." +
                            std::to_string(MOLA_VERSION_PATCH) + "\n");
}

TEST(CommandLine, NamesTheNearestCommand) {
  expect_error(run("finetun", {}), {"unknown command 'finetun' (nearest: finetune)", "--help"});
  expect_error(run("--quiet", {"finetune"}), {"unknown option '--quiet' before the command"});
}

TEST(CommandLine, NamesTheNearestOption) {
  expect_error(run("finetune", {"--sett", "a"}), {"unknown option '--sett' (nearest: --set)"});
  expect_error(run("evaluate", {"--modle=x"}),
               {"unknown option '--modle' (nearest: --model)", "'mola evaluate --help'"});
}

TEST(CommandLine, SaysWhatIsWrongWithIt) {
  expect_error(run("parameters", {}), {"config is required", "--help"});
  expect_error(run("parameters", {"a.json", "b.json"}), {"unexpected argument 'b.json'"});
  expect_error(run("logits", {"--model", ""}), {"--model", "is empty"});
  expect_error(run("generate", {"--model", "a", "--device", "tpu"}),
               {"--device: found 'tpu', expected one of auto, cpu, cuda"});
  expect_error(run("generate", {"--model", "a", "--batch-size", "no"}),
               {"--batch-size: found 'no', expected a number of at least 1"});
}

}  // namespace
}  // namespace mola
