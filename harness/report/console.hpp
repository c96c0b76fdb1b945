// A run as a person reads it on a terminal: one line a trial, failures in place, and at the end which version is faster.
//
// Names stay whole, so that they can be found and copied; a figure is never broken. Time and spread stand in every row.
// Beside them, unless columns were asked for, stand those that matter: allocations and peak of the heap, items and bytes
// per second and instructions where the run has them, the number of processes, calls per second. Where the terminal is
// narrow they make room in this order: calls per second, number of processes, bytes per second, items per second, peak,
// allocations, p95 (a column where a solver declares a limit on it), instructions; at last the figures go to a line of
// their own. The first four follow from the time and the run's settings, and beside passes' figures they also leave room
// for a remark.
// What only some rows have to say follows as remarks, as many as fit: `breaks p95_latency_ms`, `leaks 24B`, `p95 12.4 ms`
// (or `p95 x2.34`, where it is more than 1.5 times p50), `CPU 62 %`, `comparisons=120`. A row that breaks a declared
// limit also has a `!` before its time; the summary says what did not fit.
// Columns that were asked for all stay: those for which there is no room beside the name follow below it, labelled.
// Text of others (notes, warnings, names) is printed through `printable`: a solver cannot write to the terminal.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include <harness/model/measurement.hpp>
#include <harness/model/ranking.hpp>
#include <harness/model/solver_info.hpp>
#include <harness/report/columns.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/growth.hpp>
#include <harness/report/indicators.hpp>

namespace harness::report {

// What --columns takes, in the order in which `all` shows them: `p95`, `allocs`... and `all`, and `counters` for all of
// the solver's own.
std::vector<std::string> known_columns();
// One of them, or `counter:NAME` for one of the solver's own, whose names only the run knows.
bool is_column(const std::string& name);

struct ConsoleOptions {
  bool colour = false;         // colour is never the only mark
  bool utf8 = true;            // else μ is u, ± is +-, and bars are ASCII
  std::size_t columns = 100;   // of the terminal; 0 = no terminal: one line each, however long
  std::size_t name_width = 0;  // of the longest trial name in the run; 0 = grow as they come
  bool grouped = true;  // a blank line where the block of one case, or of one version, ends; false for a shuffled order
  std::vector<std::string> columns_shown;  // beside time and spread, in this order; empty = those that matter
  // Columns that the run's passes will fill, as far as it is known before the first row; beside them stand those that
  // the first row with figures fills. `p95` where a solver declares a limit on it, else it is a remark of some rows.
  std::vector<std::string> columns_expected;

  bool shows_all() const { return std::find(columns_shown.begin(), columns_shown.end(), "all") != columns_shown.end(); }
};

// What the summary tells beyond the rows themselves.
struct SummaryExtras {
  std::vector<GrowthLine> growth;
  std::vector<IndicatorLine> indicators;
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
  // What was skipped, what makes the figures doubtful, what leaks, what failed, which limits are broken; per problem a
  // table cases x versions, the ranking of the versions, and who is in front where; growth, indicators; last the counts.
  // Nothing at all for a single good trial without extras.
  void summary(const std::vector<model::Measurement>& all, const std::vector<model::Ranking>& rankings = {},
               const SummaryExtras& extras = {});

 private:
  void choose_columns(const model::Measurement& measurement);
  void print_titles();
  void print_figures(const std::string& name, const model::Measurement& measurement);
  void print_state(const std::string& name, const model::Measurement& measurement);
  bool begins_a_group(const model::Measurement& measurement);

  std::ostream& out_;
  ConsoleOptions options_;
  std::size_t name_width_;
  std::vector<std::string>
      wanted_;  // columns beside time and spread, in the order of the row; room decides which stand
  std::vector<std::string> titled_;  // those over which a title was printed
  bool header_printed_ = false, chosen_ = false;
  std::string last_problem_, last_solver_, last_dataset_, last_case_;
};

// The same rows as a Markdown table (GitHub flavour).
std::string markdown(const std::vector<model::Measurement>& all, const model::Context& context);

}  // namespace harness::report
