#include "mola/io/safetensors_file.h"

#include <gtest/gtest.h>

#include "mola/base/error.h"
#include "support/raw_safetensors.h"
#include "support/test_files.h"

namespace mola {
namespace {

class SafetensorsFileTest : public testing::Test {
 protected:
  // What is wrong with a file of these bytes, after "FILE: ".
  std::string message_of_bytes(const std::string& bytes) {
    const std::string file = folder_.write("a.safetensors", bytes);
    const std::string text = message_of<Error>([&] { SafetensorsFile{file}; });
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    EXPECT_EQ(text.substr(0, file.size() + 2), file + ": ");
    return text.substr(std::min(text.size(), file.size() + 2));
  }

  std::string message(const std::string& header, size_t data_size) {
    return message_of_bytes(raw_safetensors(header, data_size));
  }

  // For one tensor 'a' of 8 bytes.
  std::string message_of_entry(const std::string& entry) {
    const std::string text = message("{\"a\": " + entry + "}", 8);
    const std::string where = "tensor 'a': ";
    EXPECT_EQ(text.substr(0, where.size()), where);
    return text.substr(std::min(text.size(), where.size()));
  }

  std::string message_of_shape(const std::string& shape) {
    return message_of_entry(R"({"dtype": "F32", "shape": )" + shape +
                            R"(, "data_offsets": [0, 8]})");
  }

  TempFolder folder_;
};

TEST_F(SafetensorsFileTest, ReadsTheHeader) {
  std::string bytes = raw_safetensors(R"({
      "__metadata__": {"format": "pt"},
      "b": {"dtype": "BF16", "shape": [2, 3], "data_offsets": [8, 20]},
      "none": {"dtype": "F16", "shape": [0, 5], "data_offsets": [8, 8]},
      "scalar": {"dtype": "I64", "shape": [], "data_offsets": [0, 8]}})",
                                      20);
  bytes[bytes.size() - 20] = 42;
  const SafetensorsFile file(folder_.write("a.safetensors", bytes));
  ASSERT_EQ(file.entries().size(), 3u);
  const auto& entry = file.entry("b");
  EXPECT_EQ(entry.dtype, "BF16");
  EXPECT_EQ(entry.shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(entry.begin, 8u);
  EXPECT_EQ(entry.end, 20u);
  EXPECT_TRUE(file.entry("scalar").shape.empty());
  EXPECT_EQ(*file.data(file.entry("scalar")), std::byte{42});
  file.release(file.entry("scalar"));
  EXPECT_EQ(*file.data(file.entry("scalar")), std::byte{42});  // read again
}

TEST_F(SafetensorsFileTest, TakesAFileWithoutTensors) {
  EXPECT_TRUE(SafetensorsFile(folder_.write("a", raw_safetensors("{}", 0))).entries().empty());
}

TEST_F(SafetensorsFileTest, NamesTheNearestOfAMissingTensor) {
  const SafetensorsFile file(folder_.write(
      "a", raw_safetensors(R"({"lm_head": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]},
                               "norm": {"dtype": "F32", "shape": [], "data_offsets": [4, 8]}})",
                           8)));
  EXPECT_EQ(message_of<Error>([&] { file.entry("lm_haed"); }),
            folder_.path("a") + ": has no tensor 'lm_haed' (nearest: 'lm_head')");
}

TEST_F(SafetensorsFileTest, RefusesWhatIsNoFile) {
  EXPECT_EQ(message_of<Error>([&] { SafetensorsFile{folder_.path("none")}; }),
            folder_.path("none") + ": cannot be read: No such file or directory");
  EXPECT_EQ(message_of<Error>([&] { SafetensorsFile{folder_.path()}; }),
            folder_.path() + ": is not a file");
}

TEST_F(SafetensorsFileTest, RefusesAFileThatIsTooShort) {
  EXPECT_EQ(message_of_bytes(""), "has 0 bytes, too few for a safetensors file");
  EXPECT_EQ(message_of_bytes(std::string(8, '\0')), "has 8 bytes, too few for a safetensors file");
}

TEST_F(SafetensorsFileTest, RefusesAHeaderBeyondTheFile) {
  const std::string whole = raw_safetensors("{}  ", 0);
  EXPECT_EQ(
      message_of_bytes(whole.substr(0, 11)),
      "says that its header has 4 bytes, but the file has 11 (truncated, or not a safetensors "
      "file)");
  EXPECT_EQ(
      message_of_bytes(std::string(9, '\xFF')),
      "says that its header has 18446744073709551615 bytes, but the file has 9 (truncated, or "
      "not a safetensors file)");
}

// As the format's own library; the file is sparse and takes no space.
TEST_F(SafetensorsFileTest, RefusesAHeaderAboveTheLimit) {
  std::string bytes(8, '\0');
  const uint64_t length = 100'000'001;
  std::memcpy(bytes.data(), &length, sizeof length);
  const std::string file = folder_.write("long", bytes);
  std::filesystem::resize_file(file, 8 + length);
  EXPECT_EQ(message_of<Error>([&] { SafetensorsFile{file}; }),
            file + ": has a header of 100000001 bytes, expected at most 100000000");
}

