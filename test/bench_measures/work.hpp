// A piece of work of a few nanoseconds that needs no memory and cannot be left out: so that a solver's time is the number
// of pieces and nothing else.
#pragma once

#include <cstdint>
#include <vector>

inline std::uint32_t piece(std::uint32_t state) { return (state * 0x9E3779B9u) ^ (0xFFFFFFFFu / (state | 1)); }

inline std::uint32_t pieces(std::uint32_t state, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) state = piece(state);
  return state;
}

inline int doublings(std::size_t n) {
  int count = 0;
  for (; n > 1; n /= 2) ++count;
  return count;
}
