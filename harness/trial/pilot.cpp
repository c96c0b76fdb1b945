#include <harness/trial/pilot.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <harness/trial/signature.hpp>

namespace harness::trial {
namespace {

constexpr double kPilotSeconds = 1e-3;
constexpr double kWarmUpSeconds = 1e-3;
constexpr double kLongCallSeconds = 10e-3;
constexpr std::uint64_t kMostPilotCalls = 100'000'000;

Examination failed_by(const worker::Failure& failure) {
  using Verdict = Examination::Verdict;
  Examination examination;
  examination.reason = in_one_line(failure);
  switch (failure.kind) {
    case worker::FailureKind::kInterrupted: examination.verdict = Verdict::kInterrupted; break;
    case worker::FailureKind::kTimedOut: examination.verdict = Verdict::kTimedOut; break;
    case worker::FailureKind::kNoMemory: examination.verdict = Verdict::kNoMemory; break;
    case worker::FailureKind::kNotStarted: examination.verdict = Verdict::kNotStarted; break;
    default: examination.verdict = Verdict::kFailed;
  }
  return examination;
}

// Nothing when the answer is right.
std::optional<Examination> wrong(const Trial& trial, const Input& input, Inputs& judge, const model::Bytes& answer,
                                 const char* which) {
  using Verdict = Examination::Verdict;
  const auto reason = judge.judge(*trial.problem, input, answer);
  Examination examination;
  if (!reason) {
    examination = failed_by(reason.error());
    if (examination.verdict == Verdict::kInterrupted || examination.verdict == Verdict::kNotStarted) return examination;
    examination.verdict = Verdict::kProblemAtFault;
    examination.reason = "checker: " + examination.reason;
    return examination;
  }
  if (reason->empty()) return std::nullopt;
  examination.verdict = Verdict::kFailed;
  examination.reason = fmt::format("wrong answer{}: {}", which, *reason);
  return examination;
}

constexpr const char* kLaterCall = " on a later call";

}  // namespace

Examination examine(const Trial& trial, const Loaded& library, const Input& input, Inputs& judge, const worker::Limits& limits,
                    const worker::Settings& settings, bool once) {
  auto worker = worker::Worker::start(library.bytes, library.file_name, limits, settings);
  if (!worker) return failed_by(worker.error());
  Examination examination;
  if (auto mismatch = signature_mismatch(*trial.problem, worker->signature())) {
    examination.verdict = Examination::Verdict::kDoesNotFit;
    examination.reason = "does not fit the problem: " + *mismatch;
    return examination;
  }
  if (auto opened = worker->open(input.args); !opened) return failed_by(opened.error());
  auto timing = worker->time(1, 0, 0);
  if (!timing) return failed_by(timing.error());
  auto answer = worker->answer();
  if (!answer) return failed_by(answer.error());
  if (auto found = wrong(trial, input, judge, *answer, "")) return *found;

  double seconds = timing->real_seconds;
  if (!once && seconds <= kLongCallSeconds) {
    std::uint64_t calls = 1;
    double total = 0;
    do {
      calls = calls >= kMostPilotCalls ? calls : calls * 10;
      timing = worker->time(calls, 0, seconds * static_cast<double>(calls));
      if (!timing) return failed_by(timing.error());
      total = timing->real_seconds;
      seconds = total / static_cast<double>(calls);
    } while (total < kPilotSeconds && calls < kMostPilotCalls);
    auto last = worker->answer();
    if (!last) return failed_by(last.error());
    if (*last != *answer) {
      if (auto found = wrong(trial, input, judge, *last, kLaterCall)) return *found;
    }
  }
  if (auto ended = worker->finish(); !ended) return failed_by(ended.error());
  examination.seconds_per_call = std::max(seconds, 1e-12);
  if (timing->real_seconds > 0) examination.cpu_share = timing->cpu_seconds / timing->real_seconds;
  examination.waits = timing->waits > 0;
  examination.answer = std::make_shared<const model::Bytes>(std::move(*answer));
  return examination;
}

double warm_up_seconds(double seconds_per_call, double asked) {
  return std::max(asked, seconds_per_call > kLongCallSeconds ? 0 : kWarmUpSeconds);
}

tl::expected<worker::Timing, std::string> time_calls(const Trial& trial, const Loaded& library, const Input& input,
                                                     const Examination& verified, std::uint64_t calls, double warm_up,
                                                     Inputs& judge, const worker::Limits& limits,
                                                     const worker::Settings& settings) {
  const auto because = [](const worker::Failure& failure) { return tl::unexpected<std::string>(in_one_line(failure)); };
  auto worker = worker::Worker::start(library.bytes, library.file_name, limits, settings);
  if (!worker) return because(worker.error());
  if (auto opened = worker->open(input.args); !opened) return because(opened.error());
  const auto timing = worker->time(calls, warm_up, static_cast<double>(calls) * verified.seconds_per_call + warm_up);
  if (!timing) return because(timing.error());
  const auto answer = worker->answer();
  if (!answer) return because(answer.error());
  if (auto ended = worker->finish(); !ended) return because(ended.error());
  if (*answer != *verified.answer) {
    if (const auto found = wrong(trial, input, judge, *answer, kLaterCall)) return tl::unexpected(found->reason);
  }
  return *timing;
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
