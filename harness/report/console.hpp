// A run as a person reads it on a terminal: one line a trial, failures in place, and at the end which version is faster.
//
// Names stay whole, so that they can be found and copied; a figure is never broken. Where the terminal is narrow, first
// calls per second and then the number of processes make room, and at last the figures go to a line of their own.
// Text of others (notes, warnings, names) is printed through `printable`: a solver cannot write to the terminal.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include <harness/model/measurement.hpp>
#include <harness/model/ranking.hpp>
#include <harness/model/solver_info.hpp>
#include <harness/report/figures.hpp>

namespace harness::report {

struct ConsoleOptions {
  bool colour = false;         // colour is never the only mark
  bool utf8 = true;            // else μ is u, ± is +-, and bars are ASCII
  std::size_t columns = 100;   // of the terminal; 0 = no terminal: one line each, however long
  std::size_t name_width = 0;  // of the longest trial name in the run; 0 = grow as they come
  bool grouped = true;  // a blank line where the block of one case, or of one version, ends; false for a shuffled order
};

// Prints as results come, so that an interrupted run has said what it knows.
class Console {
 public:
  Console(std::ostream& out, ConsoleOptions options);
  // Header: machine in one line, processes x seconds per trial. Context keys used: `cpu`, `cores`, `repetitions`, `min_time`.
  void begin(const model::Context& context);
  // `two-sum/v2.0.0/uniform/64   89.0 ns  ± 1.2 %  n=3  11.2M/s`, `CPU 12.0 ns` after it where CPU and real time are more
  // than 5 % apart; or the name and FAILED, skipped or interrupted with the note.
  void trial(const model::Measurement& measurement);
  // Libraries that were skipped, one line each.
  void skipped(const std::vector<model::SkippedLibrary>& libraries);
  // What was skipped, what makes the figures doubtful, what failed; per problem a table cases x versions, the ranking of
  // the versions, and who is in front where; last the counts. Nothing at all for a single good trial.
  void summary(const std::vector<model::Measurement>& all, const std::vector<model::Ranking>& rankings = {});

 private:
  void print_figures(const std::string& name, const model::Measurement& measurement);
  void print_state(const std::string& name, const model::Measurement& measurement);
  bool begins_a_group(const model::Measurement& measurement);

  std::ostream& out_;
  ConsoleOptions options_;
  std::size_t name_width_;
  bool header_printed_ = false;
  std::string last_problem_, last_solver_, last_dataset_, last_case_;
};

// The same rows as a Markdown table (GitHub flavour).
std::string markdown(const std::vector<model::Measurement>& all, const model::Context& context);

}  // namespace harness::report
