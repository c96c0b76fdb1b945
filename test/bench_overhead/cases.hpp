// What both sides are given. The driver writes these cases as datasets for harness, the twins pass them to the same
// functions directly. Names are the last two parts of a trial's name: `<dataset>/<case>`; `short` is below 1 ms a call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace overhead {

struct SpinCase {
  const char* name;
  int rounds;
};

inline constexpr int kSpinSeed = 12345;
// Names say about what a call takes; the divisions of neighbouring short calls overlap.
inline constexpr SpinCase kSpinCases[] = {
    {"short/ns5", 2}, {"short/ns100", 23}, {"short/us10", 1'750}, {"long/ms1", 175'000}};

inline constexpr const char* kPairCase = "short/four";
inline const std::vector<int> kPairNumbers = {2, 7, 11, 15};
inline constexpr int kPairTarget = 26;

struct SortCase {
  const char* name;
  std::size_t size;
};
inline constexpr SortCase kSortCases[] = {{"short/64", 64}, {"short/256", 256}, {"short/1000", 1000}};

// Random order, the same on every machine (xorshift32).
inline std::vector<int> numbers_to_sort(std::size_t size) {
  std::vector<int> numbers(size);
  std::uint32_t state = 2463534242u;
  for (int& number : numbers) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    number = static_cast<int>(state >> 12) - (1 << 19);
  }
  return numbers;
}

}  // namespace overhead
