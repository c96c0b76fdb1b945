#include <harness/profile/pprof.hpp>

#include <harness/profile/heap_profile.hpp>

#include "decoded_profile.hpp"
#include "raw_profiles.hpp"

using namespace harness::profile;
using namespace harness::model;
using raw_profiles::text_of;

namespace {

using Pair = std::pair<std::string, std::string>;
using Values = std::vector<std::uint64_t>;

CodePlace place(const std::string& function, const std::string& file, std::uint32_t line, bool inlined = false) {
  return {CodePlace::Origin::kSolver, function, file, line, line - 1, "two-sum-v2.0.0.so", inlined};
}

// memcpy of libc, called in a loop that is inlined into twoSum; and twoSum alone.
CpuProfile small_profile() {
  CpuProfile profile;
  profile.places = {{CodePlace::Origin::kLibrary, "memcpy", "", 0, 0, "libc.so.6", false},
                    place("Table::find(int) const", "two-sum/table.hpp", 7, true),
                    place("twoSum(std::vector<int> const&, int)", "two-sum/hash_map.cpp", 14),
                    place("twoSum(std::vector<int> const&, int)", "two-sum/hash_map.cpp", 20),
                    {CodePlace::Origin::kUnknown, "", "", 0, 0, "", false}};
  profile.stacks = {{{0, 1, 2}, 300, false}, {{1, 2}, 200, false}, {{4, 3}, 7, true}};
  profile.samples = 507;
  profile.wall_seconds = 2.5;
  return profile;
}

std::string with_kept(const std::string& text) {
  return text_of(with_kept_library(raw_profiles::bytes_of({}, text), "two-sum-v2.0.0.so", "/kept/two-sum-v2.0.0.so"));
}

}  // namespace

