#include "mola/io/safetensors.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mola/base/error.h"
#include "support/raw_safetensors.h"
#include "support/tensors.h"
#include "support/test_files.h"

namespace mola {
namespace {

void expect_same_tensors(const TensorMap& found, const TensorMap& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& [name, tensor] : expected) expect_same(found.at(name), tensor, name);
}

TEST(Safetensors, GivesBackWhatWasSaved) {
  const TempFolder folder;
  const auto values = torch::tensor({0.5, -1.25, 3.0, 1e-3, 65504.0, -0.0}).view({2, 3});
  const TensorMap tensors = {
      {"f32", values.to(torch::kFloat)},
      {"f16", values.to(torch::kHalf)},
      {"bf16", values.to(torch::kBFloat16)},
      {"i64", torch::tensor({INT64_MIN, int64_t{-1}, INT64_MAX})},
      {"scalar", torch::tensor(2.5f)},
      {"no rows", torch::empty({0, 3})},
      {"no columns", torch::empty({3, 0}, torch::kHalf)},
      {"a \"name\"\n\u00e9", torch::tensor({1.0f})},
  };
  save_safetensors(folder.path("a"), tensors);
  expect_same_tensors(load_safetensors(folder.path("a")), tensors);
}

TEST(Safetensors, KeepsEveryBit) {
  const TempFolder folder;
  const auto bits = torch::tensor({0x7F800000, 0x7FC00001, 1, -2147483647}, torch::kInt);
  save_safetensors(folder.path("a"), {{"a", bits.view(torch::kFloat)}});
  expect_same(load_safetensors(folder.path("a")).at("a").view(torch::kInt), bits);
}

TEST(Safetensors, WritesTensorsAsTheyRead) {
  const TempFolder folder;
  const auto whole = torch::arange(12, torch::kFloat).view({3, 4});
  const TensorMap tensors = {{"transposed", whole.t()},
                             {"columns", whole.slice(1, 1, 3)},
                             {"expanded", torch::ones({1}).expand({3})},
                             {"parameter", torch::ones({2}).requires_grad_()}};
  save_safetensors(folder.path("a"), tensors);
  expect_same_tensors(load_safetensors(folder.path("a")), tensors);
}

TEST(Safetensors, SavesNothingToo) {
  const TempFolder folder;
  save_safetensors(folder.path("a"), {});
  EXPECT_TRUE(load_safetensors(folder.path("a")).empty());
}

TEST(Safetensors, StartsTheDataOnEightBytes) {
  const TempFolder folder;
  for (const std::string name : {"a", "ab", "abc", "abcd", "abcde"}) {
    save_safetensors(folder.path("a"), {{name, torch::tensor({1.0f, 2.0f})}});
    const std::string bytes = folder.read("a");
    EXPECT_EQ((bytes.size() - 8) % 8, 0u) << name;  // 8 of data, the rest length and header
  }
}

TEST(Safetensors, WritesNamesInOrderAndTheSameBytesAgain) {
  const TempFolder folder;
  const TensorMap tensors = {{"b", torch::tensor({2.0f})}, {"a", torch::tensor({1.0f})}};
  save_safetensors(folder.path("a"), tensors);
  save_safetensors(folder.path("b"), tensors);
  EXPECT_EQ(folder.read("a"), folder.read("b"));
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"a":{"data_offsets":[0,4],"dtype":"F32","shape":[1]},)"
      R"("b":{"data_offsets":[4,8],"dtype":"F32","shape":[1]}})";
  EXPECT_EQ(folder.read("a").substr(8, header.size()), header);
}

TEST(Safetensors, RefusesOtherDtypesAndLeavesNothing) {
  const TempFolder folder;
  EXPECT_EQ(message_of<Error>([&] {
              save_safetensors(folder.path("a"), {{"x", torch::ones({1}, torch::kDouble)}});
            }),
            "tensor 'x': found Double, expected F32, F16, BF16 or I64");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Safetensors, NamesThePathThatCannotBeWritten) {
  const TempFolder folder;
  const std::string path = folder.write("file", "kept") + "/a";
  EXPECT_EQ(message_of<Error>([&] {
              save_safetensors(path, {{"a", torch::ones({1})}});
            }),
            path + ": " + folder.path("file") + " is not a folder");
  EXPECT_EQ(folder.read("file"), "kept");
}

TEST(Safetensors, ReadsIntoATensorOfAnotherDtype) {
  const TempFolder folder;
  const auto values = torch::tensor({1.0f, 1.00390625f, 3.140625f});  // the second needs 9 bits
  save_safetensors(folder.path("a"), {{"x", values}});
  const SafetensorsFile file(folder.path("a"));
  const auto target = torch::zeros({3}, torch::kBFloat16);
  read_tensor_into(file, "x", target);
  expect_same(target, values.to(torch::kBFloat16));
  const auto columns = torch::zeros({3, 2});
  read_tensor_into(file, "x", columns.select(1, 1));
  expect_same(columns, torch::stack({torch::zeros({3}), values}, 1));
}

TEST(Safetensors, DoesNotTakeIntegersForNumbers) {
  const TempFolder folder;
  save_safetensors(folder.path("a"), {{"x", torch::ones({2}, torch::kLong)}});
  const SafetensorsFile file(folder.path("a"));
  EXPECT_EQ(message_of<Error>([&] { read_tensor_into(file, "x", torch::zeros({2})); }),
            folder.path("a") + ": tensor 'x' is I64, expected F32, F16 or BF16");
}

TEST(Safetensors, RefusesAnotherShape) {
  const TempFolder folder;
  save_safetensors(folder.path("a"), {{"x", torch::ones({2, 3})}});
  const SafetensorsFile file(folder.path("a"));
  const auto target = torch::zeros({3, 2});
  EXPECT_EQ(message_of<Error>([&] { read_tensor_into(file, "x", target); }),
            folder.path("a") + ": tensor 'x' has the shape [2, 3], expected [3, 2]");
  expect_same(target, torch::zeros({3, 2}));
  EXPECT_EQ(message_of<Error>([&] { read_tensor(file, "y"); }),
            folder.path("a") + ": has no tensor 'y' (nearest: 'x')");
}

}  // namespace
}  // namespace mola
