// About 1 us: an interpreter that branches on what it reads.
#pragma once

#include <span>

#include "units.hpp"

namespace detection {

// A unit runs the program once: the first eight numbers, an operation each.
inline std::uint32_t run_once(std::span<const int> program, std::uint32_t top) {
  for (const int word : program) {
    const auto operand = static_cast<std::uint32_t>(word) >> 3;
    switch (word & 7) {
      case 0: top += operand; break;
      case 1: top -= operand; break;
      case 2: top ^= operand; break;
      case 3: top = (top << 3) | (top >> 29); break;
      case 4: top = top * 5 + 1; break;
      case 5: top = (top & 1) != 0 ? top + operand : top ^ operand; break;
      case 6: top |= operand & 0xff; break;
      default: top = ~top; break;
    }
    look_at(top);
  }
  return top;
}

inline int interpreter(std::span<const int> nums) {
  std::uint32_t top = 1;
  const std::uint64_t count = units();
  for (std::uint64_t i = 0; i < count; ++i) top = run_once(nums.first(8), 1);
  return static_cast<int>(top);
}

}  // namespace detection
