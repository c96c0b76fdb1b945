// Which gates are run: the plan of the benchmark.
#pragma once

#include <string>
#include <vector>

#include "repository.hpp"

namespace gate_bench {

// What all gates of a series have in common. Its name stands in the records and never changes its meaning.
struct Series {
  std::string name;
  std::string words;               // for people
  std::size_t count = 0;           // gates
  std::size_t judged = 0;          // gates before it is held against an aim; more than `count` when few were asked for
  std::size_t cases = 0;           // that each gate is to compare
  std::vector<std::string> flags;
  double guessed_seconds = 0;      // of one gate, until some were made
  bool cold = false;               // builds what it compares
  bool keeps_evidence = false;     // of red ones
};

// `quick`: few of each, below five minutes.
std::vector<Series> plan(bool quick);

struct Gate {
  std::string base, head;  // commits
  std::string solver;      // the one that changed; "" of several and of none
  std::string slower;      // the trial that is to be called worse; "" = none
};
Gate gate_of(const Series& series, std::size_t index, const Repository& repository);

inline constexpr std::size_t kSameGates = 200;  // and so many layouts, and one

}  // namespace gate_bench
