#include <harness/profile/cpu_profile.hpp>

#include <numeric>

#include "raw_profiles.hpp"

using namespace harness::profile;
using namespace raw_profiles;

namespace {

using Words = std::vector<std::uint64_t>;

std::string fault_of(const Bytes& bytes) {
  const auto read = read_cpu_profile(bytes, "cpu.prof");
  REQUIRE_FALSE(read);
  CHECK(read.error().exit == harness::Exit::kUsage);
  CHECK_FALSE(read.error().next.empty());
  CHECK(read.error().text().find('\n') == std::string::npos);
  return read.error().what + ": " + read.error().why;
}
std::string fault_of(const Words& words) { return fault_of(bytes_of(words, kMaps)); }

std::uint64_t samples_of(const RawProfile& profile) {
  return std::accumulate(profile.stacks.begin(), profile.stacks.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const RawStack& stack) { return sum + stack.samples; });
}

}  // namespace

TEST_CASE("stacks, the period and the mappings of a CPU profile are read") {
  const auto read = read_cpu_profile(cpu_profile({{7, 2, 0x20, 0x30}, {5, 1, 0x10}}), "cpu.prof");
  REQUIRE(read);
  CHECK(read->seconds_per_sample == Approx(0.004));
  REQUIRE(read->stacks.size() == 2);
  CHECK(read->stacks[0].addresses == Words{0x10});
  CHECK(read->stacks[0].samples == 5);
  CHECK(read->stacks[1].addresses == Words{0x20, 0x30});
  CHECK(read->stacks[1].samples == 7);
  CHECK(read->mappings.size() == 4);
}

TEST_CASE("a stack that was written several times is one, with the sum of its samples") {
  const auto read =
      read_cpu_profile(cpu_profile({{7, 2, 0x20, 0x30}, {1, 1, 0x20}, {5, 2, 0x20, 0x30}, {2, 2, 0x20, 0x31}}), "f");
  REQUIRE(read);
  REQUIRE(read->stacks.size() == 3);
  CHECK(read->stacks[1].addresses == Words{0x20, 0x30});
  CHECK(read->stacks[1].samples == 12);
  CHECK(samples_of(*read) == 15);
}

TEST_CASE("an interrupted address that the profiler gives twice is one frame") {
  const auto read = read_cpu_profile(cpu_profile({{1, 3, 0x20, 0x20, 0x30}, {1, 3, 0x20, 0x30, 0x30}}), "f");
  REQUIRE(read);
  REQUIRE(read->stacks.size() == 2);
  CHECK(read->stacks[0].addresses == Words{0x20, 0x30});
  CHECK(read->stacks[1].addresses == Words{0x20, 0x30, 0x30});  // recursion, which is true
}

