#include <harness/experiment/doctor.hpp>

#include <map>
#include <ostream>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <harness/compare/statistics.hpp>
#include <harness/machine/spoilers.hpp>
#include <harness/report/doctor.hpp>
#include <harness/trial/pilot.hpp>

namespace harness::experiment {
namespace {

constexpr int kProcesses = 9;
constexpr double kSecondsEach = 20e-3;
constexpr double kShortCallSeconds = 100e-6;

// How far processes that run the same code on the same input are apart, in words.
std::string measure_noise(const RunRequest& request, const Terminal& terminal) {
  const auto everything = bench::Filter::parse("");
  const auto selection = select(request.places, *everything, request.case_glob);
  if (!selection) return "noise was not measured: " + selection.error().text();
  worker::Settings settings;
  settings.executable = request.worker_executable;
  settings.stop = &terminal.stop;
  settings.core = machine::quiet_core(machine::this_machine());
  std::string reason = "no trial here has a short call and a right answer";
  const worker::Limits limits;
  for (const auto& trial : selection->trials) {
    if (!trial.input->generator.empty()) continue;  // written-out cases need no problem library
    auto library = trial::load(trial.solver->file);
    if (!library) continue;
    std::map<std::string, trial::Loaded> problems;
    for (const auto& problem : selection->catalog.problems) {
      if (problem.problem != trial.problem->name) continue;
      if (auto loaded = trial::load(problem.file)) problems.emplace(problem.problem, std::move(*loaded));
    }
    trial::Inputs inputs(std::move(problems), store::InputCache(store::InputCache::default_directory()), settings, limits,
                         [](const std::string&) {});
    const auto input = inputs.make(*trial.problem, *trial.input);
    if (!input) continue;
    const auto found = trial::examine(trial, *library, **input, inputs, limits, settings);
    if (found.verdict != trial::Examination::Verdict::kReady) reason = trial.name() + ": " + found.reason;
    if (found.verdict != trial::Examination::Verdict::kReady || found.seconds_per_call > kShortCallSeconds) continue;
    const auto calls = static_cast<std::uint64_t>(kSecondsEach / found.seconds_per_call) + 1;
    std::vector<double> seconds;
    for (int process = 0; process < kProcesses; ++process) {
      const auto timed = trial::time_calls(trial, *library, **input, found, calls,
                                           trial::warm_up_seconds(found.seconds_per_call, 0), inputs, limits, settings);
      if (!timed) return "noise was not measured: " + timed.error();
      seconds.push_back(timed->real_seconds / static_cast<double>(calls));
    }
    return fmt::format("identical code differs by up to {:.1f} % between processes ({}, {} processes of {:g} ms)",
                       200 * compare::relative_half_range(seconds), trial.name(), kProcesses, kSecondsEach * 1e3);
  }
  return "noise was not measured: " + reason;
}

}  // namespace

Exit doctor(const RunRequest& request, const Terminal& terminal) {
  std::vector<report::DoctorFinding> findings;
  for (auto& spoiler : machine::spoilers(machine::this_machine())) {
    findings.push_back({std::move(spoiler.what), machine::word_of(spoiler.state), std::move(spoiler.found), std::move(spoiler.mend)});
  }
  terminal.out << report::doctor_page(findings, measure_noise(request, terminal), terminal.utf8,
                                      terminal.out_is_terminal ? terminal.columns : 0, terminal.colour);
  terminal.out.flush();
  return terminal.stop ? Exit::kInterrupted : Exit::kFine;
}

}  // namespace harness::experiment
