#include <harness/profile/fingerprint.hpp>

#include <test/catch.hpp>
#include <test/profile/scripted_profile.hpp>

namespace harness::profile {
namespace {

using test::ScriptedProfile;
using Names = std::vector<std::string>;

const std::string kSource = "two-sum-v2.0.0/a.cpp";
const std::string kHashtable = "/usr/include/c++/12/bits/hashtable.h";

// Functions with these own shares, in thousandths, of 1,000 samples.
model::CpuProfile with_shares(const std::vector<std::pair<std::string, std::uint64_t>>& shares) {
  ScriptedProfile profile;
  std::uint64_t rest = 1000;
  for (const auto& [name, samples] : shares) {
    profile.stack({profile.solver(name + "(int)", kSource, 10)}, samples);
    rest -= samples;
  }
  for (std::uint64_t i = 0; rest > 0; ++i) {
    const std::uint64_t some = std::min<std::uint64_t>(rest, 20);
    profile.stack({profile.solver("small_" + std::to_string(i) + "()", kSource, 90)}, some);
    rest -= some;
  }
  return profile.cpu();
}

Names hot_of(const model::CpuProfile& cpu, const model::Fingerprint* before = nullptr) {
  return fingerprint(cpu, std::nullopt, "", std::nullopt, before).hot;
}

TEST_CASE("plumbing of the standard library counts for the function that it was inlined into") {
  ScriptedProfile profile;
  const auto modulo =
      profile.inlined("std::__detail::_Mod_range_hashing::operator()(unsigned long, unsigned long) const",
                      "/usr/include/c++/12/bits/hashtable_policy.h", 488);
  const auto bucket =
      profile.inlined("std::_Hashtable<int, int>::_M_bucket_index(unsigned long) const", kHashtable, 798);
  const auto find = profile.inlined("std::_Hashtable<int, int>::find(int const&)", kHashtable, 1655);
  const auto rehash = profile.solver("std::_Hashtable<int, int>::_M_rehash(unsigned long)", kHashtable, 2541);
  const auto entry = profile.solver("two_sum(std::vector<int> const&, int)", kSource, 14);
  profile.stack({modulo, bucket, find, entry}, 300).stack({modulo, bucket, rehash, entry}, 200).stack({entry}, 100);
  const auto functions = functions_of(profile.cpu());
  REQUIRE(functions.size() == 3);
  CHECK(functions[0].function == "std::_Hashtable::find");
  CHECK(functions[0].own == 300);
  CHECK(functions[0].mean_depth == 4);
  CHECK(functions[1].function == "std::_Hashtable::_M_rehash");
  CHECK(functions[1].own == 200);
  CHECK(functions[2].function == "two_sum");
  CHECK(functions[2].own == 100);
  CHECK(functions[2].cumulative == 600);
}

TEST_CASE("an operator of the solver's own, and a member with an underscore of its own, are functions") {
  ScriptedProfile profile;
  const auto compare = profile.inlined("two_sum(int)::{lambda(int, int)#1}::operator()(int, int) const", kSource, 20);
  const auto mine = profile.inlined("Table::_probe(int)", kSource, 30);
  const auto entry = profile.solver("two_sum(int)", kSource, 14);
  profile.stack({compare, entry}, 10).stack({mine, entry}, 5);
  const auto functions = functions_of(profile.cpu());
  REQUIRE(functions.size() == 3);
  CHECK_THAT(functions[0].function, EndsWith("operator()"));
  CHECK(functions[0].own == 10);
  CHECK(functions[1].function == "Table::_probe");
}

TEST_CASE("a frame without a name counts for the named one of its module that called it, and for no other") {
  ScriptedProfile profile;
  const auto inside = profile.library("", "libc.so.6");
  const auto malloc = profile.library("malloc", "libc.so.6");
  const auto entry = profile.solver("two_sum(int)", kSource, 14);
  profile.stack({inside, inside, malloc, entry}, 30).stack({inside, entry}, 20);
  const auto functions = functions_of(profile.cpu());
  REQUIRE(functions.size() == 3);
  CHECK(functions[0].function == "malloc");
  CHECK(functions[0].own == 30);
  CHECK(functions[1].function.empty());
  CHECK(functions[1].module == "libc.so.6");
  CHECK(functions[1].own == 20);
  CHECK(functions[2].own == 0);
}

TEST_CASE("functions are one in all folders, and two in two files") {
  ScriptedProfile profile;
  profile.stack({profile.solver("step(int)", "two-sum-v2.0.0/a.cpp", 3)}, 5)
      .stack({profile.solver("step(int)", "two-sum-v2.1.0/a.cpp", 7)}, 6)
      .stack({profile.solver("step(int)", "two-sum-v2.0.0/b.cpp", 3)}, 7);
  const auto functions = functions_of(profile.cpu());
  REQUIRE(functions.size() == 2);
  CHECK(functions[0].own == 11);
  CHECK(functions[1].own == 7);
}

TEST_CASE("a stack counts once for a function that is in it twice, and once for a line") {
  ScriptedProfile profile;
  const auto f = profile.solver("f(int)", kSource, 3), g = profile.solver("g(int)", kSource, 9);
  profile.stack({f, g, f, g, f}, 8);
  const auto functions = functions_of(profile.cpu());
  REQUIRE(functions.size() == 2);
  CHECK(functions[0].cumulative == 8);
  CHECK(functions[1].cumulative == 8);
  const auto lines = lines_of(profile.cpu());
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].cumulative == 8);
  CHECK(lines[0].own + lines[1].own == 8);
}

