#include <harness/worker/size_table.hpp>

#include <memory>
#include <random>
#include <unordered_map>

#include <test/catch.hpp>

using harness::worker::SizeTable;
using Was = SizeTable::Was;

namespace {
const void* at(std::uintptr_t address) { return reinterpret_cast<const void*>(address); }
}  // namespace

TEST_CASE("a block's size is told once, then it is freed, then it is known anew") {
  const auto table = std::make_unique<SizeTable>();
  CHECK(table->take(at(0x1000)).was == Was::kUnknown);
  REQUIRE(table->put(at(0x1000), 40));
  CHECK(table->take(at(0x1008)).was == Was::kUnknown);
  const auto taken = table->take(at(0x1000));
  CHECK(taken.was == Was::kLive);
  CHECK(taken.size == 40);
  CHECK(table->take(at(0x1000)).was == Was::kFreed);
  REQUIRE(table->put(at(0x1000), 0));
  CHECK(table->take(at(0x1000)).was == Was::kLive);
}

TEST_CASE("sizes on both sides of 31 bits are told to the byte") {
  const auto table = std::make_unique<SizeTable>();
  for (const std::size_t size : {(1ull << 31) - 2, (1ull << 31) - 1, 1ull << 31, 5ull << 30, (1ull << 47) + 12345}) {
    INFO(size);
    REQUIRE(table->put(at(0x7f0000000ff0), size));
    CHECK(table->take(at(0x7f0000000ff0)).size == size);
    CHECK(table->take(at(0x7f0000000ff8)).was == Was::kUnknown);
  }
  REQUIRE(table->put(at(0x7f0000000ff8), 5ull << 30));  // its second half lies in the next page
  CHECK(table->take(at(0x7f0000000ff8)).size == 5ull << 30);
}

TEST_CASE("addresses that no heap has are refused and unknown") {
  const auto table = std::make_unique<SizeTable>();
  CHECK_FALSE(table->put(at(1ull << 48), 40));
  CHECK_FALSE(table->put(at(0x1004), 40));
  REQUIRE(table->put(at(0x1000), 40));
  CHECK(table->take(at(0x1004)).was == Was::kUnknown);
  CHECK(table->take(at(~0ull & ~7ull)).was == Was::kUnknown);
  CHECK(table->take(at((1ull << 48) - 8)).was == Was::kUnknown);
}

TEST_CASE("a hundred thousand blocks far apart are each told as they were put") {
  const auto table = std::make_unique<SizeTable>();
  std::unordered_map<std::uintptr_t, std::size_t> blocks;
  std::mt19937_64 random(7);
  for (int region = 0; region < 20; ++region) {
    const std::uintptr_t begin = random() >> 16 & ~0xffffull;
    for (int i = 0; i < 5000; ++i) {
      const auto address = begin + random() % 100'000 * 8;
      const auto size = static_cast<std::size_t>(random() % 10'000);
      if (address >> 48 != 0) continue;
      blocks[address] = size;
      REQUIRE(table->put(at(address), size));
    }
  }
  std::size_t wrong = 0;
  for (const auto& [address, size] : blocks) {
    const auto taken = table->take(at(address));
    wrong += taken.was != Was::kLive || taken.size != size;
  }
  CHECK(wrong == 0);
  CHECK(blocks.size() > 50'000);
}
