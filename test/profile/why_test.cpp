#include <harness/profile/why.hpp>

#include <algorithm>
#include <cmath>

#include <test/catch.hpp>
#include <test/profile/scripted_profile.hpp>

namespace harness::profile {
namespace {

using test::ScriptedProfile;

const std::string kOld = "two-sum-v2.0.0/hash_map.cpp", kNew = "two-sum-v2.1.0/hash_map.cpp";
const std::string kHashtable = "/usr/include/c++/12/bits/hashtable.h";
constexpr const char* kOldModule = "two-sum-v2.0.0.so";
constexpr const char* kNewModule = "two-sum-v2.1.0.so";

WhyOptions slower(double ratio) {
  WhyOptions options;
  options.ratio = ratio;
  return options;
}

SourceLine text_of(std::vector<std::string> lines) {
  return [lines](const std::string&, std::uint32_t line) {
    return line >= 1 && line <= lines.size() ? lines[line - 1] : std::string();
  };
}

// A hash map's solver: finding, inserting, and (a map that was not given its size) rehashing.
ScriptedProfile hash_map(const std::string& module, const std::string& file, std::uint32_t emplace_line,
                         std::uint64_t find_samples, std::uint64_t insert_samples, std::uint64_t rehash_samples) {
  ScriptedProfile profile(module);
  const auto node = profile.inlined("std::__detail::_Hash_node<int>::_M_next() const", kHashtable, 2571);
  const auto rehash = profile.solver("std::_Hashtable<int, int>::_M_rehash(unsigned long)", kHashtable, 2541);
  const auto unique = profile.inlined("std::_Hashtable<int, int>::_M_insert_unique_node(int)", kHashtable, 2155);
  const auto emplace = profile.inlined("std::_Hashtable<int, int>::emplace(int&&)", kHashtable, 950);
  const auto find = profile.inlined("std::_Hashtable<int, int>::find(int const&)", kHashtable, 1655);
  const auto inserting = profile.solver("twoSum(std::vector<int> const&, int)", file, emplace_line, 8);
  const auto asking = profile.solver("twoSum(std::vector<int> const&, int)", file, emplace_line - 2, 8);
  profile.stack({find, asking}, find_samples).stack({unique, emplace, inserting}, insert_samples);
  if (rehash_samples > 0) profile.stack({node, rehash, unique, emplace, inserting}, rehash_samples);
  return profile;
}

TEST_CASE("a map that rehashes is told by the rehash and the solver's line that inserts") {
  const auto before = hash_map(kOldModule, kOld, 15, 400, 392, 20).of_case();
  const auto after = hash_map(kNewModule, kNew, 14, 290, 271, 229).of_case();
  const auto change = why(before, after, slower(1.4));
  REQUIRE(change.functions.size() == 1);
  const auto& named = change.functions[0];
  CHECK(named.function == "std::_Hashtable::_M_rehash");
  CHECK(named.file == kHashtable);
  CHECK(named.module.empty());
  CHECK(named.place == "two-sum-v2.1.0/hash_map.cpp:14");
  CHECK(named.own);
  CHECK(named.old_samples == 20);
  CHECK(named.new_samples == 229);
  CHECK(named.old_total == 812);
  CHECK(named.new_total == 790);
  CHECK(named.z > 10);
  CHECK(named.part > 0.8);
  CHECK(change.silent_because.empty());
}

TEST_CASE("what became faster is told in the same way, at the line of the old side where the new one has none") {
  const auto before = hash_map(kOldModule, kOld, 14, 290, 271, 229).of_case();
  const auto after = hash_map(kNewModule, kNew, 14, 400, 392, 0).of_case();
  const auto change = why(before, after, slower(1 / 1.4));
  REQUIRE(change.functions.size() == 1);
  CHECK(change.functions[0].function == "std::_Hashtable::_M_rehash");
  CHECK(change.functions[0].place == "two-sum-v2.1.0/hash_map.cpp:14");
  CHECK(change.functions[0].z < -10);
  CHECK(change.functions[0].part > 0.8);
}

TEST_CASE("a copy is told by what copies, with the line that asks for it") {
  const auto solver = [](const char* module, const std::string& file, std::uint64_t copying, const char* memory) {
    ScriptedProfile profile(module);
    const auto copy = profile.library(memory, "libc.so.6");
    const auto plumbing = profile.inlined("std::__copy_move<false>::__copy_m<int>(int*, int*, int*)",
                                          "/usr/include/c++/12/bits/stl_algobase.h", 431);
    const auto vector = profile.inlined("std::vector<int>::vector(std::vector<int> const&)",
                                        "/usr/include/c++/12/bits/stl_vector.h", 601);
    const auto search = profile.inlined("(anonymous namespace)::search(std::vector<int>, int)", file, 9);
    const auto calling = profile.solver("twoSum(std::vector<int> const&, int)", file, 18, 15);
    profile.stack({search, calling}, 800 - copying);
    if (copying > 0) profile.stack({copy, plumbing, vector, calling}, copying);
    return profile.of_case();
  };
  SECTION("with a name in the C library") {
    const auto change =
        why(solver(kOldModule, kOld, 0, "memmove"), solver(kNewModule, kNew, 300, "memmove"), slower(1.6));
    REQUIRE(change.functions.size() == 1);
    CHECK(change.functions[0].function == "memmove");
    CHECK(change.functions[0].module == "libc.so.6");
    CHECK(change.functions[0].place == "two-sum-v2.1.0/hash_map.cpp:18");
  }
  SECTION("without one it is the vector's constructor") {
    const auto change = why(solver(kOldModule, kOld, 0, ""), solver(kNewModule, kNew, 300, ""), slower(1.6));
    REQUIRE(change.functions.size() == 1);
    CHECK(change.functions[0].function == "std::vector::vector");
    CHECK_FALSE(change.functions[0].own);
    CHECK(change.functions[0].place == "two-sum-v2.1.0/hash_map.cpp:18");
  }
}

// One function that is all there is: its lines are what tells.
ScriptedProfile one_function(const char* module, const std::string& file,
                             const std::vector<std::pair<std::uint32_t, std::uint64_t>>& lines,
                             std::uint32_t function_line = 5) {
  ScriptedProfile profile(module);
  for (const auto& [line, samples] : lines)
    profile.stack({profile.solver("twoSum(std::vector<int> const&, int)", file, line, function_line)}, samples);
  return profile;
}

TEST_CASE("a slower loop in the one function is told although its share is 100 % on both sides") {
  const auto before = one_function(kOldModule, kOld, {{9, 500}, {10, 300}}).of_case();
  const auto after = one_function(kNewModule, kNew, {{9, 330}, {10, 470}}).of_case();
  const auto change = why(before, after, slower(1.5));
  REQUIRE(change.functions.size() == 1);
  CHECK(change.functions[0].function == "twoSum");
  CHECK(change.functions[0].own);
  CHECK(change.functions[0].part == Approx(1));
  CHECK(change.functions[0].place == "two-sum-v2.1.0/hash_map.cpp:10");
}

TEST_CASE("lines are followed by their text where they moved, by their distance from the function's begin without it") {
  // Three lines came before the function; the sum now takes longer, the comparison as long as before.
  const auto before = one_function(kOldModule, kOld, {{3, 400}, {4, 400}}, 2).of_case();
  const auto after = one_function(kNewModule, kNew, {{6, 266}, {7, 534}}, 5).of_case();
  auto options = slower(1.5);
  SECTION("without the text") {
    CHECK(why(before, after, options).functions.at(0).place == "two-sum-v2.1.0/hash_map.cpp:7");
  }
  SECTION("with it: an edited line is still the line that it was") {
    options.old_source =
        text_of({"#include <vector>", "int twoSum() {", "  if (a == b) return 1;", "  sum += a;", "}"});
    options.new_source = text_of({"// One.", "// Two.", "// Three.", "#include <vector>", "int twoSum() {",
                                  "  if (a == b) return 1;", "  sum += a % 1021;", "}"});
    CHECK(why(before, after, options).functions.at(0).place == "two-sum-v2.1.0/hash_map.cpp:7");
  }
  SECTION("with it: a line that was put in between is the new one") {
    options.old_source =
        text_of({"#include <vector>", "int twoSum() {", "  if (a == b) return 1;", "  sum += a;", "}"});
    options.new_source = text_of({"#include <vector>", "int twoSum() {", "  int c = a;", "  c %= 1021;", "  sum += c;",
                                  "  if (a == b) return 1;", "  sum += a;", "}"});
    const auto inserted = one_function(kNewModule, kNew, {{4, 267}, {6, 266}, {7, 267}}, 2).of_case();
    CHECK(why(before, inserted, options).functions.at(0).place == "two-sum-v2.1.0/hash_map.cpp:4");
  }
}

TEST_CASE("functions of one name in two files are two, and one in two versions' folders is one") {
  const auto solver = [](const char* module, const std::string& folder, std::uint64_t a, std::uint64_t b) {
    ScriptedProfile profile(module);
    const auto entry = profile.solver("twoSum(int)", folder + "/solver.cpp", 30);
    return profile.stack({profile.inlined("step(int)", folder + "/a.cpp", 5), entry}, a)
        .stack({profile.inlined("step(int)", folder + "/b.cpp", 5), entry}, b)
        .of_case();
  };
  const auto change =
      why(solver(kOldModule, "two-sum-v2.0.0", 400, 400), solver(kNewModule, "two-sum-v2.1.0", 267, 533), slower(1.5));
  REQUIRE(change.functions.size() == 1);
  CHECK(change.functions[0].function == "step (b.cpp)");
  CHECK(change.functions[0].file == "two-sum-v2.0.0/b.cpp");
  CHECK(change.functions[0].place == "two-sum-v2.1.0/b.cpp:5");
  CHECK(change.functions[0].old_samples == 400);
}

TEST_CASE("a function that went and the one that came for it are both named") {
  const auto solver = [](const char* module, const std::string& file, const char* work) {
    ScriptedProfile profile(module);
    const auto entry = profile.solver("twoSum(int)", file, 30);
    return profile.stack({profile.inlined(work, file, 5), entry}, 600).stack({entry}, 400).of_case();
  };
  const auto change = why(solver(kOldModule, kOld, "probe(int)"), solver(kNewModule, kNew, "search(int)"), slower(1.1));
  REQUIRE(change.functions.size() == 2);
  CHECK(change.functions[0].function == "search");
  CHECK(change.functions[0].place == "two-sum-v2.1.0/hash_map.cpp:5");
  CHECK(change.functions[0].part > 0.9);
  CHECK(change.functions[1].function == "probe");
  CHECK(change.functions[1].part < 0);
}

TEST_CASE("a caller is named where no callee has most of its difference") {
  const auto solver = [](const char* module, const std::string& file, std::uint64_t each) {
    ScriptedProfile profile(module);
    const auto entry = profile.solver("twoSum(int)", file, 30, 28);
    const auto many = profile.solver("many(int)", file, 20, 18);
    for (int i = 0; i < 10; ++i)
      profile.stack({profile.solver("part_" + std::to_string(i) + "(int)", file, 40), many, entry}, each);
    return profile.stack({entry}, 1000 - 10 * each).of_case();
  };
  const auto change = why(solver(kOldModule, kOld, 30), solver(kNewModule, kNew, 53), slower(1.5));
  REQUIRE(change.functions.size() == 1);
  CHECK(change.functions[0].function == "many");
  CHECK_FALSE(change.functions[0].own);
  CHECK(change.functions[0].place == "two-sum-v2.1.0/hash_map.cpp:20");
}

TEST_CASE("nothing is named of profiles without a difference, with too few samples, or with none") {
  const auto one = hash_map(kOldModule, kOld, 14, 400, 300, 100).of_case();
  auto change = why(one, one, slower(1.002));
  CHECK(change.functions.empty());
  CHECK_THAT(change.silent_because, ContainsSubstring("n=800/800"));

  // The two shares differ beyond chance, by five points.
  const auto near = hash_map(kNewModule, kNew, 14, 4000, 3000, 1000).of_case();
  const auto by = hash_map(kNewModule, kNew, 14, 4000, 2600, 1400).of_case();
  change = why(near, by, slower(1));
  CHECK(change.functions.empty());
  CHECK_THAT(change.silent_because, ContainsSubstring("the time of a call is the same"));

  const auto thin = hash_map(kNewModule, kNew, 14, 100, 100, 12).of_case();
  change = why(thin, one, slower(1.5));
  CHECK(change.functions.empty());
  CHECK(change.silent_because == "too few samples (212 and 800, 400 are needed)");

  CHECK_THAT(why({}, one, slower(1.5)).silent_because, ContainsSubstring("the old side has no CPU profile"));
  CHECK_THAT(why(one, one, slower(NAN)).silent_because, ContainsSubstring("times are not known"));
}

TEST_CASE("a library whose functions are not known is said to be so") {
  const auto nameless = one_function(kOldModule, "", {{0, 800}});
  auto before = nameless.of_case();
  before.cpu->places[0].function.clear();
  const auto change = why(before, before, slower(1.5));
  CHECK(change.functions.empty());
  CHECK_THAT(change.silent_because, ContainsSubstring("names are not known"));
}

model::CaseProfile allocating(const std::string& module, const std::string& file, std::uint32_t line, double allocs,
                              double bytes) {
  model::CaseProfile profile;
  profile.heap.emplace();
  profile.heap->places = {
      {model::CodePlace::Origin::kSolver, "std::__new_allocator<int>::allocate(unsigned long)",
       "/usr/include/c++/12/bits/new_allocator.h", 137, 112, module, true},
      {model::CodePlace::Origin::kSolver, "twoSum(std::vector<int> const&, int)", file, line, line - 6, module, false}};
  profile.heap->sites = {{{0, 1}, allocs, bytes}};
  return profile;
}

TEST_CASE("any difference of a site counts, and a site that only moved has none") {
  const auto before = allocating(kOldModule, kOld, 14, 2, 4096);
  CHECK(why(before, allocating(kNewModule, kNew, 20, 2, 4096), {}).sites.empty());
  const auto change = why(before, allocating(kNewModule, kNew, 20, 10010, 400400), {});
  REQUIRE(change.sites.size() == 1);
  CHECK(change.sites[0].function == "twoSum");
  CHECK(change.sites[0].place == "two-sum-v2.1.0/hash_map.cpp:20");
  CHECK(change.sites[0].old_allocs == 2);
  CHECK(change.sites[0].new_allocs == 10010);
  CHECK(change.sites[0].old_bytes == 4096);
  CHECK(why(before, allocating(kNewModule, kNew, 14, 2, 4097), {}).sites.size() == 1);
}

TEST_CASE("another hash is told with the distance, and none where a side has no fingerprint") {
  auto before = allocating(kOldModule, kOld, 14, 2, 4096), after = before;
  CHECK_FALSE(why(before, after, {}).distance);
  before.fingerprint.sha256 = "aa";
  before.fingerprint.vector.assign(12, 0);
  after.fingerprint.vector.assign(12, 0.5);
  CHECK_FALSE(why(before, after, {}).fingerprint_changed);
  after.fingerprint.sha256 = "bb";
  const auto change = why(before, after, {});
  CHECK(change.fingerprint_changed);
  CHECK(change.distance.value() == Approx(0.5));
}

TEST_CASE(
    "of 2,000 pairs with the same shares one at most is explained, and uniformly slower ones by those who have the "
    "time") {
  std::mt19937_64 random(15);
  const std::vector<std::vector<double>> shares{{0.35, 0.2, 0.18, 0.13, 0.1, 0.04},
                                                {0.6, 0.4},
                                                {0.25, 0.25, 0.25, 0.25},
                                                {0.13, 0.125, 0.12, 0.115, 0.11, 0.1, 0.1, 0.1, 0.1}};
  int named = 0, explained = 0, entry_named = 0;
  for (int pair = 0; pair < 2000; ++pair) {
    model::CaseProfile before, after;
    before.cpu = test::sampled(shares[static_cast<std::size_t>(pair) % shares.size()], 800, random);
    after.cpu = test::sampled(shares[static_cast<std::size_t>(pair) % shares.size()], 800, random);
    named += why(before, after, slower(1)).functions.empty() ? 0 : 1;
    const auto change = why(before, after, slower(1.05));
    explained += change.functions.empty() ? 0 : 1;
    entry_named += !change.functions.empty() && change.functions[0].function == "two_sum" ? 1 : 0;
  }
  CHECK(named <= 1);
  CHECK(explained == 2000);
  CHECK(entry_named >= 1960);
}

TEST_CASE("a smaller difference asks for more samples") {
  CHECK(samples_for(1.5) == 800);
  CHECK(samples_for(1.05) == 2000);
  CHECK(samples_for(0.95) == 2000);
  CHECK(samples_for(1.01) == 4000);
  CHECK(samples_for(1) == 4000);
  CHECK(samples_for(NAN) == 4000);
}

}  // namespace
}  // namespace harness::profile
