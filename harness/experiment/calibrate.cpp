#include <harness/experiment/calibrate.hpp>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <utility>

#include <fmt/format.h>

#include <harness/compare/statistics.hpp>
#include <harness/experiment/gate.hpp>
#include <harness/experiment/loading.hpp>
#include <harness/experiment/noise.hpp>
#include <harness/experiment/preparation.hpp>
#include <harness/experiment/selection.hpp>
#include <harness/experiment/solver_duet.hpp>
#include <harness/machine/identity.hpp>
#include <harness/report/comparison.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/progress.hpp>
#include <harness/store/atomic_file.hpp>

namespace harness::experiment {

using model::Verdict;
using State = Row::State;

Exit calibrate(const CalibrateRequest& request, const Terminal& terminal) {
  report::Progress progress(terminal.err, terminal.err_is_terminal, terminal.utf8, terminal.columns, terminal.clock);
  const auto say = [&](const std::string& line) {
    progress.clear();
    terminal.err << report::printable(line) << std::endl;
  };
  const auto refuse = [&](const Error& error) {
    say("harness: " + error.text());
    return error.exit;
  };
  const auto filter = bench::Filter::parse(request.run.flags.filter);
  if (!filter) return refuse(filter.error());
  const auto selection = select(request.run.places, *filter, request.run.case_glob);
  if (!selection) return refuse(selection.error());
  const auto machine = machine::identify().key();
  auto noise = read_noise(request.directory, machine);
  if (!noise) return refuse(noise.error());
  const auto settings = worker_settings(request.run, terminal);
  auto loaded = load_rows(*selection, request.run.timeout_seconds, settings,
                          [&](const std::string& line) { say("warning: " + line); });
  if (!loaded) return refuse(loaded.error());
  auto run = request.run;
  run.memory_pass = true;
  run.latency_pass = false;
  Preparation preparation(run, terminal, settings, *loaded->inputs, progress);
  progress.plan(static_cast<double>(loaded->rows.size()) * (seconds_to_prepare(run) + 0.2));
  preparation.prepare(loaded->rows);
  for (const auto& reason : preparation.unavailable()) say("note: " + reason);

  const double effect = request.min_effect.value_or(kGateEffect);
  std::string name;
  SolverDuets duets(
      {effect, request.budget_seconds, false}, terminal, settings, *loaded->inputs,
      [&](const model::Duet& duet) {
        progress.restate(fmt::format("{} ({})", name, report::closing_in(duet, terminal.utf8)));
      },
      say);
  Noise found;
  std::size_t name_width = 0, different = 0, failed = 0, blind = 0;
  for (const auto& row : loaded->rows) name_width = std::max(name_width, row.trial->name().size());
  for (const auto& row : loaded->rows) {
    if (terminal.stop) break;
    if (row.measurement.state != State::kMeasured) {
      failed += row.measurement.state == State::kFailed;
      continue;
    }
    name = row.trial->name();
    progress.step(name, duets.predict_seconds(row, row));
    model::Comparison comparison;
    comparison.reference = row.measurement.solver;
    comparison.candidate = row.measurement.solver + " again";
    duets.measure({row, comparison.reference}, {row, comparison.candidate}, comparison);
    progress.done_step();
    std::vector<double> log_ratios;
    double seconds = 0;
    for (const auto& duet : comparison.duets) {
      for (const auto& process : duet.processes) log_ratios.push_back(process.log_ratio);
      seconds += duet.seconds;
    }
    if (log_ratios.size() < 2) continue;
    CaseNoise of_case{compare::sd_of_few(log_ratios), comparison.would_notice, log_ratios.size(), seconds};
    const bool is_different = comparison.verdict == Verdict::kSlower || comparison.verdict == Verdict::kFaster;
    different += is_different;
    blind += !(of_case.would_notice <= effect);
    progress.clear();
    terminal.out << fmt::format("{}  processes differ by {:.2f} %, would notice >= {:.1f} %, {} in {:.2f} s{}\n",
                                report::padded_right(name, name_width), 100 * of_case.spread,
                                100 * of_case.would_notice, log_ratios.size(), seconds,
                                is_different ? "  DIFFERS FROM ITSELF" : "")
                 << std::flush;
    if (!std::isfinite(of_case.would_notice)) of_case.would_notice = 1e9;
    auto& worst = found[row.trial->problem->name + "/" + row.trial->input->dataset_and_name()];
    if (worst.processes == 0 || of_case.would_notice > worst.would_notice) worst = of_case;
  }
  progress.clear();
  for (auto& [key, value] : found) (*noise)[key] = value;
  terminal.out << fmt::format("{} case{}: {} differ from themselves, {} would not show {:g} %\n", found.size(),
                              found.size() == 1 ? "" : "s", different, blind, 100 * effect);
  if (auto written = write_noise(request.directory, machine, *noise); !written) return refuse(written.error());
  if (terminal.stop) return Exit::kInterrupted;
  if (preparation.problem_at_fault()) return Exit::kUsage;
  if (failed > 0) return Exit::kSolverFailed;
  return preparation.machine_at_fault() || duets.machine_at_fault() ? Exit::kIncomplete : Exit::kFine;
}

}  // namespace harness::experiment
