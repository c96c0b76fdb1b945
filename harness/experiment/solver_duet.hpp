// Two rows of one case, compared: how their duet is played, who is to blame when a process fails, and the second look
// at the heap. What an A/B, a baseline and a gate measure with.
#pragma once

#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <harness/experiment/duet.hpp>
#include <harness/experiment/row.hpp>
#include <harness/experiment/terminal.hpp>
#include <harness/model/comparison.hpp>
#include <harness/trial/duet.hpp>
#include <harness/trial/input.hpp>
#include <harness/worker/worker.hpp>

namespace harness::experiment {

struct DuetRow {
  const Row& row;           // prepared, kMeasured, its memory pass made where it can be
  const std::string& name;  // how the side is called
};

class SolverDuets {
 public:
  struct Options {
    double min_effect = 0.02;
    std::optional<double> budget_seconds;  // of each of the two duets; else 5, for calls above 50 ms 10
    bool untrusted = false;                // sides never share a process
  };
  // `progress` is told after each process; `say` takes a line that is worth telling once a run.
  SolverDuets(const Options& options, const Terminal& terminal, const worker::Settings& settings, trial::Inputs& inputs,
              std::function<void(const model::Duet&)> progress, std::function<void(const std::string&)> say);

  // From now on, instead of what the options say.
  void set_budget(std::optional<double> seconds) { options_.budget_seconds = seconds; }

  // Two duets of the least number of processes.
  double predict_seconds(const Row& reference, const Row& candidate) const;
  // Fills everything that comes of measuring; names, case and figures are the caller's. `expected_log_ratio`: what no
  // difference is, where that is not 0: it is taken off every process.
  void measure(const DuetRow& reference, const DuetRow& candidate, model::Comparison& comparison,
               double expected_log_ratio = 0);

  // How long the candidate takes over the reference, without a rule: what a history stores. Five processes; where they
  // differ much of each other, as heaps' and tables' physical pages make them, more until the ratio's standard error is
  // at most 0.5 %, forty, or a second is used up.
  struct Ratio {
    double log_ratio = 0, standard_error = 0;                    // pseudomedian over the processes; of it
    double real_seconds_per_call = 0, cpu_seconds_per_call = 0;  // of the candidate, medians
    double reference_seconds_per_call = 0;                       // deciding clock, median
    std::size_t processes = 0;
  };
  static constexpr std::size_t kRatioProcesses = 5;
  tl::expected<Ratio, NoProcess> ratio(const DuetRow& reference, const DuetRow& candidate);
  double predict_ratio_seconds(const Row& reference, const Row& candidate) const;
  // A process could not be started: nobody's fault but this machine's.
  bool machine_at_fault() const { return machine_at_fault_; }

 private:
  using Played = tl::expected<model::DuetProcess, trial::DuetFailure>;
  trial::DuetMode mode_for(const Row& reference, const Row& candidate) const;
  Played play(const DuetRow& reference, const DuetRow& candidate, const trial::DuetMode& mode, double min_effect);
  // Without a heap for each side where that cannot be had.
  Played play_with_heaps(const DuetRow& reference, const DuetRow& candidate, trial::DuetMode& mode, double min_effect);
  NoProcess no_process(const trial::DuetFailure& failure, const DuetRow& reference, const DuetRow& candidate);
  std::string blame(const std::string& words, const DuetRow& reference, const DuetRow& candidate);
  bool has_no_own_heaps(const trial::DuetFailure& failure);
  void look_again(const DuetRow& reference, const DuetRow& candidate, trial::DuetMode mode,
                  model::Comparison& comparison);

  Options options_;
  const Terminal& terminal_;
  const worker::Settings& settings_;
  trial::Inputs& inputs_;
  std::function<void(const model::Duet&)> progress_;
  std::function<void(const std::string&)> say_;
  std::vector<int> cores_;
  std::mt19937_64 random_{std::random_device{}()};
  bool reference_first_ = random_() % 2 == 0;  // by turns
  bool own_heaps_unavailable_ = false;
  bool machine_at_fault_ = false;
};

}  // namespace harness::experiment
