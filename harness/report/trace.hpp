// A timeline in Chrome's trace event format, which Perfetto and chrome://tracing open:
// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
#pragma once

#include <string>
#include <vector>

#include <harness/model/measurement.hpp>
#include <harness/model/timeline.hpp>

namespace harness::report {

// A track per worker process, a complete event (`ph: X`, microseconds) a step; every event has the arguments `solver` and
// `case`, and the trial in its category, so that one can be searched and filtered by it.
std::string chrome_trace(const std::vector<model::TimelineEvent>& events, const model::Context& context);

}  // namespace harness::report
