#include <algorithm>
#include <string>

#include <unistd.h>

#include <test/catch.hpp>

#include <harness/store/atomic_file.hpp>
#include <harness/store/input_file.hpp>
#include <test/store/temporary_directory.hpp>

using namespace harness;
using namespace harness::store;
namespace fs = std::filesystem;

namespace {

std::size_t entries(const fs::path& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("an atomic file is the old one until it is committed, then the new one") {
  TemporaryDirectory directory;
  const fs::path goal = directory.write("a.json", "old");
  auto file = AtomicFile::create(goal);
  REQUIRE(file);
  REQUIRE(file->write("ne"));
  REQUIRE(file->write("w"));
  CHECK(TemporaryDirectory::read(goal) == "old");
  REQUIRE(file->commit());
  CHECK(TemporaryDirectory::read(goal) == "new");
  CHECK(entries(directory.path()) == 1);
}

TEST_CASE("an atomic file that is given up leaves nothing behind") {
  TemporaryDirectory directory;
  const fs::path goal = directory.write("a.json", "old");
  {
    auto file = AtomicFile::create(goal);
    REQUIRE(file);
    REQUIRE(file->write("new"));
    AtomicFile moved = std::move(*file);
    CHECK(entries(directory.path()) == 2);
  }
  CHECK(TemporaryDirectory::read(goal) == "old");
  CHECK(entries(directory.path()) == 1);
}

TEST_CASE("an atomic file has the mode that was asked for") {
  TemporaryDirectory directory;
  REQUIRE(write_atomically(directory / "a", "x"));
  REQUIRE(write_atomically(directory / "b", "x", 0644));
  CHECK(fs::status(directory / "a").permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK((fs::status(directory / "b").permissions() & fs::perms::others_read) == fs::perms::others_read);
}

TEST_CASE("an atomic file in a directory that is missing is one clear line") {
  TemporaryDirectory directory;
  const auto written = write_atomically(directory / "missing/a", "x");
  REQUIRE_FALSE(written);
  CHECK(written.error().text() ==
        (directory / "missing/a").string() + ": cannot be written: No such file or directory");
}

TEST_CASE("only regular files are opened, a pipe is refused without waiting") {
  TemporaryDirectory directory;
  REQUIRE(::mkfifo((directory / "pipe").c_str(), 0600) == 0);
  CHECK(InputFile::open(directory / "pipe").error().text() ==
        (directory / "pipe").string() + ": expected a regular file, found a pipe or device");
  CHECK(InputFile::open("/dev/zero").error().text() == "/dev/zero: expected a regular file, found a pipe or device");
  CHECK(InputFile::open(directory.path()).error().text() ==
        directory.path().string() + ": expected a file, found a directory");
  CHECK(InputFile::open(directory / "none").error().text() ==
        (directory / "none").string() + ": expected a readable file, found: No such file or directory");
}

TEST_CASE("a text beyond its limit is refused with the limit") {
  TemporaryDirectory directory;
  const fs::path file = directory.write("a", "12345");
  CHECK(read_text(file, 5) == "12345");
  CHECK(read_text(file, 4).error().text() == file.string() + ": expected at most 4 bytes, found more");
}