TEST_CASE("a CPU profile for pprof has the samples, their time, and both labels on each") {
  const auto decoded = decoded_profile::decode(pprof_gz(small_profile(), "two-sum/v2.0.0", "uniform/64"));
  CHECK(decoded.texts.at(0).empty());
  CHECK(decoded.sample_types == std::vector<Pair>{{"samples", "count"}, {"cpu", "nanoseconds"}});
  CHECK(decoded.period_type == Pair{"cpu", "nanoseconds"});
  CHECK(decoded.period == 4'000'000);
  CHECK(decoded.duration_nanoseconds == 2'500'000'000);
  std::uint64_t samples = 0, nanoseconds = 0;
  for (const auto& sample : decoded.samples) {
    samples += sample.values.at(0);
    nanoseconds += sample.values.at(1);
    CHECK(sample.labels == std::map<std::string, std::string>{{"solver", "two-sum/v2.0.0"}, {"case", "uniform/64"}});
  }
  CHECK(samples == 507);
  CHECK(nanoseconds == 507 * 4'000'000ULL);
}

TEST_CASE("inlined frames are lines of one location, innermost first, each with its function") {
  const auto decoded = decoded_profile::decode(pprof_gz(small_profile(), "s", "c"));
  REQUIRE(decoded.samples.size() == 3);
  const auto& called = decoded.samples[0];
  REQUIRE(called.locations.size() == 2);
  CHECK(called.modules == std::vector<std::string>{"libc.so.6", "two-sum-v2.0.0.so"});
  REQUIRE(called.locations[0].size() == 1);
  CHECK(called.locations[0][0].function == "memcpy");
  REQUIRE(called.locations[1].size() == 2);
  CHECK(called.locations[1][0].function == "Table::find(int) const");
  CHECK(called.locations[1][0].file == "two-sum/table.hpp");
  CHECK(called.locations[1][0].line == 7);
  CHECK(called.locations[1][0].function_line == 6);
  CHECK(called.locations[1][1].function == "twoSum(std::vector<int> const&, int)");
  CHECK(called.locations[1][1].line == 14);
  // The place that two stacks have in common is one location.
  REQUIRE(decoded.samples[1].locations.size() == 1);
  CHECK(decoded.samples[1].locations[0].size() == 2);
  CHECK(decoded.locations == 4);
}

TEST_CASE("what has no name is said to be unknown, or is called as its module is") {
  auto profile = small_profile();
  const auto decoded = decoded_profile::decode(pprof_gz(profile, "s", "c"));
  CHECK(decoded.samples[2].locations[0][0].function == "[unknown]");
  CHECK(decoded.samples[2].modules[0].empty());
  profile.places[0].function.clear();
  CHECK(decoded_profile::decode(pprof_gz(profile, "s", "c")).samples[0].locations[0][0].function == "libc.so.6");
}

TEST_CASE("an innermost run of inlined frames without the one that they are in is a location too") {
  auto profile = small_profile();
  profile.stacks = {{{1}, 3, false}};
  const auto decoded = decoded_profile::decode(pprof_gz(profile, "s", "c"));
  REQUIRE(decoded.samples.size() == 1);
  CHECK(decoded.samples[0].locations.at(0).at(0).function == "Table::find(int) const");
}

TEST_CASE("functions of one name in two files are two functions") {
  auto profile = small_profile();
  profile.places = {place("f()", "a.cpp", 5), place("f()", "b.cpp", 5), place("f()", "a.cpp", 5)};
  profile.stacks = {{{0}, 1, false}, {{1}, 1, false}, {{2}, 1, false}};
  CHECK(decoded_profile::decode(pprof_gz(profile, "s", "c")).functions == 2);
}

TEST_CASE("a heap profile for pprof has the allocations and bytes of one call") {
  HeapProfile heap;
  heap.places = small_profile().places;
  heap.sites = {{{1, 2}, 10'010, 4'194'304}, {{3}, 0.4, 12.6}};
  const auto decoded = decoded_profile::decode(pprof_gz(heap, "two-sum/v2.0.0", "uniform/64"));
  CHECK(decoded.sample_types == std::vector<Pair>{{"alloc_objects", "count"}, {"alloc_space", "bytes"}});
  CHECK(decoded.default_type == "alloc_space");
  REQUIRE(decoded.samples.size() == 2);
  CHECK(decoded.samples[0].values == Values{10'010, 4'194'304});
  CHECK(decoded.samples[1].values == Values{0, 13});
  CHECK(decoded.samples[1].labels.at("case") == "uniform/64");
}

TEST_CASE("profiles without samples, and names that are no UTF-8, are files that can be read") {
  CHECK(decoded_profile::decode(pprof_gz(CpuProfile{}, "", "")).samples.empty());
  CHECK(decoded_profile::decode(pprof_gz(HeapProfile{}, "s", "c")).samples.empty());
  auto profile = small_profile();
  profile.places[2].function = "odd\xff";
  const auto decoded = decoded_profile::decode(pprof_gz(profile, "s", "c"));
  CHECK(decoded.samples[0].locations[1][1].function == "odd\xef\xbf\xbd");
}

TEST_CASE("the same profile is the same bytes") {
  CHECK(pprof_gz(small_profile(), "s", "c") == pprof_gz(small_profile(), "s", "c"));
}

TEST_CASE("folded stacks stand in a line each, outermost first, with inlined frames") {
  CHECK(folded(small_profile()) ==
        "twoSum(std::vector<int> const&, int);Table::find(int) const;memcpy 300\n"
        "twoSum(std::vector<int> const&, int);Table::find(int) const 200\n"
        "twoSum(std::vector<int> const&, int);[unknown] 7\n");
  CHECK(folded(CpuProfile{}).empty());
}

TEST_CASE("semicolons and line ends in names do not part folded stacks") {
  auto profile = small_profile();
  profile.places[0].function = "a;b\nc\rd";
  profile.stacks.resize(1);
  CHECK(folded(profile) == "twoSum(std::vector<int> const&, int);Table::find(int) const;a:b c d 300\n");
  profile.places[0].function.clear();
  CHECK_THAT(folded(profile), EndsWith(";libc.so.6 300\n"));
}

TEST_CASE("the maps of a raw CPU profile name the kept library, and nothing else changes") {
  const auto raw = raw_profiles::recorded("cpu_profile", "sampled.prof");
  const auto kept = with_kept_library(raw, "two-sum-v2.0.0.so", "/kept/two-sum-v2.0.0.so");
  const auto before = read_cpu_profile(raw, "f"), after = read_cpu_profile(kept, "f");
  REQUIRE(before);
  REQUIRE(after);
  REQUIRE(before->stacks.size() == after->stacks.size());
  for (std::size_t i = 0; i < before->stacks.size(); ++i)
    CHECK(before->stacks[i].addresses == after->stacks[i].addresses);
  REQUIRE(before->mappings.size() == after->mappings.size());
  std::size_t changed = 0;
  for (std::size_t i = 0; i < before->mappings.size(); ++i) {
    if (before->mappings[i].file == after->mappings[i].file) continue;
    ++changed;
    CHECK(before->mappings[i].file == "/memfd:two-sum-v2.0.0.so (deleted)");
    CHECK(after->mappings[i].file == "/kept/two-sum-v2.0.0.so");
    CHECK(before->mappings[i].begin == after->mappings[i].begin);
  }
  CHECK(changed == 1);
  CHECK(text_of(kept).find("memfd:two-sum-v2.0.0.so") == std::string::npos);  // in lines that are not executable too
}

TEST_CASE("the maps of a heap profile name the kept library") {
  const auto raw = raw_profiles::recorded("heap_profile", "after.txt");
  const auto kept = text_of(with_kept_library(raw, "two-sum-v2.0.0.so", "/kept/two-sum-v2.0.0.so"));
  const auto after = read_heap_profile(kept, "f");
  REQUIRE(after);
  CHECK(after->sites.size() == read_heap_profile(text_of(raw), "f")->sites.size());
  CHECK(kept.find("memfd:") == std::string::npos);
  CHECK(kept.find(" /kept/two-sum-v2.0.0.so\n") != std::string::npos);
}

TEST_CASE("only whole lines of maps that name the solver's own library change") {
  const std::string begin = "heap profile: 0: 0 [0: 0] @ heapprofile\n";
  const std::string maps = begin + "MAPPED_LIBRARIES:\n";
  CHECK(with_kept(maps + "1-2 r-xp 0 00:01 1 /memfd:two-sum-v2.0.0.so") ==
        maps + "1-2 r-xp 0 00:01 1 /kept/two-sum-v2.0.0.so");
  for (const std::string line :
       {"1-2 r-xp 0 00:01 1 /memfd:two-sum-v2.0.0.so.1 (deleted)\n",
        "1-2 r-xp 0 00:01 1 /memfd:two-sum-v2.0.0 (deleted)\n", "1-2 r-xp 0 00:01 1 /usr/lib/two-sum-v2.0.0.so\n",
        "1-2 r-xp 0 00:01 1 /memfd:three-sum-v2.0.0.so (deleted)\n\n\n"}) {
    INFO(line);
    CHECK(with_kept(maps + line) == maps + line);
  }
  const std::string before = begin + "0: 0 [0: 0] @ /memfd:two-sum-v2.0.0.so\n";
  CHECK(with_kept(before) == before);
}

TEST_CASE("what is no profile stays as it is") {
  for (const std::string text : {"", "x", "1-2 r-xp 0 00:01 1 /memfd:two-sum-v2.0.0.so (deleted)\n"}) {
    CHECK(with_kept(text) == text);
  }
  const auto cut = raw_profiles::bytes_of({0, 3, 0, 4000, 0, 1, ~std::uint64_t{0}, 5},
                                          "1-2 r-xp 0 00:01 1 /memfd:two-sum-v2.0.0.so (deleted)\n");
  CHECK(with_kept_library(cut, "two-sum-v2.0.0.so", "/kept") == cut);
}
