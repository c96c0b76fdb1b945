// `harness gate`: has anything become slower since a revision? The old code is built beside the new one and run against
// it, here, now; no stored number, no server, no token.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <harness/experiment/run.hpp>
#include <harness/experiment/terminal.hpp>
#include <harness/model/error.hpp>
#include <harness/model/gate.hpp>

namespace harness::experiment {

struct GateRequest {
  RunRequest run;              // places, filter, --case, --timeout, --metric, --benchmark_out (the report as JSON)
  bool plugins_given = false;  // --plugin-dir: the candidates are built already; else the working tree is built
  std::string base;            // --base: a revision; "" = to be found
  std::filesystem::path base_directory;  // --base-dir: built libraries in its place
  std::vector<std::string> programs;     // --ab: two Google Benchmark programs, old and new
  std::optional<double> min_effect;      // --min-effect; else 3 %, of programs 5 %
  double budget_seconds = 60;            // --budget: of all measuring
  std::vector<model::Cause> fail_on = {model::Cause::kTime, model::Cause::kMemory, model::Cause::kGrowth,
                                       model::Cause::kLimits};
  bool strict = false;                      // --strict: what is in doubt or was not measured is no success
  std::string junit, summary, comment;      // files that get the report in these forms; "" = none
  std::string evidence;                     // --evidence: a zip of everything that the decision rests on
  std::filesystem::path history_directory;  // --baseline-dir: whose suspects are looked at first
  std::function<const char*(const char*)> environment;
};

inline constexpr double kGateEffect = 0.03;
inline constexpr double kGateBudgetSeconds = 60;

// Says everything on the terminal. $GITHUB_ACTIONS: annotations on stdout, and the summary goes to
// $GITHUB_STEP_SUMMARY, too.
Exit gate(const GateRequest& request, const Terminal& terminal);

// The part for programs (gate_programs.cpp).
Exit gate_programs(const GateRequest& request, const Terminal& terminal);

}  // namespace harness::experiment
