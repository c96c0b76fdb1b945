// What is decided how often: the plan of the benchmark.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace detection {

struct Function {
  std::string name;         // `sort`
  std::string call;         // about how long one call takes, for people: `5 ms`
  double seconds = 0;       // the same, roughly
  double guessed_duet = 0;  // seconds of a duet with what surrounds it, until some were measured
};
const std::vector<Function>& functions();

enum class Kind { kSameCode, kOtherLayout, kSlower };

// One question that is decided many times. `id` names it in the records and never changes its meaning.
struct Cell {
  std::string id;         // `sort/+2%/quiet`, `sort/same/load`, `programs/hash-map/+5%/quiet`
  std::string function;
  Kind kind = Kind::kSameCode;
  int percent = 0;        // of kSlower
  bool loaded = false;    // a busy loop runs beside it
  bool programs = false;  // two Google Benchmark programs instead of two libraries
  double min_effect = 0.02;
  std::size_t count = 0;  // decisions wanted
  std::size_t judged = 0; // decisions before it is held against an aim; more than `count` when few were asked for
};

// In the order of the table. `quick`: few of each, so that all of it takes less than five minutes.
std::vector<Cell> plan(bool quick);

}  // namespace detection
