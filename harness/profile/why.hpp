// Which functions and allocation sites account for the difference between two profiles.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <harness/model/profile.hpp>

namespace harness::profile {

// Text of a line of a side's source, "" = unknown. With it a line is followed from the old side to the new one although
// it moved.
using SourceLine = std::function<std::string(const std::string& file, std::uint32_t line)>;

struct WhyOptions {
  double ratio = 1;                   // time of a call of the new side over the old one's, from a duet
  SourceLine old_source, new_source;  // may be empty
};

// A function's time is its share of samples x the time of a call. It is named when the times of the two sides differ by
// a two-proportion test (|z| > kLeastZ, shares weighted by `ratio`) and it accounts for at least kLeastPart of the
// whole difference; the most specific one that does: callers are left for a callee that holds most of their difference.
// Its `place` is the line of the solver's own source at which most of the difference happens. Silent when either side
// has fewer than kLeastSamples, when `ratio` is within 1 % of 1 and no share moved by kLeastMove, or when nothing
// passes the test. Sites are exact: any difference in allocations or bytes of a site counts, matched by function and
// the text or offset of its line.
inline constexpr double kLeastZ = 3.5, kLeastZAtSameTime = 4.2, kLeastPart = 0.2, kLeastMove = 0.08;
model::ProfileChange why(const model::CaseProfile& before, const model::CaseProfile& after, const WhyOptions& options);

// Samples that each side should have so that a difference of this ratio can be shown: 5 / (ratio - 1)^2, from 800 to
// 4,000.
std::uint64_t samples_for(double ratio);

}  // namespace harness::profile