TEST_CASE("lines are the solver's own: what headers do counts for the line that called them") {
  ScriptedProfile profile;
  const auto find = profile.inlined("std::_Hashtable<int>::find(int const&)", kHashtable, 1655);
  const auto entry = profile.solver("two_sum(int)", kSource, 14);
  const auto sdk = profile.solver("harness::sdk::Held<int>::f()", "harness/sdk/callable.hpp", 70);
  profile.stack({find, entry}, 30).stack({entry}, 5).stack({sdk}, 3);
  const auto lines = lines_of(profile.cpu());
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].file == kSource);
  CHECK(lines[0].line == 14);
  CHECK(lines[0].own == 35);
}

TEST_CASE("system headers by whatever path, the SDK's and other modules' files are not the solver's own source") {
  model::CodePlace place;
  place.origin = model::CodePlace::Origin::kSolver;
  const auto own = [&](const std::string& file) {
    place.file = file;
    return is_own_source(place);
  };
  CHECK(own("two-sum-v2.0.0/a.cpp"));
  CHECK(own("/opt/solvers/a.cpp"));
  CHECK(own("/usr/src/app/a.cpp"));
  CHECK_FALSE(own(""));
  CHECK_FALSE(own("/usr/include/c++/12/bits/hashtable.h"));
  CHECK_FALSE(own("/usr/bin/../lib/gcc/x86_64-linux-gnu/12/../../../../include/c++/12/bits/hashtable.h"));
  CHECK_FALSE(own("/opt/gcc-14/include/c++/14.1.0/vector"));
  CHECK_FALSE(own("harness/sdk/solver.hpp"));
  CHECK_FALSE(own("/opt/harness/include/harness/sdk/solver.hpp"));
  CHECK(own("my-harness/sdk-notes/a.cpp"));
  place.origin = model::CodePlace::Origin::kLibrary;
  CHECK_FALSE(own("malloc.c"));
}

TEST_CASE("the hot functions are those before the largest gap, at most three, by name") {
  CHECK(hot_of(with_shares({{"a", 350}, {"b", 200}, {"c", 180}, {"d", 130}})) == Names{"a.cpp:a"});
  CHECK(hot_of(with_shares({{"z", 310}, {"y", 300}, {"c", 130}})) == Names{"a.cpp:y", "a.cpp:z"});
  CHECK(hot_of(with_shares({{"a", 240}, {"b", 235}, {"c", 230}, {"d", 20}})) == Names{"a.cpp:a", "a.cpp:b", "a.cpp:c"});
  CHECK(hot_of(with_shares({{"a", 119}, {"b", 60}})).empty());
}

TEST_CASE("a function stays hot while it has its share, until another has clearly more") {
  const auto first =
      fingerprint(with_shares({{"a", 350}, {"b", 190}, {"c", 100}}), std::nullopt, "", std::nullopt, nullptr);
  REQUIRE(first.hot == Names{"a.cpp:a"});
  CHECK(hot_of(with_shares({{"a", 100}, {"b", 170}}), &first) == Names{"a.cpp:a"});
  CHECK(hot_of(with_shares({{"a", 100}, {"b", 190}}), &first) == Names{"a.cpp:b"});
  CHECK(hot_of(with_shares({{"a", 70}, {"b", 140}}), &first) == Names{"a.cpp:b"});
  CHECK(hot_of(with_shares({{"b", 300}}), &first) == Names{"a.cpp:b"});
}

TEST_CASE("few samples name nothing, but sites and growth are still there to hash") {
  ScriptedProfile profile;
  profile.stack({profile.solver("f()", kSource, 1)}, model::kLeastSamples - 1);
  CHECK(fingerprint(profile.cpu(), std::nullopt, "", std::nullopt, nullptr).sha256.empty());
  const auto grown = fingerprint(profile.cpu(), std::nullopt, "O(n)", std::nullopt, nullptr);
  CHECK(grown.hot.empty());
  CHECK(grown.samples == model::kLeastSamples - 1);
  CHECK(grown.sha256.size() == 64);
  CHECK(grown.sha256 != fingerprint(profile.cpu(), std::nullopt, "O(n^2)", std::nullopt, nullptr).sha256);
}

