#include "mola/config/allocation.h"

#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

using List = std::vector<int64_t>;

const std::vector<std::string> kOne = {"q_proj"};

// The experts of q_proj in each of `num_layers` layers.
List parse(const std::string& spec, int64_t num_layers) {
  return Allocation::parse(spec, num_layers, kOne).values.at("q_proj");
}

std::string message(const std::string& spec, int64_t num_layers,
                    const std::vector<std::string>& projections = kOne) {
  return message_of<Error>([&] { Allocation::parse(spec, num_layers, projections); });
}

TEST(Allocation, GivesEachDigitAnEqualGroupOfLayers) {
  EXPECT_EQ(parse("24", 2), (List{2, 4}));
  EXPECT_EQ(parse("2468", 8), (List{2, 2, 4, 4, 6, 6, 8, 8}));
  EXPECT_EQ(parse("5", 3), (List{5, 5, 5}));
  EXPECT_EQ(parse("01", 2), (List{0, 1}));
}

// Layer j takes the digit floor(j n / L): for n = 4 and L = 6 the digits 0 0 1 2 2 3.
TEST(Allocation, SpreadsDigitsOverLayersThatDoNotDivide) {
  EXPECT_EQ(parse("2468", 6), (List{2, 2, 4, 6, 6, 8}));
  EXPECT_EQ(parse("2468", 5), (List{2, 2, 4, 6, 8}));
  EXPECT_EQ(parse("123", 4), (List{1, 1, 2, 3}));
}

TEST(Allocation, GivesEightLayersToEachDigitOfThePaper) {
  const List layers = parse("2468", 32);
  for (size_t j = 0; j < 32; ++j) EXPECT_EQ(layers[j], List({2, 4, 6, 8})[j / 8]) << j;
}

TEST(Allocation, TakesDashesForLargerNumbers) {
  EXPECT_EQ(parse("2-2-10-2", 4), (List{2, 2, 10, 2}));
  EXPECT_EQ(parse("16-4", 4), (List{16, 16, 4, 4}));
  EXPECT_EQ(parse("4096-0", 2), (List{4096, 0}));
}

TEST(Allocation, KnowsThePresets) {
  EXPECT_EQ(parse("triangle", 4), (List{8, 6, 4, 2}));
  EXPECT_EQ(parse("inverted_triangle", 4), (List{2, 4, 6, 8}));
  EXPECT_EQ(parse("hourglass", 4), (List{8, 2, 2, 8}));
  EXPECT_EQ(parse("rectangle", 4), (List{5, 5, 5, 5}));
  EXPECT_EQ(parse("diamond", 4), (List{2, 8, 8, 2}));
}

TEST(Allocation, TakesAListWithOneNumberALayer) {
  EXPECT_EQ(parse("[3, 0, 12]", 3), (List{3, 0, 12}));
}

TEST(Allocation, TakesAnObjectFromProjections) {
  const std::vector<std::string> projections = {"q_proj", "o_proj", "up_proj", "down_proj"};
  const auto allocation = Allocation::parse(
      "{\"attention\": \"24\", \"up_proj\": [1, 3], \"down_proj\": \"10-0\"}", 2, projections);
  EXPECT_EQ(
      allocation.values,
      (std::map<std::string, List>{
          {"q_proj", {2, 4}}, {"o_proj", {2, 4}}, {"up_proj", {1, 3}}, {"down_proj", {10, 0}}}));
  EXPECT_FALSE(allocation.same_for_all());
  EXPECT_EQ(allocation.at("up_proj", 1), 3);
  EXPECT_EQ(allocation.at("k_proj", 1), 0);
  EXPECT_EQ(Allocation::parse("{\"mlp\": \"5\", \"attention\": \"5\"}", 2, projections),
            Allocation::parse("5", 2, projections));
}

TEST(Allocation, GivesEveryProjectionTheSame) {
  const auto allocation = Allocation::parse("24", 2, {"q_proj", "down_proj"});
  EXPECT_EQ(allocation.values,
            (std::map<std::string, List>{{"q_proj", {2, 4}}, {"down_proj", {2, 4}}}));
  EXPECT_TRUE(allocation.same_for_all());
}

