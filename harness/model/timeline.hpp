// What the program did when: one event a step that a worker was asked for. Written as a trace by report/trace.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace harness::model {

struct TimelineEvent {
  std::string trial;        // `two-sum/v2.0.0/uniform/64`; "" = of no trial
  std::string step;         // `start`, `load`, `open`, `run`, `memory`...
  std::string library;      // `two-sum-v2.0.0.so`
  std::int64_t process = 0; // pid of the worker
  double begin_seconds = 0; // since the timeline began, monotonic clock
  double seconds = 0;
  std::string failed;       // one line; "" = it did not
};

}  // namespace harness::model
