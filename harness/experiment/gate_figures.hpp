// What a gate compares beside the duet: figures that are exact, limits that are declared, growth, p95; and what makes a
// case red.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <harness/experiment/row.hpp>
#include <harness/model/gate.hpp>
#include <harness/worker/worker.hpp>

namespace harness::experiment {

// Of a case whose rows were prepared: memory, instructions and p95 that differ, limits that the candidate breaks. More
// than the candidate's tolerance (exact: 0; p95: 10 %) is worse; a limit that the reference breaks, too, is told and
// not worse, nor is a `qps_target` that is missed by less than the duet would have noticed.
std::vector<model::GateFigure> figures_of(const Row& reference, const Row& candidate,
                                          const model::Comparison& comparison);

// Measures the memory of the row once more, as Preparation does: the same figures again?
bool agrees_with_itself(const Row& row, const worker::Settings& settings);

// Measures once more, in fresh processes, what would make the case red without a duet: a side that does not agree with
// itself is no regression. Memory: figures of a side that differ from its own first ones are worse no more. p95, and a
// limit on it: only what the candidate's best of three passes is, too, against the reference's worst. What changed its
// mind says so in its text.
void measure_again(std::vector<model::GateFigure>& figures, const Row& reference, const Row& candidate,
                   const worker::Settings& settings);

// Of one solver's cases in one dataset: the class by which time grows, where both sides have one and the candidate's
// grows faster.
struct GrowthSide {
  const Row* row = nullptr;
  double seconds = 0;  // median over the duet's processes
};
std::optional<model::GateFigure> growth_figure(const std::vector<GrowthSide>& reference,
                                               const std::vector<GrowthSide>& candidate);

// A control that does not hold makes doubtful what is smaller than this many times its own difference.
inline constexpr double kTimesControl = 3;

// Fills `failed` and `because`. `doubt`: differences below it, relative, are not to be believed on this machine now (a
// control that did not hold); 0 = none.
void conclude(model::GateCase& one, const std::vector<model::Cause>& fail_on, double doubt);

}  // namespace harness::experiment
