// Random numbers for generators: the same seed gives the same numbers with every compiler and standard library, which
// std::uniform_int_distribution and std::shuffle do not promise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace harness {

// xoshiro256** by Blackman and Vigna, its state filled by splitmix64.
class Random {
 public:
  explicit Random(uint64_t seed) {
    for (uint64_t& word : state_) {
      seed += 0x9e3779b97f4a7c15;
      uint64_t mixed = seed;
      mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
      mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
      word = mixed ^ (mixed >> 31);
    }
  }

  // 64 random bits.
  uint64_t next() {
    const uint64_t result = rotated(state_[1] * 5, 7) * 9;
    const uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotated(state_[3], 45);
    return result;
  }

  // Uniform in [0, n). REQUIRES: n > 0. What would favour the low numbers is thrown away.
  uint64_t below(uint64_t n) {
    const uint64_t rejected = (0 - n) % n;
    uint64_t bits = next();
    while (bits < rejected) bits = next();
    return bits % n;
  }

  // Uniform in [least, most], both included. REQUIRES: least <= most.
  int64_t between(int64_t least, int64_t most) {
    const uint64_t span = static_cast<uint64_t>(most) - static_cast<uint64_t>(least) + 1;
    const uint64_t offset = span == 0 ? next() : below(span);
    return static_cast<int64_t>(static_cast<uint64_t>(least) + offset);
  }

  // Uniform in [0, 1), in steps of 2^-53.
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

  // Every order equally likely.
  template <class Sequence>
  void shuffle(Sequence& values) {
    for (size_t i = values.size(); i > 1; --i) {
      using std::swap;
      swap(values[i - 1], values[static_cast<size_t>(below(i))]);
    }
  }

 private:
  static uint64_t rotated(uint64_t word, int by) { return word << by | word >> (64 - by); }

  uint64_t state_[4];
};

}  // namespace harness