TEST_F(SafetensorsFileTest, RefusesAHeaderThatIsNone) {
  for (const std::string header : {"", "{", "nope", "{\"a\": \xFF}", "\n\n"}) {
    EXPECT_EQ(message(header, 4).find("header: parse error"), 0u) << header;
  }
  EXPECT_EQ(message("[]", 0), "header: expected an object");
}

TEST_F(SafetensorsFileTest, RefusesANameThatStandsTwice) {
  EXPECT_EQ(message(R"({"a": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]},
                        "a": {"dtype": "F32", "shape": [], "data_offsets": [4, 8]}})",
                    8),
            "header: the key 'a' is duplicated");
}

TEST_F(SafetensorsFileTest, RefusesEntriesThatAreNone) {
  const std::string expected = ", expected dtype, shape and two data_offsets";
  for (const std::string entry : {
           R"(7)",
           R"({})",
           R"({"data_offsets":[0,8],"dtype":"F32"})",
           R"({"data_offsets":[0,8],"dtype":7,"shape":[2]})",
           R"({"data_offsets":[8],"dtype":"F32","shape":[2]})",
           R"({"data_offsets":[-8,0],"dtype":"F32","shape":[2]})",
           R"({"data_offsets":"0-8","dtype":"F32","shape":[2]})",
       }) {
    EXPECT_EQ(message_of_entry(entry), "found " + entry + expected);
  }
  EXPECT_EQ(message_of_entry(R"({"dtype": "F64", "shape": [1], "data_offsets": [0, 8]})"),
            "found dtype F64, expected F32, F16, BF16 or I64");
}

TEST_F(SafetensorsFileTest, RefusesShapesThatDoNotFitTheBytes) {
  EXPECT_EQ(message_of_shape("[3]"), "has 8 bytes, but its shape [3] of F32 needs 12");
  EXPECT_EQ(message_of_shape("[]"), "has 8 bytes, but its shape [] of F32 needs 4");
  EXPECT_EQ(message_of_shape("[2, 0]"), "has 8 bytes, but its shape [2,0] of F32 needs 0");
  for (const std::string shape : {"[-2]", "[-1,-2]", "[2.0]", "[9223372036854775808]", "\"2\""}) {
    EXPECT_NE(message_of_shape(shape).find("expected dtype, shape and two data_offsets"),
              std::string::npos)
        << shape;
  }
}

// 4 * 2^62 and 2^33 * 2^31 * 2 come to 0 in 64 bits.
TEST_F(SafetensorsFileTest, RefusesShapesThatOverflow) {
  for (const std::string shape :
       {"[4611686018427387904]", "[8589934592,2147483648]", "[9223372036854775807,3,5]",
        "[4611686018427387904,0]", "[0,4611686018427387904]"}) {
    const std::string text =
        message(R"({"a": {"dtype": "F32", "shape": )" + shape + R"(, "data_offsets": [0, 0]}})", 0);
    EXPECT_EQ(text.find("tensor 'a': has 0 bytes, but its shape " + shape), 0u) << text;
  }
}

TEST_F(SafetensorsFileTest, RefusesBytesOutsideTheData) {
  const std::string header = R"({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}})";
  EXPECT_EQ(message(header, 7),
            "tensor 'a': its bytes 0 to 8 lie outside the file's data of 7 bytes");
  EXPECT_EQ(message(header, 0),
            "tensor 'a': its bytes 0 to 8 lie outside the file's data of 0 bytes");
  EXPECT_EQ(message_of_entry(R"({"dtype": "F32", "shape": [2], "data_offsets": [8, 0]})"),
            "its bytes 8 to 0 lie outside the file's data of 8 bytes");
  EXPECT_EQ(message(header, 9), "holds 9 bytes of data, but its tensors need 8");
}

TEST_F(SafetensorsFileTest, RefusesOverlapsAndGaps) {
  const auto two = [](const std::string& second) {
    return R"({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "b": )" + second + "}";
  };
  EXPECT_EQ(message(two(R"({"dtype": "F32", "shape": [2], "data_offsets": [4, 12]})"), 12),
            "tensor 'b' begins at byte 4 of the data, inside the one before it, which ends at 8");
  EXPECT_EQ(message(two(R"({"dtype": "F32", "shape": [2], "data_offsets": [0, 8]})"), 8),
            "tensor 'b' begins at byte 0 of the data, inside the one before it, which ends at 8");
  EXPECT_EQ(message(two(R"({"dtype": "F32", "shape": [0], "data_offsets": [4, 4]})"), 8),
            "tensor 'b' begins at byte 4 of the data, inside the one before it, which ends at 8");
  EXPECT_EQ(message(two(R"({"dtype": "F32", "shape": [1], "data_offsets": [12, 16]})"), 16),
            "tensor 'b' begins at byte 12 of the data, after a gap; the one before it ends at 8");
}

}  // namespace
}  // namespace mola
