// About 10 ns: integer arithmetic in four strands, no branch that depends on data.
#pragma once

#include <span>

#include "units.hpp"

namespace detection {

// One step is too large a part of such a call to be its hundredth. So of each 1,000 calls some do four steps more: 100 of
// the reference, and per percent so many more that the instructions of 1,000 calls grow by exactly that.
inline constexpr std::uint32_t kPeriod = 1000, kCallsWithMore = 100, kCallsPerPercent = 51;

struct Strands {
  std::uint32_t a, b, c, d;
  void step() {
    a = (a ^ 0x9e3779b9u) + 0x85ebca6bu;
    b = (b ^ 0xc2b2ae35u) + 0x27d4eb2fu;
    c = (c ^ 0x165667b1u) + 0xd3a2646cu;
    d = (d ^ 0xfd7046c5u) + 0xb55a4f09u;
    asm volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
  }
};

inline int arithmetic(std::span<const int> nums) {
  static std::uint32_t phase = 0;
  std::uint32_t with_more = kCallsWithMore + kCallsPerPercent * DETECTION_PERCENT;
  asm volatile("" : "+r"(with_more));
  const auto seed = static_cast<std::uint32_t>(nums[0]);
  Strands strands{seed, seed + 1, seed + 2, seed + 3};
  strands.step(), strands.step(), strands.step(), strands.step(), strands.step(), strands.step();
  strands.step(), strands.step(), strands.step(), strands.step(), strands.step(), strands.step();
  strands.step(), strands.step(), strands.step(), strands.step(), strands.step(), strands.step();
  phase = phase + 1 == kPeriod ? 0 : phase + 1;
  if (phase < with_more) strands.step(), strands.step(), strands.step(), strands.step();
  return static_cast<int>((strands.a + strands.b) ^ (strands.c + strands.d));
}

}  // namespace detection
