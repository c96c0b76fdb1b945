// Ratios, times and verdicts of a comparison as phrases: what its lines, its summary and its explanation share.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <harness/model/comparison.hpp>

namespace harness::report {

// `+2.13 %` of a log ratio.
std::string percent_text(double log_ratio, int decimals);
// `2 %`, `0.5 %`: of a relative effect that somebody chose.
std::string effect_text(double relative);
// `0.3 %`, `7.3 %`, `0.02 %`, `12 %`: rounded up, since it stands behind `>=`. Precondition: finite.
std::string at_least_text(double relative);
// `-28.2 % [-28.4, -28.0]`; without the brackets where the interval is unbounded.
std::string interval_text(const model::Comparison& comparison);
// Without a blank before the unit, so that they can be compared at a glance: in one unit and to the same decimals where
// one is at most ten times the other (`124μs`, `89μs`; `1.02μs`, `0.94μs`), else each to three digits.
std::pair<std::string, std::string> pair_of_times(double reference_seconds, double candidate_seconds, bool utf8);
// `410K`, `1.2M`, `80B`
std::string short_bytes_text(double bytes);

// `1 case`, `3 cases`
std::string counted(std::size_t count, const std::string& one);

// Of the processes of all duets; 0 where there are none. NaN of what is no number.
double median_over(const model::Comparison& comparison, const std::function<double(const model::DuetProcess&)>& of);
std::size_t processes_of(const model::Comparison& comparison);
// Same without a process: the code is equal.
bool is_same_code(const model::Comparison& comparison);
// `two-sum v2.0.0`, `new_bench`
std::string side_with_problem(const std::string& problem, const std::string& side);

// Parts with commas between them, in lines of at most `columns` characters (0 = one line) that all begin with `indent`
// blanks; only a part that is longer than a line is folded at its words.
std::vector<std::string> at_commas(const std::vector<std::string>& parts, std::size_t columns, std::size_t indent);

// Cells below each other, flush right but for the first column. Where the table is wider than `columns` its last columns
// follow below in a table of their own that repeats the first column.
std::vector<std::string> table_lines(const std::vector<std::vector<std::string>>& rows, std::size_t columns,
                                     std::size_t indent);

}  // namespace harness::report
