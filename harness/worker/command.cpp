#include <harness/worker/command.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

#include <harness/worker/launch.hpp>
#include <harness/worker/supervise.hpp>

namespace harness::worker {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kKeptErrors = 64 << 10;
constexpr const char* kStage = "while running";
constexpr auto kPatience = std::chrono::seconds(3);  // for the supervisor to end what it watches over

tl::unexpected<Failure> not_started(std::string text) {
  return tl::unexpected<Failure>(Failure{FailureKind::kNotStarted, std::move(text), ""});
}

Outcome<std::vector<std::string>> words_of(const Command& command) {
  const auto supervisor = find_worker_executable("harness-worker");
  if (supervisor.empty())
    return not_started(
        "harness-worker was found neither beside this program nor in ../libexec/harness; reinstall harness");
  std::vector<std::string> words{supervisor, kSuperviseWord, std::to_string(::getpid()),
                                 command.core ? std::to_string(*command.core) : "-"};
  std::error_code error;
  const auto path = std::filesystem::absolute(command.words[0], error);  // before the directory changes
  words.push_back(error ? command.words[0] : path.string());
  words.insert(words.end(), command.words.begin(), command.words.end());
  return words;
}

// Why the supervisor could not start the program, or 0. After its end, so that nothing is still to come.
int errno_told(const Descriptor& status) {
  int why = 0;
  return ::read(status.get(), &why, sizeof why) == sizeof why ? why : 0;
}

class Run {
 public:
  Run(const Command& command, ChildProcess process)
      : command_(command), process_(std::move(process)), begin_(Clock::now()) {}

  Outcome<Finished> finish(const Descriptor& status) {
    const auto deadline = time_after(begin_, command_.seconds);
    std::optional<Ending> ending;
    for (;;) {
      wait(deadline);
      if (flooded()) return give_up(flood());
      ending = process_.ending();
      if (ending) break;
      if (stopping()) return give_up({FailureKind::kInterrupted, "interrupted", ""});
      if (Clock::now() >= deadline)
        return give_up(
            {FailureKind::kTimedOut, fmt::format("did not end within {:.4g} s and was ended", command_.seconds), ""});
    }
    const double wall_seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    process_.end();
    drain_the_rest();
    if (const int why = errno_told(status))
      return not_started(fmt::format("{}: {}", command_.words[0], std::strerror(why)));
    if (flooded()) return give_up(flood());
    if (!ending->exited) return give_up(failure_of(*ending, kStage));
    return Finished{ending->number, process_.output().take(), process_.errors().tail(kKeptErrors), wall_seconds};
  }

 private:
  bool stopping() const { return command_.stop != nullptr && command_.stop->load(std::memory_order_relaxed); }
  std::uint64_t written() { return process_.output().total_bytes() + process_.errors().total_bytes(); }
  bool flooded() { return written() > command_.output_bytes; }
  // Of what it wrote before its end a pipe may hold more than one draining takes.
  void drain_the_rest() {
    std::uint64_t before;
    do {
      before = written();
      process_.output().drain();
      process_.errors().drain();
    } while (written() != before && !flooded());
  }
  Failure flood() const {
    const auto limit = shown_bytes(command_.output_bytes);
    return {FailureKind::kFlooded, fmt::format("wrote more than {} to its output", limit), ""};
  }

  // Until it wrote, ended, or time to look at the stop flag has come.
  void wait(Clock::time_point deadline) {
    pollfd watched[3] = {{process_.output().descriptor(), POLLIN, 0},
                         {process_.errors().descriptor(), POLLIN, 0},
                         {process_.ending_descriptor(), POLLIN, 0}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    const auto most = process_.ending_descriptor() >= 0 ? kLongestSleep : kSleepWithoutPidfd;
    if (stopping()) return;
    ::poll(watched, 3, static_cast<int>(std::clamp<std::chrono::milliseconds>(left, {}, most).count()));
    if (watched[0].revents != 0) process_.output().drain();
    if (watched[1].revents != 0) process_.errors().drain();
  }

  // The supervisor finds what left the group; killing it at once would set that free.
  void ask_to_end() {
    process_.ask_to_end();
    for (const auto deadline = Clock::now() + kPatience; !process_.ending() && Clock::now() < deadline;) {
      pollfd ended{process_.ending_descriptor(), POLLIN, 0};
      ::poll(&ended, 1, static_cast<int>((ended.fd >= 0 ? kLongestSleep : kSleepWithoutPidfd).count()));
    }
  }

  tl::unexpected<Failure> give_up(Failure failure) {
    ask_to_end();
    process_.end();
    failure.output = process_.errors().tail();
    if (failure.output.empty())
      failure.output = process_.output().tail(command_.errors_in_output ? kKeptErrors : kLastWords);
    return tl::unexpected<Failure>(std::move(failure));
  }

  const Command& command_;
  ChildProcess process_;
  Clock::time_point begin_;
};

}  // namespace

Outcome<Finished> run_command(const Command& command) {
  if (command.words.empty() || command.words[0].empty()) return not_started("no program was named");
  if (command.stop != nullptr && command.stop->load(std::memory_order_relaxed))
    return tl::unexpected<Failure>(Failure{FailureKind::kInterrupted, "interrupted", ""});
  std::error_code error;
  if (!command.directory.empty() && !std::filesystem::is_directory(command.directory, error))
    return not_started(fmt::format("{}: no such directory to run in", command.directory.string()));
  std::vector<std::string> environment;  // never on a command line, which everybody can read
  for (const auto& [name, value] : command.environment) environment.push_back(name + "=" + value);
  const auto words = words_of(command);
  if (!words) return tl::unexpected<Failure>(words.error());
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
    return not_started(fmt::format("{}: {}", command.words[0], std::strerror(errno)));
  const Descriptor status(ends[0]);
  Descriptor status_of_child(ends[1]);
  const auto errors_apart = command.errors_in_output ? std::nullopt : std::optional(kKeptErrors);
  auto spawned = ChildProcess::spawn({*words, status_of_child, std::nullopt, command.directory.string(), errors_apart,
                                      command.output_bytes, std::move(environment)});
  if (!spawned) return not_started(fmt::format("{}: {}", command.words[0], std::strerror(spawned.error())));
  status_of_child.reset();
  return Run(command, std::move(*spawned)).finish(status);
}

}  // namespace harness::worker
