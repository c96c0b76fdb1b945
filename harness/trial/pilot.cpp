#include <harness/trial/pilot.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <harness/trial/verification.hpp>

namespace harness::trial {
namespace {

constexpr double kPilotSeconds = 1e-3;
constexpr double kWarmUpSeconds = 1e-3;
constexpr double kLongCallSeconds = 10e-3;
constexpr std::uint64_t kMostPilotCalls = 100'000'000;

Examination failed_by(const worker::Failure& failure) {
  using Verdict = Examination::Verdict;
  const bool interrupted = failure.kind == worker::FailureKind::kInterrupted;
  return {interrupted ? Verdict::kInterrupted : Verdict::kFailed, in_one_line(failure), 0};
}

}  // namespace

Examination examine(const Trial& trial, const Loaded& library, const Input& input, Inputs& judge, const worker::Limits& limits,
                    const worker::Settings& settings) {
  using Verdict = Examination::Verdict;
  auto worker = worker::Worker::start(library.bytes, library.file_name, limits, settings);
  if (!worker) return failed_by(worker.error());
  if (auto mismatch = signature_mismatch(*trial.problem, worker->signature())) {
    return {Verdict::kDoesNotFit, "does not fit the problem: " + *mismatch, 0};
  }
  if (auto opened = worker->open(input.args); !opened) return failed_by(opened.error());
  auto timing = worker->time(1, 0, 0);
  if (!timing) return failed_by(timing.error());
  auto answer = worker->answer();
  if (!answer) return failed_by(answer.error());

  auto wrong = judge.judge(*trial.problem, input, *answer);
  if (!wrong) {
    if (wrong.error().kind == worker::FailureKind::kInterrupted) return failed_by(wrong.error());
    return {Verdict::kProblemAtFault, "checker: " + wrong.error().text, 0};
  }
  if (!wrong->empty()) return {Verdict::kFailed, "wrong answer: " + *wrong, 0};

  double seconds = timing->real_seconds;
  std::uint64_t calls = 1;
  if (seconds <= kLongCallSeconds) {
    double total = 0;
    do {
      calls = calls >= kMostPilotCalls ? calls : calls * 10;
      timing = worker->time(calls, 0, seconds * static_cast<double>(calls));
      if (!timing) return failed_by(timing.error());
      total = timing->real_seconds;
      seconds = total / static_cast<double>(calls);
    } while (total < kPilotSeconds && calls < kMostPilotCalls);
  }
  if (auto ended = worker->finish(); !ended) return failed_by(ended.error());
  return {Verdict::kReady, {}, std::max(seconds, 1e-12)};
}

worker::Outcome<worker::Timing> time_calls(const Loaded& library, const Input& input, std::uint64_t calls,
                                           double seconds_per_call, double warm_up_seconds, const worker::Limits& limits,
                                           const worker::Settings& settings) {
  auto worker = worker::Worker::start(library.bytes, library.file_name, limits, settings);
  if (!worker) return tl::unexpected(worker.error());
  if (auto opened = worker->open(input.args); !opened) return tl::unexpected(opened.error());
  const double warm_up = std::max(warm_up_seconds, seconds_per_call > kLongCallSeconds ? 0 : kWarmUpSeconds);
  auto timing = worker->time(calls, warm_up, static_cast<double>(calls) * seconds_per_call + warm_up);
  if (!timing) return timing;
  if (auto ended = worker->finish(); !ended) return tl::unexpected(ended.error());
  return timing;
}

std::string in_one_line(const worker::Failure& failure) {
  auto words = failure.output.substr(0, failure.output.find_last_not_of("\r\n") + 1);
  words = words.substr(words.find_last_of('\n') + 1);
  if (words.empty()) return failure.text;
  std::replace_if(words.begin(), words.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return fmt::format("{} (its last words: {})", failure.text, words.substr(0, 200));
}

double predict_seconds(const std::vector<std::pair<std::uint64_t, double>>& smaller, std::uint64_t size) {
  if (smaller.size() < 2) return 0;
  const auto& [size1, seconds1] = smaller[smaller.size() - 2];
  const auto& [size2, seconds2] = smaller.back();
  if (size1 == 0 || size2 <= size1 || seconds1 <= 0 || seconds2 < 100e-6) return 0;
  const double exponent = std::clamp(std::log(seconds2 / seconds1) / std::log(double(size2) / double(size1)), 0.0, 6.0);
  return seconds2 * std::pow(double(size) / double(size2), exponent);
}

}  // namespace harness::trial
