#include <harness/experiment/build_log.hpp>

#include <test/catch.hpp>

using harness::experiment::first_error;
using harness::experiment::last_line;

namespace {
std::string first(const std::string& log) { return first_error(log, "/cache/ab12/source"); }
}  // namespace

TEST_CASE("a compiler's first error is told with file and line, below the source tree") {
  CHECK(
      first(
          "[1/4] Building CXX object a.o\n"
          "FAILED: a.o \n"
          "/usr/bin/c++ -o a.o -c /cache/ab12/source/solvers/two-sum/v2.0.0/hash_map.cpp\n"
          "In file included from /usr/include/x.h:1:\n"
          "/cache/ab12/source/solvers/two-sum/v2.0.0/hash_map.cpp: In function 'int f()':\n"
          "/cache/ab12/source/solvers/two-sum/v2.0.0/hash_map.cpp:14:5: error: 'table' was not declared in this scope\n"
          "/cache/ab12/source/solvers/two-sum/v2.0.0/hash_map.cpp:15:5: error: another\n"
          "ninja: build stopped: subcommand failed.\n") ==
      "solvers/two-sum/v2.0.0/hash_map.cpp:14: error: 'table' was not declared in this scope");
  CHECK(first("a.cpp:3:10: fatal error: none.hpp: No such file or directory\n") ==
        "a.cpp:3: fatal error: none.hpp: No such file or directory");
  CHECK(first("a.cpp:3: error: without a column\r\n") == "a.cpp:3: error: without a column");
  CHECK(first("a.cpp:3:1: warning: error: not one\nc++: error: unrecognized command-line option '-fnone'\n") ==
        "c++: error: unrecognized command-line option '-fnone'");
}

TEST_CASE("colours and control characters do not reach the message") {
  CHECK(first("\x1b[01m\x1b[Ka.cpp:3:1:\x1b[m\x1b[K \x1b[01;31m\x1b[Kerror: \x1b[m\x1b[Kbad\n") ==
        "a.cpp:3: error: bad");
  CHECK(first("a.cpp:3:1: error: a\x07 bell\n").find('\x07') == std::string::npos);
  CHECK(first("a.cpp:3:1: error: " + std::string(5000, 'x') + "\n").size() < 400);
}

TEST_CASE(
    "an error of CMake's is its place and its message, wrapped lines joined; of the SDK's own the message alone") {
  CHECK(first("-- Detecting CXX compile features - done\n"
              "CMake Error at /usr/lib/cmake/harness/HarnessSolver.cmake:29 (message):\n"
              "  /cache/ab12/source/solvers/two-sum/v1.0.0/version.yaml: version: expected a\n"
              "  version such as 2.0.0, found `1.0`\n"
              "Call Stack (most recent call first):\n"
              "  CMakeLists.txt:4 (harness_add_solvers_below)\n"
              "\n\n-- Configuring incomplete, errors occurred!\n") ==
        "solvers/two-sum/v1.0.0/version.yaml: version: expected a version such as 2.0.0, found `1.0`");
  CHECK(first("CMake Error at solvers/CMakeLists.txt:7 (find_package):\n"
              "  By not providing \"FindNone.cmake\" this project has asked CMake to find a\n"
              "  package.\n\n  Add it.\n\n\n-- Configuring incomplete\n") ==
        "solvers/CMakeLists.txt:7: By not providing \"FindNone.cmake\" this project has asked CMake to find a package. "
        "Add it.");
  CHECK(first("CMake Error: The source directory \"/none\" does not exist.\n") ==
        "The source directory \"/none\" does not exist.");
}

TEST_CASE("a linker's error is told instead of what only says that it failed") {
  CHECK(first("FAILED: plugins/a.so\n/usr/bin/ld: cannot find -lnone: No such file or directory\ncollect2: error: ld "
              "returned 1 exit status\n") == "/usr/bin/ld: cannot find -lnone: No such file or directory");
}

TEST_CASE("without anything that looks like an error the last line is told") {
  CHECK(first("one\nninja: error: 'x.cpp', needed by 'x.o', missing and no known rule to make it\n") ==
        "ninja: error: 'x.cpp', needed by 'x.o', missing and no known rule to make it");
  CHECK(first("one\n  two  \n\n") == "two");
  CHECK(first("") == "");
  CHECK(first("\n \n") == "");
  CHECK(last_line("/cache/ab12/source/a: still busy\n\n", "/cache/ab12/source") == "a: still busy");
}
