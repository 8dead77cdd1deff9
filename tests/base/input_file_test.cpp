#include "base/input_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "mola/base/error.h"
#include "support/test_files.h"

namespace mola {
namespace {

TEST(InputFile, IsARegularFile) {
  const TempFolder folder;
  const std::string file = folder.write("a.txt", "one");
  std::string text;
  open_input_file(file) >> text;
  EXPECT_EQ(text, "one");
  std::filesystem::create_symlink(file, folder.path("link"));
  EXPECT_NO_THROW(check_input_file(folder.path("link")));
}

// Opening a pipe that nobody writes to would wait forever.
TEST(InputFile, RefusesEverythingElse) {
  const TempFolder folder;
  const auto message = [](const std::string& path) {
    return message_of<Error>([&] { open_input_file(path); });
  };
  const std::string pipe = folder.path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(message(pipe), pipe + ": is a pipe, expected a file");
  EXPECT_EQ(message(folder.path()), folder.path() + ": is a folder, expected a file");
  EXPECT_EQ(message("/dev/null"), "/dev/null: is a device, expected a file");
  EXPECT_EQ(message(folder.path("none")),
            folder.path("none") + ": cannot be read: No such file or directory");
}

TEST(InputFile, TellsAFolderFromAFile) {
  const TempFolder folder;
  const std::string file = folder.write("config.json", "{}");
  EXPECT_NO_THROW(check_input_folder("model", folder.path()));
  EXPECT_EQ(message_of<Error>([&] { check_input_folder("model", file); }),
            "model " + file + ": is a file, expected a folder");
  EXPECT_EQ(message_of<Error>([&] { check_input_folder("adapter", folder.path("none")); }),
            "adapter " + folder.path("none") + ": no such folder");
}

}  // namespace
}  // namespace mola
