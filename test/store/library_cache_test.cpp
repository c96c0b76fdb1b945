#include <harness/store/library_cache.hpp>

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <test/catch.hpp>

#include <harness/model/sha256.hpp>
#include <test/store/environment.hpp>
#include <test/store/temporary_directory.hpp>

using namespace harness;
using namespace harness::store;
namespace fs = std::filesystem;

namespace {

std::vector<std::uint8_t> library(std::size_t size, std::uint8_t salt = 0) {
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 + salt);
  return bytes;
}

void age(const fs::path& file, int hours) {
  fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(hours));
}

}  // namespace

TEST_CASE("a kept library is found under its hash, read-only, whatever its size") {
  TemporaryDirectory directory;
  LibraryCache cache(directory / "a/libraries");
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{1} << 20, (std::size_t{3} << 20) + 7}) {
    const auto bytes = library(size);
    const std::string hash = model::sha256_hex(bytes);
    CHECK_FALSE(cache.find(hash));
    REQUIRE(cache.keep(hash, bytes));
    const auto found = cache.find(hash);
    REQUIRE(found);
    CHECK(*found == directory / "a/libraries" / (hash + ".so"));
    CHECK(fs::file_size(*found) == size);
    CHECK(fs::status(*found).permissions() == static_cast<fs::perms>(0444));
  }
  CHECK(fs::status(directory / "a").permissions() == fs::perms::owner_all);
}

TEST_CASE("a damaged library is removed and never found, and can be kept again") {
  TemporaryDirectory directory;
  LibraryCache cache(directory.path());
  const auto bytes = library(1000);
  const std::string hash = model::sha256_hex(bytes);
  const fs::path file = directory / (hash + ".so");
  REQUIRE(cache.keep(hash, bytes));
  const std::string whole = TemporaryDirectory::read(file);
  std::string flipped = whole;
  flipped[500] = static_cast<char>(flipped[500] ^ 1);
  for (const std::string& damaged : {flipped, whole.substr(0, 999), whole + "x", std::string()}) {
    fs::remove(file);
    directory.write(file.filename().string(), damaged);
    CHECK_FALSE(cache.find(hash));
    CHECK_FALSE(fs::exists(file));
    directory.write(file.filename().string(), damaged);
    REQUIRE(cache.keep(hash, bytes));
    CHECK(TemporaryDirectory::read(file) == whole);
  }
}

TEST_CASE("a library that is there already is left alone") {
  TemporaryDirectory directory;
  LibraryCache cache(directory.path());
  const auto bytes = library(1000);
  const std::string hash = model::sha256_hex(bytes);
  REQUIRE(cache.keep(hash, bytes));
  const fs::path file = *cache.find(hash), link = directory / "link";
  fs::create_hard_link(file, link);
  REQUIRE(cache.keep(hash, bytes));
  CHECK(fs::equivalent(file, link));
}

TEST_CASE("only a hash names a library") {
  TemporaryDirectory directory;
  LibraryCache cache(directory / "libraries");
  directory.write("secret.so", "x");
  for (const std::string& name : {std::string("../secret"), std::string(), std::string(64, 'A'), std::string(63, 'a')}) {
    CHECK_FALSE(cache.find(name));
    CHECK_FALSE(cache.keep(name, library(3)));
  }
  const std::string other = model::sha256_hex(library(4));
  CHECK(cache.keep(other, library(3)).error().text() ==
        "library cache: expected the SHA-256 of the bytes, found " + other);
  CHECK_FALSE(fs::exists(directory / "libraries"));
}

TEST_CASE("pruning removes what nobody needs and nobody used for 90 days") {
  TemporaryDirectory directory;
  LibraryCache cache(directory.path());
  std::vector<std::string> hashes;
  for (std::uint8_t salt = 0; salt < 4; ++salt) {
    const auto bytes = library(100, salt);
    hashes.push_back(model::sha256_hex(bytes));
    REQUIRE(cache.keep(hashes.back(), bytes));
    age(directory / (hashes.back() + ".so"), salt != 1 ? 91 * 24 : 89 * 24);
  }
  age(directory.write("notes.so", "mine"), 100);
  age(directory.write(".x.so.AbCdEf.tmp", "half"), 25);
  directory.write(".y.so.AbCdEf.tmp", "half");
  REQUIRE(cache.find(hashes[3]));  // touched now
  const auto pruned = cache.prune({hashes[0]});
  REQUIRE(pruned);
  CHECK(pruned->files == 1);
  CHECK(pruned->bytes == 104);
  CHECK(cache.find(hashes[0]));
  CHECK(cache.find(hashes[1]));
  CHECK_FALSE(cache.find(hashes[2]));
  CHECK(cache.find(hashes[3]));
  CHECK(fs::exists(directory / "notes.so"));
  CHECK_FALSE(fs::exists(directory / ".x.so.AbCdEf.tmp"));
  CHECK(fs::exists(directory / ".y.so.AbCdEf.tmp"));
}

TEST_CASE("a cache that cannot be made is an error in one line, and pruning what is not there is none") {
  TemporaryDirectory directory;
  directory.write("file", "in the way");
  LibraryCache cache(directory / "file/libraries");
  const auto bytes = library(3);
  CHECK(cache.keep(model::sha256_hex(bytes), bytes).error().text() ==
        (directory / "file/libraries").string() + ": cannot be created: Not a directory");
  CHECK(LibraryCache(directory / "none").prune({})->files == 0);
}

TEST_CASE("the libraries' place follows XDG_DATA_HOME when it is absolute, else HOME") {
  {
    Variable data("XDG_DATA_HOME", "/x/data"), home("HOME", "/home/a");
    CHECK(LibraryCache::default_directory() == "/x/data/harness/libraries");
  }
  {
    Variable data("XDG_DATA_HOME", "relative"), home("HOME", "/home/a");
    CHECK(LibraryCache::default_directory() == "/home/a/.local/share/harness/libraries");
  }
  Variable data("XDG_DATA_HOME", nullptr), home("HOME", nullptr);
  LibraryCache nowhere(LibraryCache::default_directory());
  const auto bytes = library(1);
  CHECK_FALSE(nowhere.find(model::sha256_hex(bytes)));
  CHECK(nowhere.keep(model::sha256_hex(bytes), bytes).error().text() ==
        "library cache: expected XDG_DATA_HOME or HOME to be an absolute path, found neither; set one of them");
  CHECK(nowhere.prune({})->files == 0);
}
