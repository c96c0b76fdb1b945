#include <harness/package/archive.hpp>

#include "raw_zip.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include <test/catch.hpp>

using harness::package::ArchiveLimits;
using harness::package::Entries;
using harness::package::pack_archive;
using harness::package::read_archive;
using harness::package::unpack_archive;
using harness::package::write_archive;
using raw_zip::archive;
using raw_zip::Entry;
using raw_zip::Shape;
using Bytes = std::vector<std::uint8_t>;
namespace fs = std::filesystem;

namespace {

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

// Why these bytes are refused, as one line.
std::string refusal(const Bytes& bytes, ArchiveLimits limits = {}) {
  const auto entries = unpack_archive(bytes, "F.zip", limits);
  if (entries) return "accepted";
  CHECK(entries.error().exit == harness::Exit::kUsage);
  CHECK(entries.error().text().find('\n') == std::string::npos);
  return entries.error().text();
}
std::string refusal_of_name(const std::string& name) { return refusal(archive({{name, "x"}})); }

Bytes file_bytes(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

struct Directory {
  fs::path path;
  Directory() {
    auto name = (fs::temp_directory_path() / "harness-archive-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Directory() {
    ::chmod(path.c_str(), 0700);
    fs::remove_all(path);
  }
  std::set<std::string> names() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(path)) names.insert(entry.path().filename().string());
    return names;
  }
};

const Entries kSome{{"report.json", bytes_of("{\"a\": 1}\n")},
                    {"inputs/uniform/64.cbor", bytes_of(std::string(5000, 'z') + std::string("\0\xff", 2))},
                    {"\xc3\xa4/empty", {}}};

}  // namespace

TEST_CASE("what is packed comes back, by name") {
  const auto bytes = pack_archive(kSome);
  REQUIRE(bytes);
  const auto entries = unpack_archive(*bytes, "F.zip");
  REQUIRE(entries);
  auto expected = kSome;
  std::sort(expected.begin(), expected.end());
  CHECK(*entries == expected);
  CHECK(bytes->size() < 1000);  // deflated
}

TEST_CASE("the same entries are the same bytes, whatever their order, the time and the time zone") {
  const auto first = pack_archive(kSome);
  REQUIRE(first);
  auto turned = kSome;
  std::reverse(turned.begin(), turned.end());
  ::setenv("TZ", "Pacific/Kiritimati", 1);
  ::tzset();
  const auto second = pack_archive(turned);
  ::unsetenv("TZ");
  ::tzset();
  REQUIRE(second);
  CHECK(*second == *first);
  // Time and date of the first entry's own header: midnight, 1980-01-01.
  CHECK(Bytes(first->begin() + 10, first->begin() + 14) == Bytes{0, 0, 0x21, 0});
  auto other = kSome;
  other[0].second.push_back('x');
  CHECK(*pack_archive(other) != *first);
}

TEST_CASE("a written file is whole, readable by others as the umask has it, and nothing lies beside it") {
  const Directory directory;
  const auto file = directory.path / "evidence.zip";
  const auto mask = ::umask(022);
  REQUIRE(write_archive(file, kSome));
  ::umask(mask);
  CHECK(file_bytes(file) == *pack_archive(kSome));
  CHECK((fs::status(file).permissions() & fs::perms::mask) == fs::perms(0644));
  CHECK(read_archive(file)->size() == 3);
  const Entries other{{"a", bytes_of("b")}};
  REQUIRE(write_archive(file, other));
  CHECK(*read_archive(file) == other);
  CHECK(directory.names() == std::set<std::string>{"evidence.zip"});
}

