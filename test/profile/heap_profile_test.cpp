#include <harness/profile/heap_profile.hpp>

#include "raw_profiles.hpp"

using namespace harness::profile;
using namespace raw_profiles;

namespace {

using Words = std::vector<std::uint64_t>;

// The first line says what the sites have.
std::string heap_text(const std::string& count, const std::string& bytes, const std::string& sites) {
  return "heap profile:      1:       64 [" + count + ": " + bytes + "] @ heapprofile\n" + sites +
         "\nMAPPED_LIBRARIES:\n" + kMaps;
}

std::string fault_of(const std::string& text) {
  const auto read = read_heap_profile(text, "heap.txt");
  REQUIRE_FALSE(read);
  CHECK(read.error().exit == harness::Exit::kUsage);
  CHECK_FALSE(read.error().next.empty());
  CHECK(read.error().text().find('\n') == std::string::npos);
  return read.error().what + ": " + read.error().why;
}

RawHeapProfile heap(const std::vector<RawSite>& sites) { return {sites, {}}; }

}  // namespace

TEST_CASE("sites and mappings of a heap profile are read") {
  const auto read = read_heap_profile(heap_text("12", "640",
                                                "     0:        0 [    10:      512] @ 0x30 0x7f00000012ab\n"
                                                "     1:       64 [     2:      128] @ 0x10 0x20\n"),
                                      "heap.txt");
  REQUIRE(read);
  REQUIRE(read->sites.size() == 2);
  const RawSite& first = read->sites[0];
  CHECK(first.addresses == Words{0x10, 0x20});
  CHECK(first.live_count == 1);
  CHECK(first.live_bytes == 64);
  CHECK(first.total_count == 2);
  CHECK(first.total_bytes == 128);
  CHECK(read->sites[1].addresses == Words{0x30, 0x7f00000012ab});
  CHECK(read->mappings.size() == 4);
}

TEST_CASE("a site that comes again is one, with the sum of its amounts") {
  const auto read =
      read_heap_profile(heap_text("6", "60", "1: 8 [2: 20] @ 0x10\n1: 1 [1: 1] @ 0x20\n1: 2 [3: 39] @ 0x10\n"), "f");
  REQUIRE(read);
  REQUIRE(read->sites.size() == 2);
  CHECK(read->sites[0].live_count == 2);
  CHECK(read->sites[0].live_bytes == 10);
  CHECK(read->sites[0].total_count == 5);
  CHECK(read->sites[0].total_bytes == 59);
}

TEST_CASE("a profile without a site and a site without a frame are fine") {
  const auto none = read_heap_profile(heap_text("0", "0", ""), "f");
  REQUIRE(none);
  CHECK(none->sites.empty());
  const auto frameless = read_heap_profile(heap_text("1", "8", "0: 0 [1: 8] @\n"), "f");
  REQUIRE(frameless);
  CHECK(frameless->sites.at(0).addresses.empty());
}

TEST_CASE("a recorded pair of profiles tells exactly what ten calls allocated between them") {
  const auto before = read_heap_profile(text_of(recorded("heap_profile", "before.txt")), "before.txt");
  const auto after = read_heap_profile(text_of(recorded("heap_profile", "after.txt")), "after.txt");
  REQUIRE(before);
  REQUIRE(after);
  const auto calls = between(*before, *after);
  // Two vectors of 20,000 words, and the profiler's own buffer of 1 MiB for the first of both texts.
  std::size_t vectors = 0, buffers = 0;
  for (const RawSite& site : calls.sites) {
    vectors += site.total_count == 10 && site.total_bytes == 10 * 20'000 * 8;
    buffers += site.total_count == 1 && site.total_bytes == 1 << 20;
  }
  CHECK(vectors == 2);
  CHECK(buffers == 1);
  CHECK(calls.sites.size() == 5);
  CHECK(calls.mappings.size() == after->mappings.size());
}

TEST_CASE("between two dumps lies the difference of the totals, site by site") {
  const auto difference = between(heap({{{0x10}, 5, 50, 10, 100}, {{0x20}, 1, 8, 1, 8}, {{0x25}, 1, 8, 9, 90}}),
                                  heap({{{0x05}, 1, 4, 2, 8},
                                        {{0x10}, 2, 20, 14, 140},
                                        {{0x20}, 1, 8, 1, 8},
                                        {{0x25}, 1, 8, 4, 40},
                                        {{0x30}, 0, 0, 3, 0}}));
  REQUIRE(difference.sites.size() == 3);
  CHECK(difference.sites[0].addresses == Words{0x05});
  CHECK(difference.sites[0].total_count == 2);
  CHECK(difference.sites[1].total_count == 4);
  CHECK(difference.sites[1].total_bytes == 40);
  CHECK(difference.sites[1].live_count == 0);
  CHECK(difference.sites[2].addresses == Words{0x30});
}

