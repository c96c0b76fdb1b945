// What an A/B says and writes, whatever its sides are: lines as cases are decided, the summary, the report, the exit code.
#pragma once

#include <string>
#include <vector>

#include <harness/bench/flags.hpp>
#include <harness/experiment/terminal.hpp>
#include <harness/model/comparison.hpp>
#include <harness/model/error.hpp>
#include <harness/report/comparison.hpp>
#include <harness/report/progress.hpp>

namespace harness::experiment {

class AbOutput {
 public:
  AbOutput(const bench::Flags& flags, const Terminal& terminal);

  report::Progress& progress() { return progress_; }
  // One line on stderr: warnings, errors, notes.
  void say(const std::string& line);
  // Can --benchmark_out be written? To be asked before anything is measured for it.
  Result<void> check() const;

  // Names the sides. Of `report` kind, sides, files and context are set. `name_width`: of the longest case name.
  void begin(model::AbReport report, std::size_t name_width);
  // One more case, on stdout and in the report.
  void tell(model::Comparison comparison);
  // Cases that need no measuring, as both sides are equal: one line. `what`: `same code`, `same program`.
  void tell_equal(const std::string& what, std::vector<model::Comparison> comparisons);
  // In the report alone: a case that was not compared, its reason set; a report must not pass for a whole one.
  void keep(model::Comparison comparison);

  const model::AbReport& report() const { return report_; }
  model::AbReport take_report() { return std::move(report_); }

  struct Ending {
    bool with_summary = true;      // false: the run ended at what its last line says
    bool problem_at_fault = false; // a generator, checker or reference failed
    bool machine_at_fault = false; // a process could not be had
  };
  // Writes what is left to write. When several codes hold: 130, 2, 1, 3, 4.
  Exit finish(const std::vector<report::CrossoverLine>& crossovers, const Ending& ending);

 private:
  bool to_console() const { return flags_.format == "console"; }
  report::ConsoleOptions options() const;

  const bench::Flags& flags_;
  const Terminal& terminal_;
  report::Progress progress_;
  std::size_t name_width_ = 0;
  model::AbReport report_;
};

}  // namespace harness::experiment
