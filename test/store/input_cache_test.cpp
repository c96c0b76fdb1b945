#include <cstdlib>
#include <string>
#include <vector>

#include <unistd.h>

#include <test/catch.hpp>

#include <harness/store/input_cache.hpp>
#include <test/store/environment.hpp>
#include <test/store/temporary_directory.hpp>

using namespace harness;
using namespace harness::store;
namespace fs = std::filesystem;

namespace {

InputCache::Key key(const std::string& generator, std::uint64_t size = 16) { return {"c0de", generator, size, 7}; }

GeneratedInput input(std::size_t bytes, bool with_expect = true) {
  GeneratedInput made;
  for (std::size_t i = 0; i < bytes; ++i) made.args.push_back(static_cast<std::uint8_t>(i * 31));
  if (with_expect) made.expect = model::Bytes{1, 2, 3};
  return made;
}

std::vector<fs::path> files(const fs::path& directory) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(directory)) found.push_back(entry.path());
  return found;
}

}  // namespace

TEST_CASE("a kept input is found again, with and without an expected answer") {
  TemporaryDirectory directory;
  InputCache cache(directory / "a/b");
  CHECK_FALSE(cache.find(key("uniform")));
  REQUIRE(cache.keep(key("uniform"), input(1000)));
  REQUIRE(cache.keep(key("worst"), input(0, false)));
  const auto found = cache.find(key("uniform"));
  REQUIRE(found);
  CHECK(found->args == input(1000).args);
  CHECK(found->expect == input(1000).expect);
  const auto bare = cache.find(key("worst"));
  REQUIRE(bare);
  CHECK(bare->args.empty());
  CHECK_FALSE(bare->expect);
}

TEST_CASE("each part of the key tells inputs apart") {
  TemporaryDirectory directory;
  InputCache cache(directory.path());
  REQUIRE(cache.keep({"code", "uniform", 16, 7}, input(10)));
  CHECK(cache.find({"code", "uniform", 16, 7}));
  CHECK_FALSE(cache.find({"codf", "uniform", 16, 7}));
  CHECK_FALSE(cache.find({"code", "unifor", 16, 7}));
  CHECK_FALSE(cache.find({"code", "uniform", 17, 7}));
  CHECK_FALSE(cache.find({"code", "uniform", 16, 8}));
  CHECK_FALSE(cache.find({"codeuni", "form", 16, 7}));
}

TEST_CASE("the cache's directories are for the user alone") {
  TemporaryDirectory directory;
  InputCache cache(directory / "a/b");
  REQUIRE(cache.keep(key("uniform"), input(10)));
  CHECK(fs::status(directory / "a").permissions() == fs::perms::owner_all);
  CHECK(fs::status(directory / "a/b").permissions() == fs::perms::owner_all);
  REQUIRE(files(directory / "a/b").size() == 1);
  CHECK(fs::status(files(directory / "a/b")[0]).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("a damaged file is removed, wherever the damage is") {
  TemporaryDirectory directory;
  InputCache cache(directory.path());
  REQUIRE(cache.keep(key("uniform"), input(100)));
  const fs::path file = files(directory.path()).at(0);
  const std::string whole = TemporaryDirectory::read(file);
  REQUIRE(whole.size() == 96 + 100 + 3);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    directory.write(file.filename().string(), damaged);
    INFO(at);
    REQUIRE_FALSE(cache.find(key("uniform")));
    REQUIRE_FALSE(fs::exists(file));
  }
  for (const std::size_t size : {0u, 8u, 95u, 96u, 150u, 198u}) {
    directory.write(file.filename().string(), whole.substr(0, size));
    INFO(size);
    CHECK_FALSE(cache.find(key("uniform")));
    CHECK_FALSE(fs::exists(file));
  }
  directory.write(file.filename().string(), whole + "x");
  CHECK_FALSE(cache.find(key("uniform")));
}

TEST_CASE("an input under another one's name is not taken for it") {
  TemporaryDirectory directory;
  InputCache cache(directory.path());
  REQUIRE(cache.keep(key("uniform"), input(10)));
  const fs::path uniform = files(directory.path()).at(0);
  REQUIRE(cache.keep(key("worst"), input(10)));
  for (const fs::path& file : files(directory.path())) {
    if (file != uniform) fs::copy_file(uniform, file, fs::copy_options::overwrite_existing);
  }
  CHECK_FALSE(cache.find(key("worst")));
  CHECK(cache.find(key("uniform")));
}

TEST_CASE("the least recently used inputs make room") {
  TemporaryDirectory directory;
  InputCache cache(directory.path(), 3 * (96 + 1000));
  const auto age = [&](const fs::path& file, int hours) {
    fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(hours));
  };
  std::vector<fs::path> known;
  int hours = 30;
  for (const char* generator : {"first", "second", "third"}) {
    REQUIRE(cache.keep(key(generator), input(1000, false)));
    for (const fs::path& file : files(directory.path())) {
      if (std::find(known.begin(), known.end(), file) != known.end()) continue;
      known.push_back(file);
      age(file, hours);
    }
    hours -= 10;
  }
  REQUIRE(cache.find(key("first")));  // now the one used last
  REQUIRE(cache.keep(key("fourth"), input(1000, false)));
  CHECK(cache.find(key("first")));
  CHECK_FALSE(cache.find(key("second")));
  CHECK(cache.find(key("third")));
  CHECK(cache.find(key("fourth")));
}

