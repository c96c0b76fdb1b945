#include <harness/worker/launch.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sched.h>

#include <fmt/format.h>

#include <harness/worker/protocol.hpp>

namespace harness::worker {
namespace {

constexpr int kChannelInChild = 3;
constexpr int kMostDrainedAtOnce = 64;  // reads of 4 KiB, so that a flood cannot hold the caller

// File actions and attributes of posix_spawn, freed at the end.
struct SpawnPlan {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
};

// Copies a descriptor above those that the child's own are put on.
Descriptor raised(int number) { return Descriptor(::fcntl(number, F_DUPFD_CLOEXEC, kChannelInChild + 1)); }

struct Pipe {
  Descriptor reading, writing;
};

// Read without waiting; the child's end lies above its own descriptors. The error is errno.
tl::expected<Pipe, int> open_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return tl::unexpected<int>(errno);
  Pipe pipe{Descriptor(ends[0]), Descriptor()};
  const Descriptor writing(ends[1]);
  pipe.writing = raised(writing.get());
  if (!pipe.writing || ::fcntl(pipe.reading.get(), F_SETFL, O_NONBLOCK) != 0) return tl::unexpected<int>(errno);
  return pipe;
}

const char* meaning(int signal) {
  switch (signal) {
    case SIGSEGV: return " (invalid memory access)";
    case SIGBUS: return " (memory access that no file or alignment allows)";
    case SIGFPE: return " (arithmetic error, e.g. integer division by zero)";
    case SIGILL: return " (illegal instruction)";
    case SIGABRT: return " (abort: failed assertion, uncaught exception or heap corruption)";
    case SIGSYS: return " (forbidden system call)";
    case SIGXFSZ: return " (wrote a file, which a solver may not)";
    case SIGPROF: return " (the profiler's signal, whose handler was taken away)";
    default: return "";
  }
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    reset();
    number_ = other.release();
  }
  return *this;
}
int Descriptor::release() { return std::exchange(number_, -1); }
void Descriptor::reset() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

void CapturedOutput::drain() {
  std::array<char, 4096> chunk;
  for (int i = 0; i < kMostDrainedAtOnce && pipe_; ++i) {
    const auto got = ::read(pipe_.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      pipe_.reset();
      return;
    }
    total_ += static_cast<std::uint64_t>(got);
    kept_.append(chunk.data(), static_cast<std::size_t>(got));
    if (kept_.size() > 2 * most_kept_) kept_.erase(0, kept_.size() - most_kept_);
  }
}

std::string CapturedOutput::take() {
  if (kept_.size() > most_kept_) kept_.erase(0, kept_.size() - most_kept_);
  return std::exchange(kept_, {});
}

std::string CapturedOutput::tail(std::size_t most) const {
  most = std::min(most, most_kept_);
  std::string text = kept_.size() > most ? kept_.substr(kept_.size() - most) : kept_;
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f) c = '?';
  }
  return text;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::move(other.pidfd_)),
      output_(std::move(other.output_)),
      errors_(std::move(other.errors_)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this != &other) {
    end();
    pid_ = std::exchange(other.pid_, -1);
    pidfd_ = std::move(other.pidfd_);
    output_ = std::move(other.output_);
    errors_ = std::move(other.errors_);
  }
  return *this;
}

tl::expected<ChildProcess, int> ChildProcess::spawn(const Spawning& spawning) {
  auto output = open_pipe(), errors = spawning.errors_apart ? open_pipe() : tl::expected<Pipe, int>(Pipe());
  if (!output) return tl::unexpected<int>(output.error());
  if (!errors) return tl::unexpected<int>(errors.error());
  const Descriptor child_channel = raised(spawning.channel.get());
  if (!child_channel) return tl::unexpected<int>(errno);

  SpawnPlan plan;
  ::posix_spawn_file_actions_addopen(&plan.actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&plan.actions, output->writing.get(), 1);
  ::posix_spawn_file_actions_adddup2(&plan.actions, (errors->writing ? errors : output)->writing.get(), 2);
  ::posix_spawn_file_actions_adddup2(&plan.actions, child_channel.get(), kChannelInChild);
  ::posix_spawn_file_actions_addclosefrom_np(&plan.actions, kChannelInChild + 1);
  if (!spawning.directory.empty())
    ::posix_spawn_file_actions_addchdir_np(&plan.actions, spawning.directory.c_str());
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&plan.attributes, &none);
  ::posix_spawnattr_setsigdefault(&plan.attributes, &all);
  ::posix_spawnattr_setpgroup(&plan.attributes, 0);
  ::posix_spawnattr_setflags(&plan.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  std::vector<char*> words;
  for (const auto& word : spawning.command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  std::vector<char*> environment;
  for (const auto& variable : spawning.environment) environment.push_back(const_cast<char*>(variable.c_str()));
  environment.push_back(nullptr);
  ChildProcess child;
  if (const int error =
          ::posix_spawn(&child.pid_, words[0], &plan.actions, &plan.attributes, words.data(), environment.data())) {
    child.pid_ = -1;
    return tl::unexpected<int>(error);
  }
  if (spawning.core) {
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(static_cast<std::size_t>(*spawning.core), &only);
    ::sched_setaffinity(child.pid_, sizeof only, &only);  // a core that has gone meanwhile: then any
  }
  child.output_ = CapturedOutput(std::move(output->reading), spawning.output_kept);
  child.errors_ = CapturedOutput(std::move(errors->reading), spawning.errors_apart.value_or(0));
#ifdef SYS_pidfd_open
  child.pidfd_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, child.pid_, 0)));
  if (child.pidfd_) ::fcntl(child.pidfd_.get(), F_SETFD, FD_CLOEXEC);
