// What the run is doing right now, on stderr: a bar with ETA on a terminal, plain lines (at most one every 10 s) elsewhere.
//
// Elsewhere a run of less than 10 s says nothing, unless a step is expected to take that long. A line on a terminal is
// never longer than the columns and never ends in a line end, so that it can be wiped.
#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>

namespace harness::report {

class Progress {
 public:
  using Clock = std::function<double()>;  // monotonic seconds; scripted in tests
  Progress(std::ostream& err, bool terminal, bool utf8, std::size_t columns, Clock clock);
  // The whole run takes about this long; may be called again when more is known.
  void plan(double expected_seconds);
  // `what` begins now, e.g. `two-sum/v2.0.0/uniform/65536`; it should take this long. Redraws.
  void step(const std::string& what, double expected_seconds);
  // The step that is running says this from now on. Redraws.
  void restate(const std::string& what);
  void done_step();
  // Wipes the bar (before something else is printed to the same terminal); the next step draws it again.
  void clear();

 private:
  void redraw();
  std::string bar(double share) const;
  double share() const;                   // of the plan that is finished, 0 to 1
  double seconds_left(double now) const;  // by the plan, stretched by how the finished steps compare with it

  std::ostream& err_;
  bool terminal_, utf8_;
  std::size_t columns_;
  Clock clock_;
  double planned_seconds_ = 0, finished_seconds_ = 0, step_seconds_ = 0, started_ = -1, last_line_ = -1;
  double step_started_ = 0, spent_seconds_ = 0;
  std::string what_;
  bool drawn_ = false;
};

}  // namespace harness::report
