#include <harness/trial/duet.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <harness/compare/slices.hpp>

namespace harness::trial {
namespace {

constexpr double kShort = 50e-6, kMiddle = 2e-3, kLong = 10e-3, kVeryLong = 50e-3;  // seconds of a call
constexpr double kSliceSeconds = 100e-6;
constexpr double kSliceWithPhasesSeconds = 500e-6;
constexpr double kManyAllocations = 8;
constexpr double kSliceApartSeconds = 2e-3;     // long enough that a switch of processes is small in it
constexpr double kStartUps = 4;                 // a process may measure so many times as long as its start took
constexpr double kWarmUpSeconds = 1e-3;
constexpr double kStartSeconds = 4e-3;          // of a process with two libraries, its end included
constexpr std::uint64_t kMostPadding = 256 << 10;
constexpr std::uint64_t kMostSlicesOfRequest = 1000;

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class T>
using Played = tl::expected<T, DuetFailure>;

tl::unexpected<DuetFailure> failed(std::optional<int> side, const worker::Failure& failure) {
  return tl::unexpected<DuetFailure>(DuetFailure{side, failure, false, false});
}

tl::unexpected<DuetFailure> unusable(const std::string& why) {
  return tl::unexpected<DuetFailure>(
      DuetFailure{std::nullopt, worker::Failure{worker::FailureKind::kBadState, why, ""}, false, true});
}

class Process {
 public:
  Process(const DuetMode& mode, const DuetSide& reference, const DuetSide& candidate, const Input& input, double min_effect,
          bool reference_first, Inputs& judge, worker::Settings settings, std::mt19937_64& random)
      : mode_(mode), sides_{&reference, &candidate}, input_(input), effect_(std::log1p(min_effect)), judge_(judge),
        settings_(std::move(settings)), random_(random), reference_first_(reference_first) {}

  Played<model::DuetProcess> play(const std::vector<int>& cores) {
    begin_ = now_seconds();
    if (!cores.empty()) settings_.core = cores[draw(cores.size())];
    settings_.heap_padding_bytes = draw(kMostPadding);
    settings_.own_heaps = mode_.own_heaps;
    auto played = mode_.one_process() ? together() : apart();
    if (played) {
      played->core = settings_.core;
      played->seconds = now_seconds() - begin_;
    }
    return played;
  }

 private:
  std::uint64_t draw(std::uint64_t below) { return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(random_); }

  double seconds_of(int side) const { return sides_[side]->verified->seconds_per_call; }
  double slice_seconds(int side) const { return static_cast<double>(mode_.calls[side]) * seconds_of(side); }
  double warm_up_of(int side) const { return warm_up_seconds(seconds_of(side), 0); }

  Played<worker::MemoryFile> fresh(int side) const {
    auto copy = sides_[side]->library->bytes.fresh_copy();
    if (!copy) return failed(side, copy.error());
    return std::move(*copy);
  }

  // The larger of what the sides' processes may take: in a shared one neither may starve the other.
  worker::Limits shared_limits() const {
    auto limits = sides_[0]->limits;
    limits.seconds_per_call = std::max(limits.seconds_per_call, sides_[1]->limits.seconds_per_call);
    limits.address_space_bytes = 0;
    return limits;
  }

  // Slices are asked for in portions, so that a quiet process stops early.
  std::uint64_t next_portion(std::uint64_t done, double measured_seconds, double start_seconds) const {
    const auto least = mode_.least_pairs + mode_.ignored_pairs;
    if (done < least) return least - done;
    const double pair_seconds = measured_seconds / static_cast<double>(done);
    const double left = kStartUps * start_seconds - measured_seconds;
    if (done >= mode_.most_pairs || left < pair_seconds) return 0;
    const auto fitting = static_cast<std::uint64_t>(left / pair_seconds);
    return std::min({fitting, std::max<std::uint64_t>(4, done / 2), mode_.most_pairs - done, kMostSlicesOfRequest});
  }

  tl::expected<model::DuetProcess, std::string> estimate() const {
    compare::SlicesOfProcess slices;
    slices.reference = slices_[0];
    slices.candidate = slices_[1];
    slices.reference_first = reference_first_;
    slices.cpu_clock = mode_.cpu_clock;
    slices.ignored = mode_.ignored_pairs;
    const bool sandwich = mode_.kind == DuetMode::Kind::kSandwich;
    return compare::estimate(slices, sandwich ? compare::PairEstimate::kSandwich : compare::PairEstimate::kNeighbours);
  }

  bool precise_enough(const tl::expected<model::DuetProcess, std::string>& estimated) const {
    return estimated && slices_[0].size() >= mode_.least_pairs + mode_.ignored_pairs && estimated->standard_error <= effect_ / 4;
  }

  void keep(int side, const std::vector<model::Sample>& slices) {
    slices_[side].insert(slices_[side].end(), slices.begin(), slices.end());
  }