TEST_CASE("an archive that cannot be written says why and leaves the old one alone") {
  const Directory directory;
  const auto file = directory.path / "evidence.zip";
  REQUIRE(write_archive(file, kSome));
  const auto old = file_bytes(file);
  CHECK(write_archive(file, {{"../a", {}}}).error().text() ==
        file.string() + ": \"../a\": a name that leads out of the archive");
  CHECK(file_bytes(file) == old);
  CHECK(write_archive(directory.path, kSome).error().text() ==
        directory.path.string() + ": cannot be written: it is there and no regular file");
  CHECK(write_archive("/dev/null", kSome).error().text() ==
        "/dev/null: cannot be written: it is there and no regular file");
  CHECK(write_archive(directory.path / "none" / "a.zip", kSome).error().text() ==
        (directory.path / "none/a.zip").string() + ": cannot be written: No such file or directory");
  if (fs::exists("/dev/full") && ::geteuid() != 0) {
    ::chmod(directory.path.c_str(), 0500);
    CHECK_THAT(write_archive(file, kSome).error().text(), EndsWith("cannot be written: Permission denied"));
    ::chmod(directory.path.c_str(), 0700);
  }
  CHECK(directory.names() == std::set<std::string>{"evidence.zip"});
}

TEST_CASE("what could not be read again is not packed") {
  const auto told = [](const Entries& entries) { return pack_archive(entries).error().text(); };
  CHECK(told({}) == "archive: there is nothing to put into the archive");
  CHECK(told({{"a", {}}, {"b", {}}, {"a", {}}}) == "archive: \"a\": comes twice, or is a file and a folder");
  CHECK(told({{"a", {}}, {"a/b", {}}}) == "archive: \"a\": comes twice, or is a file and a folder");
  CHECK(told({{"a/", {}}}) == "archive: \"a/\": a folder, which cannot hold bytes");
  CHECK(told({{std::string("a\0b", 3), {}}}) == "archive: \"a\\x00b\": a name with a control character");
  Entries many;
  for (int i = 0; i <= 10'000; ++i) many.push_back({std::to_string(i), {}});
  CHECK(told(many) == "archive: 10001 entries, expected at most 10000");
  many.pop_back();
  const auto most = pack_archive(many);
  REQUIRE(most);
  CHECK(unpack_archive(*most, "F.zip")->size() == 10'000);
}

TEST_CASE("an archive of another program is read: stored, deflated, with folders and a comment") {
  const auto entries =
      unpack_archive(archive({{"folder/", "", 0, 0, 040755u << 16}, {"folder/a", "text"}, {"b", "", 0, 0, 0}},
                             {.comment = "made by hand"}),
                     "F.zip");
  REQUIRE(entries);
  CHECK(*entries == Entries{{"folder/a", bytes_of("text")}, {"b", {}}});
  CHECK(unpack_archive(archive({}), "F.zip")->empty());
}

TEST_CASE("names that lead elsewhere, or could be read in two ways, are refused") {
  CHECK(refusal_of_name("../a") == "F.zip: \"../a\": a name that leads out of the archive");
  CHECK(refusal_of_name("a/../../b") == "F.zip: \"a/../../b\": a name that leads out of the archive");
  CHECK(refusal_of_name("a/..") == "F.zip: \"a/..\": a name that leads out of the archive");
  CHECK(refusal_of_name("..") == "F.zip: \"..\": a name that leads out of the archive");
  CHECK(refusal_of_name("a/../") == "F.zip: \"a/../\": a name that leads out of the archive");
  CHECK(refusal_of_name("/etc/passwd") == "F.zip: \"/etc/passwd\": an absolute name");
  CHECK(refusal_of_name("/") == "F.zip: \"/\": an absolute name");
  CHECK(refusal_of_name("a\\b") == "F.zip: \"a\\\\b\": a name with a backslash");
  CHECK(refusal_of_name("a//b") == "F.zip: \"a//b\": a name with an empty part");
  CHECK(refusal_of_name("./a") == "F.zip: \"./a\": a name with an empty part");
  CHECK(refusal_of_name("a\nb") == "F.zip: \"a\\nb\": a name with a control character");
  CHECK(refusal_of_name("a\x1b[31m") == "F.zip: \"a\\x1b[31m\": a name with a control character");
  CHECK(refusal_of_name(std::string("a\0b", 3)) == "F.zip: \"a\\x00b\": a name with a control character");
  CHECK(refusal_of_name("\xff") == "F.zip: \"\\xff\": a name that is no UTF-8");
  CHECK(refusal_of_name("") == "F.zip: \"\": an entry without a name");
  CHECK_THAT(refusal_of_name(std::string(5000, 'a')), EndsWith("a name of 5000 bytes, expected at most 4096"));
  CHECK(refusal_of_name("..a/b..") == "accepted");
}

TEST_CASE("a name that comes twice, or is a file and a folder, is refused") {
  const std::string told = "F.zip: \"a\": comes twice, or is a file and a folder";
  CHECK(refusal(archive({{"a", "1"}, {"b", "2"}, {"a", "3"}})) == told);
  CHECK(refusal(archive({{"a/b", "1"}, {"a", "2"}})) == told);
  CHECK(refusal(archive({{"a/", ""}, {"a", "2"}})) == told);
  CHECK(refusal(archive({{"a/b/", ""}, {"a", "2"}})) == told);
  CHECK(refusal(archive({{"a/", ""}, {"a/b", "1"}, {"a-b", "1"}})) == "accepted");
}

TEST_CASE("links, devices, encrypted entries and unknown compressions are refused") {
  CHECK(refusal(archive({{"a", "/etc/passwd", 0, 0, 0120777u << 16}})) == "F.zip: \"a\": a symbolic link");
  CHECK(refusal(archive({{"a", "", 0, 0, 020666u << 16}})) == "F.zip: \"a\": no regular file");
  CHECK(refusal(archive({{"a", std::string(20, 'x'), 0, 1}})) == "F.zip: \"a\": encrypted");
  CHECK(refusal(archive({{"a", "BZh9", 12}})) == "F.zip: \"a\": compressed by method 12, expected stored or deflated");
  CHECK(refusal(archive({{"a/", "bytes"}})) == "F.zip: \"a/\": a folder that holds bytes");
}

TEST_CASE("a checksum, a length or a compressed text that does not hold is refused with the entry's name") {
  CHECK(refusal(archive({{"a", "fine"}, {"b", "text", 0, 0, 0, 0x12345678}})) ==
        "F.zip: \"b\": cannot be unpacked: CRC error");
  CHECK_THAT(refusal(archive({{"a", "text", 0, 0, 0, {}, 3}})), StartsWith("F.zip: "));
  CHECK_THAT(refusal(archive({{"a", "no deflated text", 8, 0, 0, 1, 100}})),
             StartsWith("F.zip: \"a\": cannot be unpacked: "));
  auto packed = *pack_archive({{"a", Bytes(1000, 'a')}});
  packed[35] ^= 0x10;  // of the deflated bytes
  CHECK_THAT(refusal(packed), StartsWith("F.zip: \"a\": cannot be unpacked: "));
}

TEST_CASE("what is unpacked is counted while it is unpacked, over all entries, whatever the headers say") {
  auto bomb = *pack_archive({{"a", Bytes(40'000, 0)}, {"b", Bytes(60'000'000, 0)}});
  CHECK(bomb.size() < 100'000);
  CHECK(refusal(bomb, {.bytes = 1'000'000}) ==
        "F.zip: \"b\": is beyond the 1000000 bytes that an archive may hold unpacked");
  CHECK(refusal(bomb, {.bytes = 60'039'999}) ==
        "F.zip: \"b\": is beyond the 60039999 bytes that an archive may hold unpacked");
  CHECK(refusal(bomb, {.bytes = 60'040'000}) == "accepted");
  // Both headers of `b` now say that it is 7 bytes.
  const Bytes size{0x00, 0x87, 0x93, 0x03};  // 60,000,000
  int patched = 0;
  for (auto at = bomb.begin(); (at = std::search(at, bomb.end(), size.begin(), size.end())) != bomb.end(); ++patched) {
    std::fill_n(at, 4, std::uint8_t{0});
    *at = 7;
  }
  REQUIRE(patched == 2);
  CHECK(refusal(bomb, {.bytes = 1'000'000}) ==
        "F.zip: \"b\": is beyond the 1000000 bytes that an archive may hold unpacked");
  CHECK_THAT(refusal(bomb), StartsWith("F.zip: \"b\": "));
}

TEST_CASE("more entries than the limit are refused before anything is unpacked, also when they are only declared") {
  std::vector<Entry> many;
  for (int i = 0; i < 20; ++i) many.push_back({std::to_string(i), "x", 0, 0, 0, 1});  // wrong checksums
  CHECK(refusal(archive(many), {.entries = 19}) == "F.zip: holds 20 entries, expected at most 19");
  CHECK(refusal(archive({{"a", "x"}}, {.count = 20'000})) == "F.zip: holds 20000 entries, expected at most 10000");
  CHECK_THAT(refusal(archive({{"a", "x"}}, {.count = 2})), StartsWith("F.zip: is no sound zip archive"));
  CHECK_THAT(refusal(archive({{"a", "x"}, {"b", "y"}}, {.count = 1})), StartsWith("F.zip: is no sound zip archive"));
}

TEST_CASE("headers that contradict each other, and bytes around or between, are refused") {
  CHECK_THAT(refusal(archive({{"a", "x", 0, 0, 0, {}, {}, "b"}})), StartsWith("F.zip: is no sound zip archive"));
  CHECK_THAT(refusal(archive({{"a", "x"}}, {.behind = "y"})), StartsWith("F.zip: is no zip archive"));
  const std::string around = "F.zip: is no sound zip archive: it holds bytes of no entry, or of two at once";
  CHECK(refusal(archive({{"a", "x"}}, {.before = "y"})) == around);
  CHECK(refusal(archive({{"a", "x"}}, {.between = "y"})) == around);
  // A second entry in the directory for the bytes of the first.
  auto overlapping = archive({{"a", "x"}, {"b", "x"}});
  const auto begin_of_b = overlapping.size() - 22 - 47 + 42;
  REQUIRE(overlapping[begin_of_b] == 32);
  overlapping[begin_of_b] = 0;
  CHECK(refusal(overlapping) == around);
  CHECK_THAT(refusal(archive({{"a", "x"}}, {.before_end = "y"})), StartsWith("F.zip: is no sound zip archive"));
  CHECK_THAT(refusal(archive({{"a", "x"}}, {.before_end = "PK\6\7" + std::string(16, '\0')})),
             StartsWith("F.zip: is a zip64 archive"));
  // The comment is the end of another archive.
  CHECK(refusal(archive({{"a", "x"}}, {.comment = "PK\5\6" + std::string(18, '\0')})) ==
        "F.zip: has more than one end of a zip archive");
}

TEST_CASE("an archive that is cut off anywhere, or of which a byte has changed, is read rightly or refused") {
  const auto whole = *pack_archive(kSome);
  const auto entries = *unpack_archive(whole, "F.zip");
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK(refusal(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length))) != "accepted");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto changed = whole;
    changed[at] ^= 0x41;
    if (const auto read = unpack_archive(changed, "F.zip"))
      for (std::size_t i = 0; i < read->size(); ++i) CHECK((*read)[i].second == entries[i].second);
  }
}

TEST_CASE("what is no archive is told so without blocking on it") {
  const Directory directory;
  const auto told = [&](const std::string& name) {
    const auto file = (directory.path / name).string(), text = read_archive(file).error().text();
    REQUIRE_THAT(text, StartsWith(file + ": "));
    return text.substr(file.size() + 2);
  };
  CHECK(told("none") == "cannot be read: No such file or directory");
  std::ofstream(directory.path / "text") << "hello\n";
  CHECK(told("text") == "is no zip archive, or not all of one");
  std::ofstream(directory.path / "empty").close();
  CHECK(told("empty") == "is no zip archive, or not all of one");
  CHECK(told(".") == "expected a zip archive, found no regular file");
  REQUIRE(::mkfifo((directory.path / "pipe").c_str(), 0600) == 0);
  CHECK(told("pipe") == "expected a zip archive, found no regular file");
  std::ofstream(directory.path / "huge").close();
  fs::resize_file(directory.path / "huge", std::uint64_t{1} << 33);
  CHECK(told("huge") == "8589934592 bytes, expected at most 1073741824");
}