TEST(Allocation, ReadsAFileOfAnyForm) {
  const TempFolder folder;
  EXPECT_EQ(parse(folder.write("a.json", "\"2468\""), 4), (List{2, 4, 6, 8}));
  EXPECT_EQ(parse(folder.write("b.json", "[2, 4]"), 2), (List{2, 4}));
  EXPECT_EQ(parse(folder.write("c.json", "{\"q_proj\": \"diamond\"}"), 4), (List{2, 8, 8, 2}));
  EXPECT_EQ(message(folder.path("none.json"), 4),
            folder.path("none.json") + ": cannot be read: No such file or directory");
  const std::string number = folder.write("d.json", "5");
  EXPECT_EQ(message(number, 4),
            "allocation '" + number + "': found 5, expected a string or a list of whole numbers");
}

TEST(Allocation, RefusesWhatIsNone) {
  const std::string expected =
      "expected digits such as 2468, numbers with dashes such as 2-2-10-2, one of diamond, "
      "hourglass, inverted_triangle, rectangle, triangle, a JSON list or object, or the path of a "
      ".json file";
  for (const std::string spec : {"", "abc", "2.5", "2 4", "pyramid"}) {
    EXPECT_EQ(message(spec, 4), "allocation '" + spec + "': " + expected);
  }
  for (const std::string spec : {"-2", "2--4", "2-", "-"}) {
    EXPECT_EQ(message(spec, 4), "allocation '" + spec + "': a number is missing next to a dash");
  }
  EXPECT_EQ(message("[1, 2", 2).find("allocation: parse error"), 0u);
  EXPECT_EQ(message("[1, 2.5]", 2),
            "allocation '[1, 2.5]': found [1,2.5], expected a string or a list of whole numbers");
}

TEST(Allocation, RefusesAWrongLength) {
  EXPECT_EQ(message("[2, 4, 6]", 4),
            "allocation '[2, 4, 6]': found a list of 3 numbers, expected 4, one for each layer of "
            "the model");
  EXPECT_EQ(message("[]", 4),
            "allocation '[]': found a list of 0 numbers, expected 4, one for each layer of the "
            "model");
  EXPECT_EQ(message("2468", 3),
            "allocation '2468': has 4 groups of layers, but the model has only 3 layers");
}

TEST(Allocation, RefusesAbsurdNumbers) {
  EXPECT_EQ(message("[2, -1]", 2), "allocation '[2, -1]': found -1 experts, expected 0 to 4096");
  EXPECT_EQ(message("2-4097", 2), "allocation '2-4097': found 4097 experts, expected 0 to 4096");
  EXPECT_NE(message("2-99999999999999999999", 2).find("expected 0 to 4096"), std::string::npos);
  EXPECT_NE(message("[1, 18446744073709551615]", 2).find("18446744073709551615"),
            std::string::npos);
}

TEST(Allocation, RefusesObjectsThatDoNotFitTheProjections) {
  const std::vector<std::string> two = {"q_proj", "up_proj"};
  EXPECT_EQ(message("{\"q_proj\": \"2\"}", 2, two),
            "allocation '{\"q_proj\": \"2\"}': 'up_proj' is missing");
  EXPECT_EQ(message("{\"q_proj\": \"2\", \"attention\": \"4\", \"mlp\": \"4\"}", 2, two),
            "allocation '{\"q_proj\": \"2\", \"attention\": \"4\", \"mlp\": \"4\"}': 'q_proj' is "
            "given twice");
  EXPECT_EQ(message("{\"v_proj\": \"2\"}", 2, two),
            "allocation '{\"v_proj\": \"2\"}': 'v_proj' is not a target module, expected q_proj, "
            "up_proj, attention or mlp");
  EXPECT_EQ(message("{\"attention\": \"2\", \"mlp\": \"2\"}", 2, {"q_proj"}),
            "allocation '{\"attention\": \"2\", \"mlp\": \"2\"}': found 'mlp', but none of its "
            "projections is a target module; these are q_proj");
  EXPECT_EQ(message("{\"attention\": {\"q_proj\": 2}}", 2, kOne),
            "allocation '{\"attention\": {\"q_proj\": 2}}': found {\"q_proj\":2}, expected a "
            "string or a list of whole numbers");
}

}  // namespace
}  // namespace mola