TEST_CASE("an input larger than the cache is refused and removes nothing") {
  TemporaryDirectory directory;
  InputCache cache(directory.path(), 1000);
  REQUIRE(cache.keep(key("small"), input(100)));
  const auto kept = cache.keep(key("large"), input(2000));
  REQUIRE_FALSE(kept);
  CHECK(kept.error().text() ==
        "input cache: expected at most 1000 bytes for all inputs, found one of 2099; it is made anew");
  CHECK(cache.find(key("small")));
}

TEST_CASE("what a crash left behind is removed, other files stay") {
  TemporaryDirectory directory;
  const fs::path stale = directory.write(".x.input.AbCdEf.tmp", "half");
  const fs::path fresh = directory.write(".y.input.AbCdEf.tmp", "half");
  const fs::path other = directory.write("notes.txt", "mine");
  fs::last_write_time(stale, fs::file_time_type::clock::now() - std::chrono::hours(2));
  fs::last_write_time(other, fs::file_time_type::clock::now() - std::chrono::hours(2));
  InputCache cache(directory.path());
  REQUIRE(cache.keep(key("uniform"), input(10)));
  CHECK_FALSE(fs::exists(stale));
  CHECK(fs::exists(fresh));
  CHECK(fs::exists(other));
}

TEST_CASE("a cache that cannot be written is an error for a warning, and finds nothing") {
  TemporaryDirectory directory;
  directory.write("file", "in the way");
  InputCache cache(directory / "file/inputs");
  const auto kept = cache.keep(key("uniform"), input(10));
  REQUIRE_FALSE(kept);
  CHECK(kept.error().text() ==
        (directory / "file/inputs").string() + ": cannot be created: Not a directory; inputs are made anew");
  CHECK_FALSE(cache.find(key("uniform")));
}

TEST_CASE("the cache's place follows XDG_CACHE_HOME when it is absolute, else HOME") {
  {
    Variable cache("XDG_CACHE_HOME", "/x/cache"), home("HOME", "/home/a");
    CHECK(InputCache::default_directory() == "/x/cache/harness/inputs");
  }
  for (const char* ignored : {"", "relative/cache", static_cast<const char*>(nullptr)}) {
    Variable cache("XDG_CACHE_HOME", ignored), home("HOME", "/home/a");
    CHECK(InputCache::default_directory() == "/home/a/.cache/harness/inputs");
  }
  Variable cache("XDG_CACHE_HOME", nullptr), home("HOME", nullptr);
  CHECK(InputCache::default_directory().empty());
  InputCache nowhere(InputCache::default_directory());
  CHECK_FALSE(nowhere.find(key("uniform")));
  CHECK(nowhere.keep(key("uniform"), input(1)).error().text() ==
        "input cache: expected XDG_CACHE_HOME or HOME to be an absolute path, found neither; inputs are made anew");
}