  Played<void> verify(worker::Worker& worker, int side) {
    const auto answer = worker.answer();
    if (!answer) return failed(side, answer.error());
    if (*answer == *sides_[side]->verified->answer) return {};
    const auto reason = judge_.judge(*sides_[side]->trial->problem, input_, *answer);
    if (!reason) return failed(std::nullopt, reason.error());
    if (reason->empty()) return {};
    worker::Failure failure{worker::FailureKind::kProtocol, "wrong answer on a later call: " + *reason, ""};
    return tl::unexpected<DuetFailure>(DuetFailure{side, std::move(failure), true, false});
  }

  Played<model::DuetProcess> together() {
    const int loaded_first = draw(2) == 0 ? 0 : 1;
    const int loaded_second = 1 - loaded_first;
    const auto place_of = [&](int side) { return side == loaded_first ? 0 : 1; };
    const auto first_copy = fresh(loaded_first);
    if (!first_copy) return tl::unexpected(first_copy.error());
    const auto second_copy = fresh(loaded_second);
    if (!second_copy) return tl::unexpected(second_copy.error());
    auto worker = worker::Worker::start(*first_copy, sides_[loaded_first]->library->file_name, shared_limits(), settings_);
    if (!worker) return failed(loaded_first, worker.error());
    if (auto added = worker->add(*second_copy, sides_[loaded_second]->library->file_name); !added) {
      return failed(loaded_second, added.error());
    }
    for (const int side : {loaded_first, loaded_second}) {
      if (auto turned = worker->turn_to(place_of(side)); !turned) return failed(std::nullopt, turned.error());
      if (auto opened = worker->open(input_.args); !opened) return failed(side, opened.error());
    }
    const double start_seconds = now_seconds() - begin_ + warm_up_of(0) + warm_up_of(1);

    bool warm = false;
    double measured_seconds = 0;
    tl::expected<model::DuetProcess, std::string> estimated = tl::unexpected<std::string>("");
    while (const auto portion = next_portion(slices_[0].size(), measured_seconds, start_seconds)) {
      worker::Slicing slicing[2];
      for (const int side : {0, 1}) {
        auto& one = slicing[place_of(side)];
        one.calls = mode_.calls[side];
        one.count = portion;
        one.warmup_seconds = warm ? 0 : warm_up_of(side);
        one.predicted_seconds = one.warmup_seconds + static_cast<double>(portion) * slice_seconds(side);
      }
      warm = true;
      const double before = now_seconds();
      auto alternated = worker->alternate(slicing[0], slicing[1], place_of(reference_first_ ? 0 : 1));
      if (!alternated) return failed(std::nullopt, alternated.error());
      measured_seconds += now_seconds() - before;
      for (const int side : {0, 1}) keep(side, alternated->sides[place_of(side)]);
      estimated = estimate();
      if (precise_enough(estimated)) break;
    }
    for (const int side : {0, 1}) {
      if (auto turned = worker->turn_to(place_of(side)); !turned) return failed(std::nullopt, turned.error());
      if (auto right = verify(*worker, side); !right) return tl::unexpected(right.error());
    }
    if (auto ended = worker->finish(); !ended) return failed(std::nullopt, ended.error());
    if (!estimated) return unusable(estimated.error());
    return std::move(*estimated);
  }

  // Both run at once on one core, and the kernel gives each its turn: slice i of one stands beside slice i of the other.
  Played<model::DuetProcess> apart() {
    std::vector<worker::Worker> workers;
    const int order[2] = {reference_first_ ? 0 : 1, reference_first_ ? 1 : 0};
    for (const int side : order) {
      const auto copy = fresh(side);
      if (!copy) return tl::unexpected(copy.error());
      auto worker = worker::Worker::start(*copy, sides_[side]->library->file_name, sides_[side]->limits, settings_);
      if (!worker) return failed(side, worker.error());
      if (auto opened = worker->open(input_.args); !opened) return failed(side, opened.error());
      workers.push_back(std::move(*worker));
    }
    const double start_seconds = now_seconds() - begin_ + warm_up_of(0) + warm_up_of(1);
    bool warm = false;
    double measured_seconds = 0;
    tl::expected<model::DuetProcess, std::string> estimated = tl::unexpected<std::string>("");
    const bool in_turn = mode_.kind == DuetMode::Kind::kTwoInTurn;
    while (auto portion = next_portion(slices_[0].size(), measured_seconds, start_seconds)) {
      if (in_turn) portion = 1;
      const double before = now_seconds();
      for (int place : {0, 1}) {
        const int side = order[place];
        worker::Slicing slicing;
        slicing.calls = mode_.calls[side];
        slicing.count = portion;
        slicing.warmup_seconds = warm ? 0 : warm_up_of(side);
        // The other side has the core half of the time.
        slicing.predicted_seconds = slicing.warmup_seconds + static_cast<double>(portion) * (slice_seconds(0) + slice_seconds(1));
        if (auto begun = workers[static_cast<std::size_t>(place)].begin_slices(slicing); !begun) return failed(side, begun.error());
        if (!in_turn) continue;
        auto slices = workers[static_cast<std::size_t>(place)].end_slices();
        if (!slices) return failed(side, slices.error());
        keep(side, *slices);
      }
      warm = true;
      for (int place : {0, 1}) {
        if (in_turn) break;
        auto slices = workers[static_cast<std::size_t>(place)].end_slices();
        if (!slices) return failed(order[place], slices.error());
        keep(order[place], *slices);
      }
      measured_seconds += now_seconds() - before;
      estimated = estimate();
      if (precise_enough(estimated)) break;
    }
    for (int place : {0, 1}) {
      auto& worker = workers[static_cast<std::size_t>(place)];
      if (auto right = verify(worker, order[place]); !right) return tl::unexpected(right.error());
      if (auto ended = worker.finish(); !ended) return failed(order[place], ended.error());
    }
    if (!estimated) return unusable(estimated.error());
    return std::move(*estimated);
  }

