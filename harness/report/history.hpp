// A run against its history, and a history itself, as text for a person and as a picture. Scaling happens here; names,
// notes and commit subjects are printed through `printable`.
#pragma once

#include <string>
#include <vector>

#include <harness/model/history.hpp>
#include <harness/report/console.hpp>

namespace harness::report {

// A case of `harness --baseline`: its name, the verdict in words (`same`, `SLOWER +5.2 % (+9.8σ)`, `faster but +40 %
// memory`, `suspect ...`, `new: history begins`, `not comparable: ...`), and the deltas in the asked-for form, of what
// was measured:
//   mem_delta: +1.2MB, gc_delta: +0, alloc_delta: +0, p95_delta: -3%
// mem is the peak of live bytes of a call, gc the heap growths of the first call, alloc the allocations of a call, all
// against the history's mean; without a history their present values stand there instead (`mem: 1.2MB, gc: 1, ...`).
// Under it what the verdict rests on where it is not `same`. Ends with a line end.
std::string judgement_text(const model::CaseJudgement& judgement, const ConsoleOptions& options);

// The alert as a table, the three z values, commits and files:
//   dimension    current  historical mean  Δσ
//   p95 latency  142ms    89ms             +2.3σ
struct AlertContext {
  struct Commit {
    std::string sha, subject;
  };
  std::vector<Commit> commits;  // after last good, up to first bad; empty = unknown
  bool more_commits = false;
  std::vector<std::string> files;
};
// `run`: whose raw figures stand in the table beside ratios (time is shown in seconds: the run's, and the mean ratio
// times what the pin took now). Empty without an alert.
std::string alert_text(const model::CaseJudgement& judgement, const model::RecordedRun& run,
                       const AlertContext& context, const ConsoleOptions& options);

// What is to be drawn of a history: points in the present segment's unit. Made by the experiment with
// compare::level_of.
struct HistoryPoint {
  const model::RecordedRun* run = nullptr;
  double ratio = 1;  // chained to the present pin
  bool counts = true;
  bool begins_segment = false, begins_version = false;
};
struct HistoryView {
  std::string problem, solver, case_name, machine;
  std::vector<HistoryPoint> points;         // oldest first
  std::optional<double> mean, sigma;        // of time, now
  const model::Segment* segment = nullptr;  // the present one
};
// A block a case, at most 24 lines, as wide as the terminal: a chart of the ratio with its 2-sigma band, a column or
// more a run (● counts, ○ does not any more, × beyond, ▲ and ▼ more than 12 sigma away; without UTF-8 o, c, x, A and
// V), marks below it for segments (|), versions (v), alerts (!), runs beyond in any metric (x) and levels (^), then a
// line for the last, the mean, the band and the pin, and each mark's meaning with its date.
std::string history_text(const HistoryView& view, const ConsoleOptions& options);
// One line for `harness baseline list`: case, runs, state, last ratio, mean and sigma, pin; in a narrow terminal those
// that fit.
std::string history_line(const HistoryView& view, const ConsoleOptions& options);
// Self-contained SVG (no script, no outside reference, all text escaped) of one or more histories below each other,
// light and dark by prefers-color-scheme: points, mean, band, marks with titles that name run, version, commit, date
// and z.
std::string history_svg(const std::vector<HistoryView>& views);

}  // namespace harness::report