TEST_CASE("sites are named by the line of the solver's own source, and summed up there") {
  model::HeapProfile heap;
  const auto add = [&](const std::string& function, const std::string& file, std::uint32_t line, bool inlined) {
    heap.places.push_back({model::CodePlace::Origin::kSolver, function, file, line, 0, "two-sum-v2.0.0.so", inlined});
    return static_cast<std::uint32_t>(heap.places.size() - 1);
  };
  const auto allocate =
      add("std::__new_allocator<int>::allocate(unsigned long)", "/usr/include/c++/12/new_allocator.h", 137, true);
  const auto rehash = add("std::_Hashtable<int>::_M_rehash(unsigned long)", kHashtable, 2541, false);
  const auto entry = add("twoSum(std::vector<int> const&, int)", "two-sum-v2.0.0/hash_map.cpp", 14, false);
  const auto alone = add("std::vector<int>::vector(unsigned long)", "/usr/include/c++/12/bits/stl_vector.h", 9, false);
  heap.sites = {{{allocate, entry}, 2, 4096}, {{allocate, rehash, entry}, 1, 100.5}, {{alone}, 1, 8}};
  const auto made = fingerprint(std::nullopt, heap, "", std::nullopt, nullptr);
  CHECK(made.sites == Names{"std::vector::vector allocs=1 bytes=8", "twoSum hash_map.cpp allocs=3 bytes=4196.500"});
  heap.sites[0].bytes_per_call = 4097;
  CHECK(fingerprint(std::nullopt, heap, "", std::nullopt, nullptr).sha256 != made.sha256);
}

TEST_CASE("the vector has its dimensions in their order, each from 0 to 1") {
  ScriptedProfile profile;
  const auto entry = profile.solver("two_sum(int)", kSource, 14);
  const auto malloc = profile.library("malloc", "libc.so.6");
  auto cpu = profile.stack({entry}, 600).stack({malloc, entry}, 200).cpu();
  cpu.calls = 100;
  cpu.wall_seconds = 4;
  cpu.cpu_seconds = 3;
  cpu.voluntary_switches = 100;
  cpu.involuntary_switches = 0;
  cpu.minor_faults = 300;
  const auto made = fingerprint(cpu, std::nullopt, "", 1, nullptr);
  REQUIRE(made.vector.size() == kDimensions);
  const std::vector<double> expected{0.75, 0.25, 0, 1.0 / 64, 2.0 / 64, 0, 0.25, 0.5, 0.25, 0.5, 0, 0.75};
  for (std::size_t i = 0; i < kDimensions; ++i) {
    INFO(kDimensionNames[i]);
    CHECK(made.vector[i] == Approx(expected[i]));
  }
}

TEST_CASE("the distance is 0 of one and 1 of opposites") {
  model::Fingerprint a, b;
  a.vector.assign(kDimensions, 0);
  b.vector.assign(kDimensions, 1);
  CHECK(distance(a, a) == 0);
  CHECK(distance(a, b) == Approx(1));
  b.vector[0] = 0;
  CHECK(distance(a, b) == Approx(std::sqrt(11.0 / 12)));
  b.vector.pop_back();
  CHECK(distance(a, b) == 1);
}

TEST_CASE("re-runs of one binary agree on the hash in 95 of 100 cases, whatever its shares are") {
  std::mt19937_64 random(15);
  const std::vector<std::vector<double>> shares{{0.35, 0.2, 0.18, 0.13, 0.1, 0.04},
                                                {1},
                                                {0.4, 0.3, 0.2, 0.1},
                                                {0.25, 0.25, 0.25, 0.25},
                                                {0.13, 0.125, 0.12, 0.115, 0.11, 0.1, 0.1, 0.1, 0.1},
                                                {0.3, 0.28, 0.26, 0.16}};
  for (const auto& of : shares) {
    const auto first = fingerprint(test::sampled(of, 800, random), std::nullopt, "O(n)", 1, nullptr);
    REQUIRE(first.sha256.size() == 64);
    int agreed = 0;
    model::Fingerprint last = first;
    for (int run = 0; run < 100; ++run) {
      const auto again = fingerprint(test::sampled(of, 800, random), std::nullopt, "O(n)", 1, &last);
      agreed += again.sha256 == last.sha256 ? 1 : 0;
      last = again;
    }
    INFO("shares from " << of.front());
    CHECK(agreed >= 95);
  }
}

}  // namespace
}  // namespace harness::profile