TEST_CASE("a profile without samples and a longer header are fine") {
  const auto none = read_cpu_profile(cpu_profile({}), "f");
  REQUIRE(none);
  CHECK(none->stacks.empty());
  CHECK(none->mappings.size() == 4);
  const auto longer = read_cpu_profile(bytes_of({0, 4, 0, 10'000, 0, 77, 3, 1, 0x10, 0, 1, 0}), "f");
  REQUIRE(longer);
  CHECK(samples_of(*longer) == 3);
  CHECK(longer->seconds_per_sample == Approx(0.01));
  CHECK(longer->mappings.empty());
}

TEST_CASE("a recorded profile is read whole") {
  const auto read = read_cpu_profile(recorded("cpu_profile", "sampled.prof"), "sampled.prof");
  REQUIRE(read);
  CHECK(read->seconds_per_sample == Approx(0.004));
  CHECK(samples_of(*read) >= 40);
  std::size_t in_library = 0;
  for (const Mapping& mapping : read->mappings) {
    if (mapping.file != "/memfd:two-sum-v2.0.0.so (deleted)") continue;
    for (const RawStack& stack : read->stacks)
      in_library += stack.addresses[0] >= mapping.begin && stack.addresses[0] < mapping.end;
  }
  CHECK(in_library > read->stacks.size() / 2);
}

TEST_CASE("a profile of another machine is named as one") {
  const std::string other = "a profile of another machine: ";
  CHECK(fault_of(Words{std::uint64_t{3} << 32, std::uint64_t{4000} << 32, 0, 0}) ==
        "cpu.prof: at byte 0: " + other + "its words have 32 bits");
  CHECK(fault_of(Words{std::uint64_t{3} << 56, 0, 0, 0}) ==
        "cpu.prof: at byte 0: " + other + "its words have 32 bits, the highest byte first");
  CHECK(fault_of(Words{0, std::uint64_t{3} << 56, 0, 0}) ==
        "cpu.prof: at byte 8: " + other + "its words have the highest byte first");
  CHECK(read_cpu_profile(bytes_of({std::uint64_t{3} << 32}), "cpu.prof").error().text() ==
        "cpu.prof: at byte 0: " + other + "its words have 32 bits; read it where it was recorded");
}

TEST_CASE("a header that no profile has is refused with its place") {
  const std::string none = "this is no CPU profile of gperftools: it ";
  CHECK(fault_of(Bytes{}) == "cpu.prof: at byte 0: " + none + "has less than a word");
  CHECK(fault_of(bytes_of({}, "ELF")) == "cpu.prof: at byte 0: " + none + "has less than a word");
  CHECK(fault_of(bytes_of({}, "heap profile: 1: 1 [1: 1] @ heapprofile\n")) ==
        "cpu.prof: at byte 0: " + none + "does not begin with 0");
  CHECK(fault_of(Words{0, 2, 0, 4000}) == "cpu.prof: at byte 8: expected a header of 3 to 64 words, found 2");
  CHECK(fault_of(Words{0, 65, 0, 4000}) == "cpu.prof: at byte 8: expected a header of 3 to 64 words, found 65");
  CHECK(fault_of(Words{0, 3, 1, 4000, 0}) == "cpu.prof: at byte 16: expected version 0 of the format, found 1");
  CHECK(fault_of(Words{0, 3, 0, 0, 0}) ==
        "cpu.prof: at byte 24: expected a period of 1 to 3600000000 microseconds, found 0");
}

TEST_CASE("stacks that cannot be are refused with their place") {
  const auto with = [](Words record) {
    Words words{0, 3, 0, 4000, 0};
    words.insert(words.end(), record.begin(), record.end());
    return words;
  };
  CHECK(fault_of(with({1, 0})) == "cpu.prof: at byte 48: expected a stack of 1 to 254 frames, found 0");
  CHECK(fault_of(with({1, 255})) == "cpu.prof: at byte 48: expected a stack of 1 to 254 frames, found 255");
  CHECK(fault_of(with({1, ~std::uint64_t{0}})) ==
        "cpu.prof: at byte 48: expected a stack of 1 to 254 frames, found 18446744073709551615");
  CHECK(fault_of(with({0, 1, 5})) == "cpu.prof: at byte 40: expected a stack of at least one sample, found none");
  CHECK(fault_of(with({std::uint64_t{1} << 53, 1, 5, 1, 1, 5, 0, 1, 0})) ==
        "cpu.prof: at byte 64: expected at most 2^53 samples, found 1 of one stack");
}

TEST_CASE("a profile that is cut off anywhere before its maps is refused") {
  const Bytes whole = cpu_profile({{7, 2, 0x20, 0x30}, {5, 1, 0x10}}, "");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK_FALSE(read_cpu_profile({whole.data(), size}, "f"));
  }
  CHECK(read_cpu_profile(whole, "f"));
  CHECK(fault_of(bytes_of({0, 3, 0, 4000})) == "cpu.prof: at byte 32: the profile ends within its header");
  CHECK(fault_of(bytes_of({0, 3, 0, 4000, 0, 1, 2, 5})) == "cpu.prof: at byte 64: the profile ends within its stacks");
  CHECK(read_cpu_profile(bytes_of({0, 3, 0, 4000, 0, 1}), "f").error().next == "profile the solver again");
}

TEST_CASE("more than 64 MiB are no profile") {
  CHECK(fault_of(Bytes(kMostProfileBytes + 1)) == "cpu.prof: at byte 67108864: the profile goes on, 64 MiB are read");
}

TEST_CASE("only what can be executed is a mapping, by address, with the name that the kernel gives it") {
  const auto mappings = read_mappings(
      "7f0000003000-7f0000004000 r-xp 00000000 00:00 0 \n"
      "7f0000001000-7f0000002000 r-xp 00001000 00:01 1234                       /memfd:a b.so (deleted)\n"
      "7f0000000000-7f0000001000 r--p 00000000 00:01 1234                       /memfd:a b.so (deleted)\n"
      "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]");
  REQUIRE(mappings.size() == 3);
  CHECK(mappings[0].begin == 0x7f0000001000);
  CHECK(mappings[0].end == 0x7f0000002000);
  CHECK(mappings[0].offset == 0x1000);
  CHECK(mappings[0].file == "/memfd:a b.so (deleted)");
  CHECK(mappings[1].file.empty());
  CHECK(mappings[2].file == "[vsyscall]");
  CHECK(mappings[2].end == 0xffffffffff601000);
}

TEST_CASE("lines that are no mappings are skipped") {
  for (const std::string line :
       {"", "build=/usr/bin/program", "1000 r-xp 0 00:00 0 f", "2000-1000 r-xp 0 00:00 0 f",
        "1000-1000 r-xp 0 00:00 0 f", "1000-2000 r-xp", "1000-2000 r-xp 0 0000 0 f", "1000-2000 x 0 00:00 0 f",
        "1000-2g00 r-xp 0 00:00 0 f", "-2000 r-xp 0 00:00 0 f", "1000-11112222333344445 r-xp 0 00:00 0 f",
        "1000-2000 r-xp z 00:00 0 f", "1000-2000 r-xp 0 /memfd:f (deleted)", "1000-2000 r-xp 0 00:00 f"}) {
    INFO(line);
    CHECK(read_mappings(line).empty());
  }
  CHECK(read_mappings("odd\n1000-2000 r-xp 0 00:00 0 f\nodd").size() == 1);
  std::string many;
  for (int i = 0; i < 10'001; ++i) many += "1000-2000 r-xp 0 00:00 0 f\n";
  CHECK(read_mappings(many).size() == 10'000);
}
