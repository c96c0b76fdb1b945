// Counting instructions in a worker that runs under valgrind's callgrind.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include <unistd.h>

#include <fmt/format.h>

#include <harness/worker/conversation.hpp>
#include <harness/worker/worker.hpp>

namespace harness::worker {
namespace {

constexpr double kSlowdown = 50;
constexpr double kStarting = 10;  // seconds, of valgrind itself
constexpr std::uint64_t kFileBytes = 64 << 20;
constexpr const char* kPlaces[] = {"/usr/bin/valgrind", "/usr/local/bin/valgrind"};

#if defined(HARNESS_NO_CALLGRIND)
constexpr const char* kMissing = HARNESS_NO_CALLGRIND;
#else
constexpr const char* kMissing = nullptr;
#endif

tl::unexpected<Failure> failed(FailureKind kind, std::string text) {
  return tl::unexpected<Failure>(Failure{kind, std::move(text), ""});
}

// A directory of its own for callgrind's files, gone at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::error_code error;
    auto path = (std::filesystem::temp_directory_path(error) / "harness-callgrind-XXXXXX").string();
    if (!error && ::mkdtemp(path.data()) != nullptr) path_ = path;
  }
  ~TemporaryDirectory() {
    std::error_code error;
    if (!path_.empty()) std::filesystem::remove_all(path_, error);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Of the line `totals: <instructions>` that ends a dump.
std::optional<std::uint64_t> total_of(const std::string& dump) {
  std::ifstream file(dump);
  std::optional<std::uint64_t> total;
  for (std::string line; std::getline(file, line);) {
    unsigned long long instructions = 0;
    if (std::sscanf(line.c_str(), "totals: %llu", &instructions) == 1) total = instructions;
  }
  return total;
}

}  // namespace

Outcome<double> instructions_by_callgrind(const MemoryFile& library, const std::string& library_name,
                                          const MemoryFile& args, std::uint64_t calls,
                                          double predicted_seconds_per_call, const Limits& limits,
                                          const Settings& settings) {
  if (kMissing != nullptr) return failed(FailureKind::kBadState, fmt::format("not available: {}", kMissing));
  const auto* place =
      std::find_if(std::begin(kPlaces), std::end(kPlaces), [](const char* path) { return ::access(path, X_OK) == 0; });
  if (place == std::end(kPlaces))
    return failed(FailureKind::kBadState, "not available here: valgrind is not installed (package valgrind)");
  const TemporaryDirectory directory;
  if (directory.path().empty())
    return failed(FailureKind::kNotStarted, fmt::format("no directory for callgrind: {}", std::strerror(errno)));
  const auto dump = directory.path() + "/dump";

  calls = std::max<std::uint64_t>(1, calls);
  Limits relaxed = limits;
  relaxed.seconds_per_call = kSlowdown * limits.seconds_per_call + kStarting;
  Settings own_process = settings;
  own_process.isolation = Isolation::kProcess;
  own_process.program = Program::kTiming;
  own_process.own_heaps = false;
  own_process.heap_padding_bytes = 0;
  Conversation conversation(
      relaxed, own_process,
      {{*place, "--tool=callgrind", "-q", "--vgdb=no", "--collect-atstart=no", "--callgrind-out-file=" + dump},
       kFileBytes});
  if (const auto begun = conversation.begin(library, library_name); !begun)
    return tl::unexpected<Failure>(begun.error());
  auto open = conversation.request(Kind::kOpen, Kind::kDone, "while reading its input under callgrind");
  open.descriptors = {args.descriptor()};
  if (const auto opened = conversation.exchange(open); !opened) return tl::unexpected<Failure>(opened.error());
  const double predicted = 4 * static_cast<double>(calls) * predicted_seconds_per_call;
  auto trace = conversation.request(Kind::kTrace, Kind::kDone, "while running under callgrind",
                                    conversation.limit_of_calls(1, kSlowdown * predicted));
  trace.frame.u64(calls);
  if (const auto traced = conversation.exchange(trace); !traced) return tl::unexpected<Failure>(traced.error());
  const auto once = total_of(dump + ".1"), twice = total_of(dump + ".2");
  if (const auto finished = conversation.finish(); !finished) return tl::unexpected<Failure>(finished.error());
  if (!once || !twice || *twice <= *once)
    return failed(FailureKind::kBadState, "not available here: callgrind's files tell no cost of the calls");
  return static_cast<double>(*twice - *once) / static_cast<double>(calls);
}

}  // namespace harness::worker
