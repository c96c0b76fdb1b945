// How stacks are cut, folded and summed up.
#include <harness/profile/symbols.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>

#include <harness/profile/fingerprint.hpp>
#include <test/profile/loaded_library.hpp>

namespace harness::profile {
namespace {

namespace fs = std::filesystem;
using model::CodePlace;
using test::LoadedLibrary;

std::vector<std::string> names(const model::CpuProfile& profile, const std::vector<std::uint32_t>& frames) {
  std::vector<std::string> found;
  for (const std::uint32_t frame : frames) found.push_back(model::short_name(profile.places[frame].function));
  return found;
}

struct Marks {
  Marks() : library("plain.so") {
    find = library.address("mark_find");
    // Callers' are return addresses: one byte on.
    entry = library.address("mark_entry") + 1;
    run = library.address("mark_run") + 1;
    descended = library.address("mark_descended") + 1;
    qsort = test::c_library_address("qsort") + 1;
    raw.seconds_per_sample = 0.004;
    raw.mappings = library.mappings;
  }
  model::CpuProfile read() {
    Symbols symbols(library.places());
    return symbolise(raw, symbols);
  }
  LoadedLibrary library;
  std::uint64_t find, entry, run, descended, qsort;
  RawProfile raw;
};

TEST_CASE("a stack ends at the solver's entry: neither the SDK nor who called it is in it") {
  Marks marks;
  // The worker's frames are this test's own here: what is further out than the library does not matter.
  marks.raw.stacks = {{{marks.find, marks.entry, marks.run, marks.qsort, 0x10}, 7}};
  const auto profile = marks.read();
  REQUIRE(profile.stacks.size() == 1);
  CHECK(profile.samples == 7);
  CHECK(profile.outside == 0);
  CHECK(profile.seconds_per_sample == 0.004);
  const auto named = names(profile, profile.stacks[0].frames);
  REQUIRE(named.size() == 3);
  CHECK(named[0] == "(anonymous namespace)::Table::find");
  CHECK(named[1] == "(anonymous namespace)::twice");
  CHECK(named[2] == "entry");
}

TEST_CASE("the SDK's frame stays where it is all there is, and a library's is enough to take it off") {
  Marks marks;
  const auto run = marks.library.address("mark_run");
  marks.raw.stacks = {{{run}, 1}, {{marks.qsort, marks.run}, 2}, {{marks.qsort, 0x10}, 4}};
  const auto profile = marks.read();
  REQUIRE(profile.stacks.size() == 2);
  CHECK(names(profile, profile.stacks[0].frames).size() == 1);
  CHECK(profile.places[profile.stacks[0].frames[0]].origin == CodePlace::Origin::kLibrary);
  CHECK(names(profile, profile.stacks[1].frames) == std::vector<std::string>{"harness::sdk::run"});
  CHECK(profile.outside == 4);
}

TEST_CASE("recursion stands as one frame with its innermost line, also where it is beyond the profiler's depth") {
  Marks marks;
  const auto innermost = marks.library.address("mark_descend");
  RawStack deep{{innermost}, 3}, endless{{innermost}, 2};
  for (int i = 0; i < 40; ++i) deep.addresses.push_back(marks.descended);
  deep.addresses.push_back(marks.run);
  while (endless.addresses.size() < kMostFrames) endless.addresses.push_back(marks.descended);
  marks.raw.stacks = {deep, endless};
  const auto profile = marks.read();
  REQUIRE(profile.stacks.size() == 2);
  for (const auto& stack : profile.stacks) {
    REQUIRE(stack.frames.size() == 1);
    CHECK(profile.places[stack.frames[0]].line == test::line_of("descend"));
    CHECK(stack.truncated == (stack.samples == 2));
  }
}

TEST_CASE("equal stacks are summed up, the one with most samples first, and equal places stand once") {
  Marks marks;
  marks.raw.stacks = {{{marks.find, marks.run}, 1},
                      {{marks.library.address("mark_descend"), marks.run}, 4},
                      {{marks.find, marks.run, marks.qsort}, 2}};
  const auto profile = marks.read();
  REQUIRE(profile.stacks.size() == 2);
  CHECK(profile.stacks[0].samples == 4);
  CHECK(profile.stacks[1].samples == 3);
  for (std::size_t i = 0; i < profile.places.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) CHECK_FALSE(profile.places[i] == profile.places[j]);
  }
}

TEST_CASE("sites are those of the solver, of one call, without the allocator's frames") {
  Marks marks;
  const auto malloc_address = test::c_library_address("malloc");
  RawHeapProfile raw;
  raw.mappings = marks.raw.mappings;
  raw.sites = {{{malloc_address + 1, marks.entry, marks.run}, 0, 0, 30, 3000},
               {{marks.entry, marks.run, marks.qsort}, 0, 0, 10, 1000},
               {{malloc_address + 1, marks.qsort}, 0, 0, 99, 9900}};
  Symbols symbols(marks.library.places());
  const auto heap = symbolise(raw, 20, symbols);
  REQUIRE(heap.sites.size() == 1);
  CHECK(heap.sites[0].allocs_per_call == 2);
  CHECK(heap.sites[0].bytes_per_call == 200);
  REQUIRE(heap.sites[0].frames.size() == 1);
  CHECK(heap.places[heap.sites[0].frames[0]].function == "entry");
  CHECK(symbolise(raw, 0, symbols).sites.at(0).bytes_per_call == 0);
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  REQUIRE(pipe != nullptr);
  std::string text;
  std::array<char, 4096> some;
  while (const std::size_t count = std::fread(some.data(), 1, some.size(), pipe.get())) text.append(some.data(), count);
  return text;
}

TEST_CASE("our shares equal google-pprof --text on the same raw file within rounding") {
  if (std::system("command -v google-pprof > /dev/null 2>&1") != 0) {
    WARN("skipped: google-pprof is not installed");
    return;
  }
  // Without marks, which google-pprof takes for functions.
  const LoadedLibrary library("unmarked.so");
  const auto entry = library.address("entry"), start = library.address("start"), chilled = library.address("chilled"),
             last_call = library.address("last_call");
  const std::vector<std::pair<std::vector<std::uint64_t>, std::uint64_t>> stacks{
      {{entry, start + 1}, 301},
      {{entry, chilled + 1, chilled + 1, start + 1}, 217},
      {{chilled, start + 1}, 111},
      {{chilled, entry + 1, start + 1}, 93},
      {{last_call, start + 1}, 78}};
  std::vector<std::uint64_t> words{0, 3, 0, 4000, 0};
  for (const auto& [addresses, samples] : stacks) {
    words.insert(words.end(), {samples, addresses.size()});
    words.insert(words.end(), addresses.begin(), addresses.end());
  }
  words.insert(words.end(), {0, 1, 0});
  std::string bytes(reinterpret_cast<const char*>(words.data()), words.size() * sizeof(std::uint64_t));
  bytes += test::own_maps();
  const auto raw = read_cpu_profile({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "cpu.prof");
  REQUIRE(raw);
  Symbols symbols(library.places());
  const auto profile = symbolise(*raw, symbols);
  REQUIRE(profile.samples == 800);

  std::string folder = (fs::temp_directory_path() / "harness-pprof-XXXXXX").string();
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  std::ofstream(folder + "/cpu.prof", std::ios::binary) << bytes;
  const std::string text = output_of("google-pprof --text --functions " + (test::kLibraries / "plain.so").string() +
                                     " " + folder + "/cpu.prof 2>&1");
  fs::remove_all(folder);
  INFO(text);
  // `     301  37.6%  37.6%      301  37.6% shop::Shelf::take`
  std::map<std::string, std::pair<double, double>> theirs;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words_of_line(line);
    double own = 0, all = 0;
    std::string own_share, sum_share, all_share, name;
    if (words_of_line >> own >> own_share >> sum_share >> all >> all_share &&
        std::getline(words_of_line >> std::ws, name))
      theirs[name] = {std::atof(own_share.c_str()), std::atof(all_share.c_str())};
  }
  std::size_t compared = 0;
  for (const FunctionSamples& function : functions_of(profile)) {
    if (function.own == 0) continue;
    INFO(function.function);
    REQUIRE(theirs.count(function.function) == 1);
    CHECK(std::abs(theirs[function.function].first - 100.0 * static_cast<double>(function.own) / 800) <= 0.051);
    CHECK(std::abs(theirs[function.function].second - 100.0 * static_cast<double>(function.cumulative) / 800) <= 0.051);
    ++compared;
  }
  CHECK(compared == 3);
}

}  // namespace
}  // namespace harness::profile
