// What the program opens only when it needs it.
#include <gtest/gtest.h>

#include "support/fixture.h"
#include "support/process.h"

namespace mola {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> preview_parquet() {
  return {"--skip-bad-rows", "--task", "cola", "--data", reference("parquet/cola")};
}

#ifdef MOLA_HAS_PARQUET

TEST(Plugins, ReadParquet) {
  const auto result = run("preview", preview_parquet());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("example 0, prompt"), std::string::npos) << result.out;
  auto broken = preview_parquet();
  broken.back() = reference("parquet/broken/train.parquet");
  expect_error(run("preview", broken), {broken.back()});  // an error passes through the plugin
}

TEST(Plugins, AreNamedWhereTheyAreMissing) {
  const TempFolder folder;
  const auto alone = folder.path("mola");
  fs::copy_file(program_path("mola"), alone);
  std::vector<std::string> arguments = {alone, "preview"};
  for (const auto& argument : preview_parquet()) arguments.push_back(argument);
  expect_error(Process(arguments).wait(),
               {reference("parquet/cola"), "is a Parquet file, and its reader cannot be opened",
                "libmola_parquet.so", "install mola again"});
}

#endif

// Neither CUDA's libraries nor Arrow's are in memory before they are used.
TEST(Plugins, AreNotLinked) {
  const auto result =
      Process(std::vector<std::string>{"/usr/bin/env", "ldd", program_path("mola")}).wait();
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("libtorch_cpu"), std::string::npos) << result.out;
  for (const auto* library : {"libtorch_cuda", "libc10_cuda", "libarrow", "libparquet"}) {
    EXPECT_EQ(result.out.find(library), std::string::npos) << result.out;
  }
}

}  // namespace
}  // namespace mola