  const DuetMode& mode_;
  const DuetSide* sides_[2];
  const Input& input_;
  double effect_;
  Inputs& judge_;
  worker::Settings settings_;
  std::mt19937_64& random_;
  bool reference_first_;
  double begin_ = 0;
  std::vector<model::Sample> slices_[2];
};

std::uint64_t calls_in(double slice_seconds, double call_seconds) {
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(slice_seconds / std::max(call_seconds, 1e-10))));
}

}  // namespace

std::string DuetMode::words() const {
  switch (kind) {
    case Kind::kAlternating: return "one process, alternating";
    case Kind::kSandwich: return "one process, each call between two of the other side";
    case Kind::kLongAlternating: return "one process, call by call";
    case Kind::kTwoProcesses: return "two processes on one core";
    case Kind::kTwoInTurn: return "two processes, in turn";
  }
  return {};
}

DuetMode choose_mode(const DuetFacts& facts) {
  using Kind = DuetMode::Kind;
  const double longer = std::max(facts.seconds[0], facts.seconds[1]);
  const bool phases = facts.allocs >= kManyAllocations;
  DuetMode mode;
  double slice_seconds = 0;  // 0: single calls
  if (longer < kShort) {
    mode.kind = Kind::kAlternating;
    mode.least_pairs = 16;
    mode.most_pairs = 50;
    slice_seconds = kSliceSeconds;
  } else if (longer < kMiddle) {
    mode.kind = Kind::kSandwich;
    mode.least_pairs = 16;
    mode.most_pairs = 100;
    if (phases) slice_seconds = kSliceWithPhasesSeconds;
  } else if (longer < kLong) {
    mode.kind = Kind::kLongAlternating;
    mode.least_pairs = 6;
    mode.most_pairs = 20;
    mode.cpu_clock = true;
  } else if (longer < kVeryLong) {
    mode.kind = Kind::kTwoProcesses;
    mode.least_pairs = 5;
    mode.most_pairs = 6;
    mode.cpu_clock = true;
  } else {
    mode.kind = Kind::kTwoProcesses;
    mode.least_pairs = 3;
    mode.most_pairs = 4;
    mode.ignored_pairs = 1;
    mode.cpu_clock = true;
    mode.least_processes = 5;
  }
  if (facts.apart && longer < kLong) {
    mode.kind = Kind::kTwoProcesses;
    mode.least_pairs = 10;
    mode.most_pairs = 40;
    mode.cpu_clock = true;
    mode.least_processes = 5;
    slice_seconds = kSliceApartSeconds;
  }
  for (int side : {0, 1}) {
    if (slice_seconds > 0) mode.calls[side] = calls_in(slice_seconds, facts.seconds[side]);
    if (phases && longer < kVeryLong) mode.calls[side] += mode.calls[side] % 2;
  }
  if (facts.waits) {
    mode.cpu_clock = false;
    // Beside each other one would work while the other waits.
    if (mode.kind == Kind::kTwoProcesses) mode.kind = facts.apart ? Kind::kTwoInTurn : Kind::kLongAlternating;
  }
  mode.own_heaps = phases && mode.one_process();
  return mode;
}

double predict_process_seconds(const DuetMode& mode, double reference_seconds, double candidate_seconds) {
  const double pair = static_cast<double>(mode.calls[0]) * reference_seconds + static_cast<double>(mode.calls[1]) * candidate_seconds;
  return kStartSeconds + 2 * kWarmUpSeconds + static_cast<double>(mode.least_pairs + mode.ignored_pairs) * pair;
}

Played<model::DuetProcess> play(const DuetMode& mode, const DuetSide& reference, const DuetSide& candidate, const Input& input,
                                double min_effect, bool reference_first, const std::vector<int>& cores, Inputs& judge,
                                const worker::Settings& settings, std::mt19937_64& random) {
  return Process(mode, reference, candidate, input, min_effect, reference_first, judge, settings, random).play(cores);
}

}  // namespace harness::trial
