// Figures of a solver's own, shown beside its time: how often it probed, how deep it went.
//
//   #include <harness/sdk/counters.hpp>
//   harness::count("probes", 3);           // adds 3
//   double& depth = harness::counter("depth");
//   depth += 1;                            // as cheap as any addition: look the name up once, outside of the loop
//
// A counter begins each measured batch at 0 and is told per call: what was added, divided by the number of calls. A
// name that was counted once is told from then on, if only as 0.
//
// Cost, inside the clock: `count` and `counter` compare the name's address with those of the names before it; an
// addition waits for the one before it. Measured on a Xeon: 0.3 ns beside other work and 4 ns in a loop that does
// nothing else, 9 ns for the 32nd name. The reference stays valid as long as the library. A solver that does not include
// this header pays nothing: its code is the same as without it.
//
// Limits: 32 names a library, each a literal of letters, digits, '_', '-' and '.', 40 characters at most. Nothing is
// allocated and nothing throws. One thread: that in which the solver was called; a solver with threads of its own adds
// up in them as it likes and counts once at the end. The file with HARNESS_SOLVER must include this header when any
// file of the library does; else the linker misses `harness_counter_table`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace harness {

// The name of a counter: a string literal, so that it lives as long as the library.
class CounterName {
 public:
  template <size_t kSize>
  consteval CounterName(const char (&text)[kSize]) : text_(text) {  // implicit: count("probes", 1)
    bool fine = kSize >= 2 && kSize <= 41 && text[kSize - 1] == '\0';
    for (size_t i = 0; fine && i + 1 < kSize; ++i) {
      const char c = text[i];
      fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
             c == '.';
    }
    if (!fine) must_be_1_to_40_letters_digits_and_signs();
  }
  constexpr const char* text() const { return text_; }

 private:
  // Called at compile time only, to stop there.
  static void must_be_1_to_40_letters_digits_and_signs();

  const char* text_;
};

namespace sdk {

// The counters of one library. Constant-initialized, never destroyed.
struct CounterTable {
  static constexpr size_t kMost = 32;

  const char* names[kMost];
  double values[kMost + 1];  // the last one takes what a 33rd name counts
  size_t used;
  uint64_t calls;  // of the last `run` that went through; 0 = none
  bool overflown;

  double& value(const char* name) {
    for (size_t i = 0; i < used; ++i) {
      if (names[i] == name) return values[i];
    }
    return by_text(name);
  }

  void begin() {
    for (size_t i = 0; i < used; ++i) values[i] = 0;
    calls = 0;
  }

 private:
  // The first time, or a name that stands twice in the library.
  [[gnu::cold, gnu::noinline]] double& by_text(const char* name) {
    for (size_t i = 0; i < used; ++i) {
      if (std::strcmp(names[i], name) == 0) return values[i];
    }
    if (used == kMost) {
      overflown = true;
      return values[kMost];
    }
    names[used] = name;
    return values[used++];
  }
};

// Defined by HARNESS_SOLVER.
extern "C" {
__attribute__((visibility("hidden"))) extern CounterTable harness_counter_table;
}

}  // namespace sdk

// The sum that this name has reached since the batch began, to be read and added to.
inline double& counter(CounterName name) { return sdk::harness_counter_table.value(name.text()); }

inline void count(CounterName name, double value) { counter(name) += value; }

}  // namespace harness

// What HARNESS_SOLVER, wherever it stands below, does about counters.
#undef HARNESS_SDK_COUNTS
#undef HARNESS_SDK_COUNTERS
#define HARNESS_SDK_COUNTS &::harness::sdk::harness_counter_table
#define HARNESS_SDK_COUNTERS                                                                            \
  extern "C" {                                                                                          \
  __attribute__((visibility("hidden"))) constinit ::harness::sdk::CounterTable harness_counter_table{}; \
  }
