// Gathers what every worker of a run was asked for, and when.
#pragma once

#include <chrono>
#include <mutex>
#include <vector>

#include <harness/model/timeline.hpp>

namespace harness::worker {

class Timeline {
 public:
  using Clock = std::chrono::steady_clock;
  Timeline() : begin_(Clock::now()) {}
  // Notes a step that lasted from `begin` to `end`; begin_seconds and seconds are filled in.
  void add(model::TimelineEvent event, Clock::time_point begin, Clock::time_point end);
  // In the order in which they began.
  std::vector<model::TimelineEvent> events() const;

 private:
  Clock::time_point begin_;
  mutable std::mutex mutex_;
  std::vector<model::TimelineEvent> events_;
};

}  // namespace harness::worker
