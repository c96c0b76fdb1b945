#include <harness/library/byte_source.hpp>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <harness/library/code_hash.hpp>
#include <test/catch.hpp>
#include <test/library/temporary_directory.hpp>

namespace harness::library {
namespace {

std::string refusal(const std::filesystem::path& file) {
  const auto source = FileSource::open(file);
  return source ? "opened" : source.error().why + "; " + source.error().next;
}

std::vector<std::uint8_t> counted(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  return bytes;
}

TEST_CASE("any range of a file is read as it stands, in any order") {
  const test::TemporaryDirectory directory;
  const auto bytes = counted(100'000);
  auto source = FileSource::open(directory.write("a.so", bytes));
  REQUIRE(source);
  CHECK(source->size() == bytes.size());
  const std::pair<std::size_t, std::size_t> ranges[] = {{99'000, 1000}, {0, 64},       {28'600, 200}, {28'672, 1},
                                                        {99'999, 1},    {50'000, 10},  {53'900, 300}, {0, 100'000},
                                                        {100'000, 0},   {4000, 90'000}};
  for (const auto& [offset, size] : ranges) {
    INFO(offset << " " << size);
    std::vector<std::uint8_t> got(size);
    REQUIRE(source->read(offset, got));
    CHECK(std::equal(got.begin(), got.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset)));
  }
}

TEST_CASE("a range that leaves the bytes is not read") {
  const test::TemporaryDirectory directory;
  const auto bytes = counted(1000);
  auto file = FileSource::open(directory.write("a.so", bytes));
  REQUIRE(file);
  MemorySource memory(bytes);
  std::vector<std::uint8_t> into(10);
  for (ByteSource* source : {static_cast<ByteSource*>(&*file), static_cast<ByteSource*>(&memory)}) {
    CHECK(source->read(990, into));
    CHECK_FALSE(source->read(991, into));
    CHECK_FALSE(source->read(UINT64_MAX - 4, into));
  }
}

TEST_CASE("a file that is cut while it is read gives false, not a signal") {
  const test::TemporaryDirectory directory;
  const auto path = directory.write("a.so", counted(100'000));
  auto source = FileSource::open(path);
  REQUIRE(source);
  REQUIRE(::truncate(path.c_str(), 40'000) == 0);
  std::vector<std::uint8_t> into(100);
  CHECK(source->read(0, into));
  CHECK_FALSE(source->read(60'000, into));
}

TEST_CASE("what is no regular file is called by its name, without waiting for it") {
  const test::TemporaryDirectory directory;
  const auto at = [&](const char* name) { return directory.path() / name; };
  std::filesystem::create_directory(at("directory.so"));
  REQUIRE(::mkfifo(at("fifo.so").c_str(), 0600) == 0);
  std::filesystem::create_symlink(directory.write("real.so", counted(10)), at("link.so"));
  std::filesystem::create_symlink("nowhere", at("dangling.so"));
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  at("socket.so").string().copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(listener);

  CHECK(refusal(at("directory.so")) == "is a directory, not a regular file; remove it");
  CHECK(refusal(at("fifo.so")) == "is a FIFO, not a regular file; remove it");
  CHECK(refusal(at("link.so")) == "is a symbolic link, not a regular file; put the library itself there");
  CHECK(refusal(at("dangling.so")) == "is a symbolic link, not a regular file; put the library itself there");
  CHECK(refusal(at("socket.so")) == "is a socket, not a regular file; remove it");
  CHECK(refusal("/dev/null") == "is a device, not a regular file; remove it");
  CHECK(refusal(at("missing.so")) == "cannot be opened: No such file or directory; ");
}

TEST_CASE("a sparse file of 10 GiB is refused before it is read") {
  const test::TemporaryDirectory directory;
  const auto path = directory.write("huge.so", {});
  REQUIRE(::truncate(path.c_str(), off_t{10} << 30) == 0);
  CHECK_THAT(refusal(path), StartsWith("has 10737418240 bytes, more than the 1 GiB"));
  CHECK_FALSE(read_library_bytes(path));
}

TEST_CASE("the whole file is read once as it stands") {
  const test::TemporaryDirectory directory;
  for (const std::size_t size : {0U, 1U, 28'672U, 28'673U, 300'000U}) {
    const auto bytes = counted(size);
    const auto got = read_library_bytes(directory.write("a.so", bytes));
    REQUIRE(got);
    CHECK(*got == bytes);
  }
}

}  // namespace
}  // namespace harness::library
