// Two Google Benchmark reports, entry by entry. Pure; reports are handed in row by row, so that neither stands in
// memory.
//
// A document is "name -> entry". The repetitions of one benchmark are one entry under its run name: times and counters
// are their medians. Where a report has aggregates only, `median` is that entry, else `mean`; `stddev` beside it is
// what the verdict takes for noise. BigO and RMS rows are entries under their own names. Compared are real_time,
// cpu_time, counters, label, time_unit, error_message, skip_message, big_o; not what merely says how it was measured
// (iterations, indices, repetitions). Times stand in the unit of the old report; where the new one has another,
// time_unit is a difference too.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <harness/model/benchmark_report.hpp>
#include <harness/model/comparison.hpp>
#include <harness/model/error.hpp>

namespace harness::compare {

// A member of an entry: a number as written (in the entry's own unit) or a text.
using Member = std::variant<double, std::string>;

struct EntrySummary {
  std::vector<std::pair<std::string, Member>> members;  // sorted by name
  std::string time_unit;                                // "" = none
  std::size_t repetitions = 0;                          // behind the medians
  std::optional<double> real_sd, cpu_sd;                // robust, same unit as the times; nothing for one repetition
  bool percentage = false;                              // an aggregate whose times are shares: no unit applies
};

// Collects the rows of one report.
class Document {
 public:
  // `by_case`: `<problem>/<solver>/<dataset>/<case>` becomes `<problem>/<dataset>/<case>`; other names stay.
  explicit Document(bool by_case);
  ~Document();
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  // Error, exit 2: by_case, and a second solver of the same case.
  Result<void> add(const model::BenchmarkEntry& entry, const std::string& file);
  // Sorted by name. The document is used up.
  std::map<std::string, EntrySummary> take();

 private:
  struct Rows;
  std::unique_ptr<Rows> rows_;
};

struct Difference {
  enum class Op { kAdd, kRemove, kModify } op = Op::kModify;
  std::string name;                         // of the entry
  std::string member;                       // "" = the whole entry (add, remove)
  const EntrySummary* old_entry = nullptr;  // both, but of an entry that only one report has
  const EntrySummary* new_entry = nullptr;
  std::optional<Member> old_value, new_value;
  std::optional<double> percent;  // (new / old - 1) x 100, to nine decimals; numbers with old > 0
  // Of times: suspect (beyond 2 sigma of the old repetitions and by 5 % or more, which two stored reports alone cannot
  // confirm), same, cannot-tell (too few repetitions to know the noise). Of a whole entry: new, missing. Otherwise
  // nothing.
  std::optional<model::Verdict> verdict;
};
// Sorted by name, then member; calls `on_difference` for each, never for equal ones.
void diff(const std::map<std::string, EntrySummary>& before, const std::map<std::string, EntrySummary>& after,
          const std::function<void(const Difference&)>& on_difference);

}  // namespace harness::compare
