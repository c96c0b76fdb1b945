#include <harness/machine/system_files.hpp>

#include "../catch.hpp"
#include "fake_system.hpp"

using namespace harness::machine;
using Cores = std::vector<int>;

TEST_CASE("a list of cores is read with its ranges and written back in its shortest form") {
  CHECK(parse_cores("0-3,8") == Cores{0, 1, 2, 3, 8});
  CHECK(parse_cores("5\n") == Cores{5});
  CHECK(parse_cores("") == Cores{});
  CHECK(parse_cores(" \n") == Cores{});
  CHECK(parse_cores("3,1,2-3") == Cores{1, 2, 3});
  CHECK(list_of_cores({0, 1, 2, 3, 8}) == "0-3,8");
  CHECK(list_of_cores({0, 2}) == "0,2");
  CHECK(list_of_cores({}) == "");
}

TEST_CASE("what is no list of cores is refused") {
  for (const char* text : {"a", "1-", "-1", "3-1", "1,,2", "1,", ",1", "0x1", "1 2", "0-99999999999999999999", "70000",
                           "1-2-3", "(null)"}) {
    INFO(text);
    CHECK_FALSE(parse_cores(text));
  }
}

TEST_CASE("numbers are whole texts, never a part of one") {
  CHECK(whole_number("12") == 12U);
  CHECK(decimal_number("5.25") == 5.25);
  for (const char* text : {"", "-1", "1x", " 1", "99999999999999999999999"}) {
    INFO(text);
    CHECK_FALSE(whole_number(text));
  }
  for (const char* text : {"", ".", "nan", "inf", "1e9", "-1", "1.2.3", "0x1"}) {
    INFO(text);
    CHECK_FALSE(decimal_number(text));
  }
}

TEST_CASE("a file that is missing, a folder, too long or of other characters is not known") {
  FakeSystem system;
  system.write("a/word", "performance\n")
      .write("a/words", "two words")
      .write("a/escape", "\033[31m")
      .write("a/empty", "");
  system.write("a/long", std::string((std::size_t{4} << 20) + 1, 'x'));
  const SystemFiles files(system.root());
  CHECK(files.word("a/word") == "performance");
  CHECK_FALSE(files.word("a/words"));
  CHECK(files.text("a/words") == "two words");
  CHECK_FALSE(files.word("a/escape"));
  CHECK_FALSE(files.word("a/empty"));
  CHECK(files.text("a/empty") == "");
  CHECK_FALSE(files.text("a/long"));
  CHECK_FALSE(files.text("a"));
  CHECK_FALSE(files.text("a/none"));
}

TEST_CASE("texts of the firmware are shown short and without what moves a cursor") {
  CHECK(shown("  QEMU \n") == "QEMU");
  CHECK(shown("a\033[2Jb\xff") == "a?[2Jb?");
  CHECK(shown(std::string(1000, 'x')).size() == 60);
}
