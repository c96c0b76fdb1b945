#include <limits>
#include <sstream>
#include <string>

#include <harness/report/figures.hpp>
#include <harness/report/profile.hpp>

#include "../catch.hpp"
#include "profiles.hpp"

using namespace harness::report;
using harness::model::CaseProfile;
using harness::model::FunctionChange;
using harness::model::HeapProfile;
using harness::model::ProfileChange;
using harness::model::SiteChange;
using Origin = harness::model::CodePlace::Origin;

namespace {

FunctionChange rehash() {
  FunctionChange change;
  change.function = "std::_Hashtable::_M_rehash_aux";
  change.file = "/usr/include/c++/12/bits/hashtable.h";
  change.place = "two-sum-v2.1.0/hash_map.cpp:14";
  change.own = true;
  change.old_samples = 97;
  change.new_samples = 229;
  change.old_total = 812;
  change.new_total = 790;
  change.z = 8;
  change.part = 0.8;
  return change;
}

std::string line_of(const FunctionChange& function) {
  ProfileChange change;
  change.functions = {function};
  return why_lines(change).at(0);
}

std::string line_of(const SiteChange& site) {
  ProfileChange change;
  change.sites = {site};
  return why_lines(change).at(0);
}

CaseProfile profiled(const std::string& solver, harness::model::CpuProfile cpu) {
  CaseProfile profile;
  profile.problem = "two-sum";
  profile.solver = solver;
  profile.case_name = "uniform/65536";
  profile.cpu = std::move(cpu);
  profile.cpu->calls = 320;
  profile.cpu->wall_seconds = 3.21;
  profile.cpu->cpu_seconds = 3.19;
  const bool is_new = solver == "v2.1.0";
  HeapProfile heap;
  heap.places = {{Origin::kSolver, "std::_Hashtable<int>::_M_allocate(int)", "/usr/include/c++/12/bits/hashtable.h",
                  2011, 0, "two-sum.so", true},
                 {Origin::kSolver, "two_sum::twoSum(std::vector<int> const&, int)", "two-sum-v2.1.0/hash_map.cpp", 14,
                  10, "two-sum.so"},
                 {Origin::kLibrary, "", "", 0, 0, "libc.so.6"}};
  heap.sites = {{{0, 1}, is_new ? 10000.0 : 2, 400'000}, {{2}, 2.5, 96}};
  profile.heap = heap;
  profile.fingerprint.sha256 = std::string(64, is_new ? 'b' : 'a');
  profile.fingerprint.hot = {"hashtable.h:std::_Hashtable::find", "hash_map.cpp:two_sum::twoSum"};
  profile.fingerprint.sites = {"twoSum hash_map.cpp:14 allocs=10000 bytes=400000"};
  profile.fingerprint.growth_class = "O(n)";
  profile.fingerprint.vector = {is_new ? 0.29 : 0.12, 0.2, 0};
  profile.warnings = {"libc.so.6: no debug information"};
  return profile;
}

struct Told {
  CaseProfile now = profiled("v2.1.0", profiles::after()), old = profiled("v2.0.0", profiles::before());
  ProfileText text;
  ConsoleOptions options;

  Told() {
    options.columns = 0;
    text.profile = &now;
    text.functions = {
        {"std::_Hashtable::_M_rehash_aux", "/usr/include/c++/12/bits/hashtable.h", "", 0.2, 0.3, 0.1, 0.15},
        {"two_sum::twoSum", "two-sum-v2.1.0/hash_map.cpp", "", 0.075, 0.9975, 0.05, 1},
        {"__memmove_avx_unaligned_erms", "", "libc.so.6", 0.25, 0.25, {}, {}},
        {"", "", "libc.so.6", 0.004, 0.004, 0.02, 0.02}};
    text.dimension_names = {"share 1", "share 2", "blocked"};
    text.files = {"out/two-sum-v2.1.0.svg"};
  }
  void compare() {
    text.before = &old;
    text.why = {"std::_Hashtable::_M_rehash_aux 15% -> 30% of samples (n=1000/800), at two-sum-v2.1.0/hash_map.cpp:14"};
  }
  std::string shown() const { return "\n" + profile_text(text, options); }
};

}  // namespace

TEST_CASE("a function is named with its shares, both n and its line") {
  CHECK(line_of(rehash()) ==
        "std::_Hashtable::_M_rehash_aux 12% -> 29% of samples (n=812/790), at two-sum-v2.1.0/hash_map.cpp:14");
  FunctionChange change = rehash();
  change.own = false;
  CHECK(line_of(change) ==
        "std::_Hashtable::_M_rehash_aux 12% -> 29% of samples (n=812/790), at "
        "two-sum-v2.1.0/hash_map.cpp:14, with what it calls");
  change.place = "";
  change.old_samples = 0;
  CHECK(line_of(change) == "std::_Hashtable::_M_rehash_aux 0% -> 29% of samples (n=812/790), with what it calls");
}

TEST_CASE("a function of a library names its module, and one without a name is its module") {
  FunctionChange change = rehash();
  change.function = "__memmove_avx_unaligned_erms";
  change.module = "libc.so.6";
  change.old_samples = 3;
  CHECK(line_of(change) ==
        "__memmove_avx_unaligned_erms (libc.so.6) <1% -> 29% of samples (n=812/790), at "
        "two-sum-v2.1.0/hash_map.cpp:14");
  change.function = "";
  CHECK_THAT(line_of(change), StartsWith("[libc.so.6] <1% -> 29% of samples"));
}

TEST_CASE("where the share does not tell the difference in time, the part of it is told") {
  FunctionChange change = rehash();
  change.function = "twoSum";
  change.old_samples = 796;
  change.new_samples = 782;
  change.part = 0.97;
  CHECK(line_of(change) ==
        "twoSum 98% -> 99% of samples (n=812/790), at two-sum-v2.1.0/hash_map.cpp:14, accounts for "
        "97% of the difference");
  change.part = 1.2;
  CHECK_THAT(line_of(change), EndsWith(", accounts for more than the whole difference"));
  change.part = std::numeric_limits<double>::quiet_NaN();
  CHECK_THAT(line_of(change), EndsWith("hash_map.cpp:14"));
  // Its share fell, its time rose.
  change = rehash();
  change.old_samples = 600;
  change.new_samples = 450;
  CHECK_THAT(line_of(change), StartsWith("std::_Hashtable::_M_rehash_aux 74% -> 57% of samples") &&
                                  EndsWith(", accounts for 80% of the difference"));
}

TEST_CASE("a site is told by its allocations, by its bytes where only they changed, and its numbers differ") {
  SiteChange change;
  change.function = "two_sum::twoSum(int)";
  change.place = "two-sum-v2.1.0/hash_map.cpp:14";
  change.old_allocs = 2;
  change.new_allocs = 10010;
  change.old_bytes = 16'000;
  change.new_bytes = 4.1e6;
  CHECK(line_of(change) == "allocations 2 -> 10010 at two-sum-v2.1.0/hash_map.cpp:14");
  change.new_allocs = 2;
  CHECK(line_of(change) == "allocated bytes 16.0KB -> 4.1MB at two-sum-v2.1.0/hash_map.cpp:14");
  change.new_bytes = 16'008;
  CHECK(line_of(change) == "allocated bytes 16000 -> 16008 at two-sum-v2.1.0/hash_map.cpp:14");
  change.place = "";
  change.new_allocs = 0;
  CHECK(line_of(change) == "allocations 2 -> 0 in two_sum::twoSum");
  change.function = "";
  CHECK(line_of(change) == "allocations 2 -> 0 at an unknown place");
}

TEST_CASE("another fingerprint is a line of its own, and silence is told only in full") {
  ProfileChange change;
  CHECK(why_lines(change).empty());
  CHECK(why_in_full(change).empty());
  change.silent_because = "too few samples (212 and 640, 400 are needed)";
  change.fingerprint_changed = true;
  change.old_sha256 = "1a2b3c4d" + std::string(56, '0');
  change.new_sha256 = "5e6f7081" + std::string(56, '0');
  CHECK(why_lines(change) == std::vector<std::string>{"fingerprint 1a2b3c4d -> 5e6f7081"});
  change.distance = 0.3123;
  const std::string fingerprint = "fingerprint 1a2b3c4d -> 5e6f7081: distance 0.31 of 1";
  CHECK(why_lines(change) == std::vector<std::string>{fingerprint});
  CHECK(why_in_full(change) ==
        std::vector<std::string>{"no function is named: too few samples (212 and 640, 400 are needed)", fingerprint});
  change.old_sha256 = "";
  CHECK_THAT(why_lines(change).at(0), StartsWith("fingerprint none -> 5e6f7081"));
  change.functions = {rehash()};
  CHECK(why_in_full(change).size() == 2);
}

TEST_CASE("a profile in full: sampling, functions, sites, fingerprint, files, warnings") {
  CHECK(Told().shown() == R"(
two-sum/v2.1.0/uniform/65536
  profile     800 samples of 4 ms in 320 calls; 3.21 s of wall time, CPU >99%

functions (n=800)
   own  total  function
   20%    30%  std::_Hashtable::_M_rehash_aux  hashtable.h
    8%   >99%  two_sum::twoSum  hash_map.cpp
   25%    25%  __memmove_avx_unaligned_erms (libc.so.6)
   <1%    <1%  [libc.so.6]

allocations of a call: 10002, 400KB
   count    bytes  site
   10000    400KB  two_sum::twoSum  two-sum-v2.1.0/hash_map.cpp:14
    2.50      96B  [libc.so.6]

fingerprint
  sha256      bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
  hot         hashtable.h:std::_Hashtable::find
              hash_map.cpp:two_sum::twoSum
  sites       twoSum hash_map.cpp:14 allocs=10000 bytes=400000
  growth      O(n)
  vector   v2.1.0
  share 1   0.290
  share 2   0.200
  blocked   0.000

files
  out/two-sum-v2.1.0.svg

warning: libc.so.6: no debug information
)");
}

TEST_CASE("two profiles stand beside each other, and fit a narrow terminal in ASCII") {
  Told told;
  told.compare();
  told.options.columns = 80;
  told.options.utf8 = false;
  CHECK(told.shown() == R"(
two-sum/v2.1.0/uniform/65536 against v2.0.0
  before      v2.0.0: 1000 samples of 4 ms in 320 calls; 3.21 s of wall time,
              CPU >99%
  after       v2.1.0: 800 samples of 4 ms in 320 calls; 3.21 s of wall time, CPU
              >99%

why
  std::_Hashtable::_M_rehash_aux 15% -> 30% of samples (n=1000/800), at
    two-sum-v2.1.0/hash_map.cpp:14

functions (n=1000/800)
           own         total  function
   10% ->  20%   15% ->  30%  std::_Hashtable::_M_rehash_aux  hashtable.h
    5% ->   8%  100% -> >99%  two_sum::twoSum  hash_map.cpp
    0% ->  25%    0% ->  25%  __memmove_avx_unaligned_erms (libc.so.6)
    2% ->  <1%    2% ->  <1%  [libc.so.6]

allocations of a call: 10002, 400KB (before: 4.50, 400KB)
   count    bytes  site
   10000    400KB  two_sum::twoSum  two-sum-v2.1.0/hash_map.cpp:14
    2.50      96B  [libc.so.6]

fingerprint
  sha256      bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
  before      aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
  hot         hashtable.h:std::_Hashtable::find
              hash_map.cpp:two_sum::twoSum
  sites       twoSum hash_map.cpp:14 allocs=10000 bytes=400000
  growth      O(n)
  vector   v2.0.0  v2.1.0
  share 1   0.120   0.290
  share 2   0.200   0.200
  blocked   0.000   0.000

files
  out/two-sum-v2.1.0.svg

v2.0.0: warning: libc.so.6: no debug information
v2.1.0: warning: libc.so.6: no debug information
)");
}

TEST_CASE("a thin profile has no shares, and says how thin it is") {
  Told told;
  told.now.cpu->samples = 212;
  told.now.cpu->thin_because = "212 samples in 30 s";
  CHECK_THAT(
      told.shown(),
      ContainsSubstring("\n              too thin to name functions: 212 samples in 30 s (400 samples are needed)\n") &&
          !ContainsSubstring("functions (n"));
  told.now.cpu->thin_because = "";
  CHECK_THAT(told.shown(), ContainsSubstring("too thin to name functions: 212 samples (400 samples are needed)"));
  // A thin old side takes its shares away, not those of the new one.
  Told other;
  other.compare();
  other.old.cpu->samples = 399;
  CHECK_THAT(other.shown(), ContainsSubstring("too thin to name functions: 399 samples") &&
                                ContainsSubstring("functions (n=800)\n   own  total  function\n   20%    30%  std::"));
}

TEST_CASE("what was not profiled is not shown") {
  Told told;
  told.now.cpu.reset();
  told.now.heap->sites.clear();
  told.now.fingerprint = {};
  told.now.warnings.clear();
  told.text.files.clear();
  CHECK(told.shown() == R"(
two-sum/v2.1.0/uniform/65536
  profile     no CPU profile

allocations of a call: none

fingerprint
  sha256      none: nothing to hash
)");
  told.now.heap.reset();
  CHECK_THAT(told.shown(), !ContainsSubstring("allocations"));
  told.text.profile = nullptr;
  CHECK(told.shown() == "\n");
}

TEST_CASE("long lists of sites end with what is left of them") {
  Told told;
  told.now.heap->sites.assign(15, {{1}, 10, 1000});
  told.now.fingerprint.sites.assign(12, "site");
  CHECK_THAT(told.shown(), ContainsSubstring("\n  and 5 sites more: 50, 5.0KB\n") &&
                               ContainsSubstring("\n              and 2 more\n"));
}

TEST_CASE("no line is wider than the terminal, hot functions are marked, and names cannot write to it") {
  Told told;
  told.compare();
  const std::string hostile = "\x1b[2J\n\xff\xe2\x80\xae" + std::string(600, 'x');
  for (auto& row : told.text.functions) row.function = row.file = row.module = hostile;
  told.text.why = told.text.files = {hostile};
  told.now.problem = told.now.solver = told.old.solver = told.now.fingerprint.sha256 = hostile;
  told.now.fingerprint.hot = told.now.fingerprint.sites = told.now.warnings = {hostile};
  told.now.heap->places[1].function = told.now.heap->places[1].file = hostile;
  for (const std::size_t columns : {60, 80, 120}) {
    told.options.columns = columns;
    std::istringstream lines(told.shown());
    std::size_t cut = 0;
    for (std::string line; std::getline(lines, line);) {
      CHECK(line.find_first_of("\x1b\xff") == std::string::npos);
      if (line.find("->") != std::string::npos && line.find("function") == std::string::npos) {
        CHECK(characters_in(line) <= columns);
        ++cut;
      }
    }
    CHECK(cut >= 3);
  }
  Told coloured;
  coloured.options.colour = true;
  CHECK_THAT(coloured.shown(),
             ContainsSubstring("\x1b[1m   20%    30%  std::_Hashtable::_M_rehash_aux  hashtable.h\x1b[0m\n") &&
                 ContainsSubstring("\n    8%   >99%  two_sum::twoSum  hash_map.cpp\n"));
}
