// Exact slowdowns: each function does its unit of work 100 times, and so many times more.
#pragma once

#include <cstdint>

#ifndef DETECTION_PERCENT
#define DETECTION_PERCENT 0  // 1, 2, 5 or 10 in the slower versions
#endif

namespace detection {

// The compiler sees no number: versions differ in this one constant, and in nothing that follows from it.
inline std::uint64_t units() {
  std::uint64_t count = 100 + DETECTION_PERCENT;
  asm volatile("" : "+r"(count));
  return count;
}

// Which of 97 portions of the input a unit takes: always the next one, also from call to call. So no portion is met more
// often than another, or always first, in any version: what processors learn of it is the same in all.
class Portions {
 public:
  std::uint64_t next() {
    const std::uint64_t taken = next_;
    next_ = taken == 96 ? 0 : taken + 1;
    return taken;
  }

 private:
  std::uint64_t next_ = 0;
};

// Something looked at the value: what led to it cannot be left out.
template <class T>
inline void look_at(const T& value) {
  asm volatile("" : : "r"(value) : "memory");
}

}  // namespace detection
