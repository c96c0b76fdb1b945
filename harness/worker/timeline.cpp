#include <harness/worker/timeline.hpp>

#include <algorithm>
#include <utility>

namespace harness::worker {

void Timeline::add(model::TimelineEvent event, Clock::time_point begin, Clock::time_point end) {
  event.begin_seconds = std::chrono::duration<double>(begin - begin_).count();
  event.seconds = std::chrono::duration<double>(end - begin).count();
  const std::lock_guard<std::mutex> lock(mutex_);
  events_.push_back(std::move(event));
}

std::vector<model::TimelineEvent> Timeline::events() const {
  std::vector<model::TimelineEvent> sorted;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    sorted = events_;
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.begin_seconds < b.begin_seconds; });
  return sorted;
}

}  // namespace harness::worker