#endif
  return child;
}

std::optional<Ending> ChildProcess::ending() const {
  siginfo_t info{};
  if (pid_ < 0 || ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0)
    return Ending{true, 0};
  if (info.si_pid == 0) return std::nullopt;
  return Ending{info.si_code == CLD_EXITED, info.si_status};
}

double ChildProcess::cpu_seconds() const {
  clockid_t clock;
  timespec used{};
  if (pid_ < 0 || ::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return -1;
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

void ChildProcess::ask_to_end() {
  if (pid_ > 0) ::kill(pid_, SIGTERM);
}

void ChildProcess::end() {
  if (pid_ < 0) return;
  // Before it is reaped, its number cannot belong to anybody else. It may have left its own group: hence both.
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);
  // A killed process that the kernel cannot end (a stuck device) must not hold the harness: it is left behind then.
  constexpr auto kPatience = std::chrono::seconds(30);
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    const auto reaped = ::waitpid(pid_, nullptr, WNOHANG);
    if (reaped == pid_ || (reaped < 0 && errno != EINTR) || std::chrono::steady_clock::now() >= give_up) break;
    pollfd ended{pidfd_.get(), POLLIN, 0};
    ::poll(&ended, 1, pidfd_ ? 100 : 1);
  }
  pid_ = -1;
  pidfd_.reset();
  output_.drain();
  errors_.drain();
}

std::string shown_bytes(std::size_t bytes) {
  if (bytes % (1 << 20) == 0) return fmt::format("{} MiB", bytes >> 20);
  if (bytes % (1 << 10) == 0) return fmt::format("{} KiB", bytes >> 10);
  return fmt::format("{} bytes", bytes);
}

std::chrono::steady_clock::time_point time_after(std::chrono::steady_clock::time_point begin, double seconds) {
  constexpr double kForEver = 1e8;
  const std::chrono::duration<double> patience(std::clamp(seconds, 0.0, kForEver));
  return begin + std::chrono::duration_cast<std::chrono::steady_clock::duration>(patience);
}

std::string find_worker_executable(const std::string& name) {
  std::error_code error;
  const auto here = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  for (const auto& place : {here / name, here.parent_path() / "libexec" / "harness" / name})
    if (::access(place.c_str(), X_OK) == 0) return place.string();
  return {};
}

const char* no_memory_pass() {
#if defined(HARNESS_MEMORY_PASS)
  return nullptr;
#else
  return HARNESS_NO_MEMORY_PASS;
#endif
}

const char* no_cpu_profile() {
#if defined(HARNESS_CPU_PROFILE)
  return nullptr;
#else
  return HARNESS_NO_CPU_PROFILE;
#endif
}

Failure failure_of(const Ending& ending, const std::string& stage) {
  if (ending.exited) {
    if (ending.number == kChannelLostStatus)
      return {FailureKind::kProtocol, fmt::format("cut its connection to the harness {}", stage), ""};
    return {FailureKind::kExited, fmt::format("called exit({}) {}", ending.number, stage), ""};
  }
  if (ending.number == SIGKILL)
    return {FailureKind::kCrashed, fmt::format("ended by SIGKILL {}; the system may be out of memory", stage), ""};
  if (ending.number == SIGXCPU)
    return {FailureKind::kTimedOut, fmt::format("used more processor time than its deadline allows {}", stage), ""};
  const char* abbreviation = ::sigabbrev_np(ending.number);
  const auto name =
      abbreviation != nullptr ? fmt::format("SIG{}", abbreviation) : fmt::format("signal {}", ending.number);
  return {FailureKind::kCrashed, fmt::format("crashed: {}{} {}", name, meaning(ending.number), stage), ""};
}

}  // namespace harness::worker