TEST_CASE("a profile whose counts are no exact counts of allocations is refused") {
  const std::string begin = "heap profile: 1: 64 [2: 128] @ ";
  CHECK(fault_of(begin + "heap_v2/524288\n") ==
        "heap.txt: at byte 0: a sampled heap profile, whose counts are estimates");
  CHECK(fault_of(begin + "growthz\n") == "heap.txt: at byte 0: a profile of the heap's growth, not of allocations");
  CHECK(fault_of(begin + "heapprofile2\n") == "heap.txt: at byte 0: expected @ heapprofile, found \"heapprofile2\"");
  for (const std::string text : {"", "heap profile", "heap profile: 1: 64 [2: 128] @ heapprofile", "--- heapz\n",
                                 "heap profile: 1: 64 [2] @ heapprofile\n", "heap profile: x\n"}) {
    INFO(text);
    CHECK(fault_of(text) == "heap.txt: at byte 0: this is no heap profile of gperftools");
  }
}

TEST_CASE("sites that do not add up to the first line are not all there") {
  CHECK(fault_of(heap_text("3", "128", "1: 64 [2: 128] @ 0x10\n")) ==
        "heap.txt: at byte 0: the sites have 2 allocations of 128 bytes, the first line says 3 of 128");
  CHECK(fault_of(heap_text("2", "127", "1: 64 [2: 128] @ 0x10\n")) ==
        "heap.txt: at byte 0: the sites have 2 allocations of 128 bytes, the first line says 2 of 127");
}

TEST_CASE("lines that are no sites are refused with their place") {
  const std::size_t begin = heap_text("2", "128", "").find('\n') + 1;
  const auto [line, expected] = GENERATE(table<std::string, std::string>({
      {"1: 64 [2: 128]", "expected a site such as 1: 64 [2: 128] @ 0x1000, found \"1: 64 [2: 128]\""},
      {"-1: 64 [2: 128] @ 0x10", "expected a site such as 1: 64 [2: 128] @ 0x1000, found \"-1: 64 [2: 128] @ 0x10\""},
      {"1: 64 [2: 9007199254740993] @ 0x10",
       "expected a site such as 1: 64 [2: 128] @ 0x1000, found \"1: 64 [2: 9007199254740993] @ 0x10\""},
      {"1: 64 [2: 99999999999999999999] @ 0x10",
       "expected a site such as 1: 64 [2: 128] @ 0x1000, found \"1: 64 [2: 99999999999999999999] @ 0x10\""},
      {"\x1b[2J", "expected a site such as 1: 64 [2: 128] @ 0x1000, found \"\\x1b[2J\""},
      {"1: 64 [2: 128] @ 10", "expected an address, found \"10\""},
      {"1: 64 [2: 128] @ 0x10 main", "expected an address, found \"main\""},
      {"1: 64 [2: 128] @ 0x11112222333344445", "expected an address, found \"11112222333344445\""},
  }));
  CHECK(fault_of(heap_text("2", "128", line + "\n")) == "heap.txt: at byte " + std::to_string(begin) + ": " + expected);
  std::string deep = "1: 64 [2: 128] @";
  for (int i = 0; i < 32; ++i) deep += " 0x10";
  CHECK(read_heap_profile(heap_text("2", "128", deep + "\n"), "f"));
  CHECK(fault_of(heap_text("2", "128", deep + " 0x10\n")) ==
        "heap.txt: at byte " + std::to_string(begin) + ": expected at most 32 frames, found more");
}

TEST_CASE("amounts whose sums no double holds exactly are refused") {
  const std::string half = "0: 0 [1: 9007199254740992] @ 0x10\n";
  CHECK_THAT(fault_of(heap_text("2", "1", half + half)),
             EndsWith("the sites have more than 2^53 allocations or bytes"));
}

TEST_CASE("a heap profile that is cut off anywhere before its maps is refused") {
  const std::string whole = heap_text("3", "129", "1: 64 [2: 128] @ 0x10 0x20\n0: 0 [1: 1] @ 0x30\n");
  const std::size_t maps = whole.find("MAPPED_LIBRARIES:\n") + std::string("MAPPED_LIBRARIES:\n").size();
  for (std::size_t size = 0; size < maps; ++size) {
    INFO(size);
    CHECK_FALSE(read_heap_profile(whole.substr(0, size), "f"));
  }
  CHECK(read_heap_profile(whole.substr(0, maps), "f"));
  CHECK_THAT(fault_of("heap profile: 1: 64 [2: 128] @ heapprofile\n"),
             EndsWith(": at byte 43: the profile ends before its MAPPED_LIBRARIES:"));
  CHECK(fault_of(std::string(kMostProfileBytes + 1, ' ')) ==
        "heap.txt: at byte 67108864: the profile goes on, 64 MiB are read");
}
