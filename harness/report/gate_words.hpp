// What a gate's report says, sorted and in words: shared by all its forms. A form gives the function that writes text
// of others in its own way (names, subjects, reasons: never raw); everything else is ASCII but for the μ of a time.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <harness/model/gate.hpp>

namespace harness::report {

using Quote = std::function<std::string(std::string_view)>;

struct Voice {
  Quote quote;
  bool utf8 = true;
};

// The cases by what they mean to a reader, each exactly once; pointers into the report.
struct GateNews {
  explicit GateNews(const model::GateReport& report);

  std::vector<const model::GateCase*> failed;  // crash, wrong answer, time-out
  std::vector<const model::GateCase*> red;     // worst first: slower by ratio, then exact figures by change
  std::vector<const model::GateCase*> doubt;   // could not be told, bluntest first
  std::vector<const model::GateCase*> incomparable;
  std::vector<const model::GateCase*> added, missing;  // of programs: benchmarks that one side alone has
  std::vector<const model::GateCase*> fine;            // in the order they were measured

  std::size_t changed = 0, added_solvers = 0, removed_solvers = 0, equal = 0;  // of report.changes
  std::size_t faster = 0, slower = 0;                                          // of `fine`
  std::vector<const model::GateCase*> spared;  // of `fine`: worse in something that --fail-on leaves out
  double would_notice = 0;                     // largest of `fine`; 0 = nothing was measured
  std::string noun;                            // `solver` or `program`
  bool is_green = false;                       // nothing to say but one line

  // Failed and red ones, worst first.
  std::vector<const model::GateCase*> worst() const;
};

// `SLOWER`, `FAILED`, `MORE MEMORY`, `cannot tell`, `faster`, `no difference of 3 % or more`: never colour alone.
std::string verdict_words(const model::GateCase& one);
// Of one in doubt: `cannot tell`, or `slower, not believed` where the control of the run speaks against it.
std::string doubt_words(const model::GateCase& one);
std::string case_name(const model::GateCase& one, const Voice& voice);
// `89ns -> 124ns`; "" where nothing was measured
std::string times_words(const model::GateCase& one, const Voice& voice);
// `+39% [+38, +40]`; ""
std::string delta_words(const model::GateCase& one);
// `6 + 6`: processes of the duet and of the one that confirmed it; ""
std::string processes_words(const model::GateCase& one);
// `0.9%`, rounded up; ""
std::string notice_words(const model::GateCase& one);
// `89ns -> 124ns (+39% [+38, +40], 6 + 6 processes, would notice >= 0.9%)`; ""
std::string measured_words(const model::GateCase& one, const Voice& voice);
// `allocations 2 -> 10010 (x5005)`, `p95_latency_ms at most 0.5 ms, measured 0.7 ms`
std::string figure_words(const model::GateFigure& figure, const Voice& voice);
// Why, beside the time: the reason of what failed or was not told, worse figures, the cause where one is known. Each
// once, a few of them.
std::vector<std::string> cause_words(const model::GateCase& one, const Voice& voice);

// `since abc1234..def5678 (3 commits)`, `since abc1234 (local changes)`;
// without revisions `against build/old`; "" = unknown
std::string since_words(const model::GateReport& report, const Voice& voice);
// `against abc1234 (origin/main)`
std::string against_words(const model::GateReport& report, const Voice& voice);
// `2 failed, 1 red`, `incomplete`, `not everything could be told`; of what is not green
std::string status_words(const model::GateReport& report, const GateNews& news);
// One line without an end: `3 changed solvers, 24 cases, nothing slower by 3 % or more...`, `1 red of 20 cases of...`
std::string headline(const model::GateReport& report, const GateNews& news, const Voice& voice);
// `this machine cannot tell today: the control, two-sum/v2.0.0/uniform/64 at the base against itself, differs by
// +2.3%`; "" = it holds
std::string control_words(const model::GateReport& report, const Voice& voice);
// `exit 1: ...`; "" = fine
std::string exit_words(const model::GateReport& report, const Voice& voice);

}  // namespace harness::report
