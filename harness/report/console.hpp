// A run as a person reads it on a terminal: one line a trial, failures in place, and at the end which version is faster.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include <harness/model/measurement.hpp>
#include <harness/model/solver_info.hpp>

namespace harness::report {

struct ConsoleOptions {
  bool colour = false;   // colour is never the only mark
  bool utf8 = true;      // else μ is u, ± is +-, and bars are ASCII
  std::size_t columns = 100;  // of the terminal; lines are never wrapped in the middle of a figure
  std::size_t name_width = 0;  // of the longest trial name in the run; 0 = grow as they come
};

// Prints as results come, so that an interrupted run has said what it knows.
class Console {
 public:
  Console(std::ostream& out, ConsoleOptions options);
  // Header: machine in one line, processes x seconds per trial. Context keys used: `cpu`, `cores`, `repetitions`, `min_time`.
  void begin(const model::Context& context);
  void trial(const model::Measurement& measurement);
  // Libraries that were skipped, one line each.
  void skipped(const std::vector<model::SkippedLibrary>& libraries);
  // Ranking of the versions per problem, warnings gathered, failures counted.
  void summary(const std::vector<model::Measurement>& all);

 private:
  std::ostream& out_;
  ConsoleOptions options_;
  bool header_printed_ = false;
};

// The same rows as a Markdown table (GitHub flavour).
std::string markdown(const std::vector<model::Measurement>& all, const model::Context& context);

// `1.23 μs`, `89.0 ns`, `4.15 ms`: four digits at the most, three significant; `utf8` false: `us`.
std::string time_text(double seconds, bool utf8 = true);
// `11.2M/s`, `812k/s`, `89.1/s`
std::string rate_text(double per_second);

}  // namespace harness::report
