// What a gate compares beside the duet: figures that are exact, limits that are declared, growth, p95; and what makes a case red.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <harness/experiment/row.hpp>
#include <harness/model/gate.hpp>

namespace harness::experiment {

// Of a case whose rows were prepared: memory, instructions and p95 that differ, limits that the candidate breaks. More than the candidate's
// tolerance (exact: 0; p95: 10 %) is worse; a limit that the reference breaks, too, is told and not worse.
std::vector<model::GateFigure> figures_of(const Row& reference, const Row& candidate, const model::Comparison& comparison);

// Of one solver's cases in one dataset: the class by which time grows, where both sides have one and the candidate's grows faster.
struct GrowthSide {
  const Row* row = nullptr;
  double seconds = 0;      // median over the duet's processes
};
std::optional<model::GateFigure> growth_figure(const std::vector<GrowthSide>& reference, const std::vector<GrowthSide>& candidate);

// Fills `failed` and `because`. `doubt`: differences below it, relative, are not to be believed on this machine now (a control that
// did not hold); 0 = none.
void conclude(model::GateCase& one, const std::vector<model::Cause>& fail_on, double doubt);

}  // namespace harness::experiment
