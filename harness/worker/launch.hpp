// A child process from posix_spawn to the last waitpid, its captured output, and words for how it ended. The parent's side.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

#include <harness/worker/worker.hpp>

namespace harness::worker {

// An owned file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { reset(); }
  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  int release();
  void reset();

 private:
  int number_ = -1;
};

// A memory file of a fixed size for the child to fill through a mapping; empty with errno set.
Descriptor sized_memory_file(std::uint64_t size);
// Its content as it is now. The child may still be writing: whatever was copied is what gets validated.
bool copy_out(const Descriptor& file, std::span<std::uint8_t> bytes);

inline constexpr std::size_t kLastWords = 4096;  // of a child's output, for messages

// What a child wrote into a pipe: the end of it, and how much it was.
class CapturedOutput {
 public:
  CapturedOutput() = default;
  CapturedOutput(Descriptor pipe, std::size_t most_kept) : pipe_(std::move(pipe)), most_kept_(most_kept) {}
  int descriptor() const { return pipe_.get(); }  // -1 after its end
  void drain();                                   // takes what is there, without waiting
  std::uint64_t total_bytes() const { return total_; }
  // The last `most` bytes of what was kept, control characters other than line ends replaced.
  std::string tail(std::size_t most = kLastWords) const;
  std::string take();  // all that was kept, as it came: the whole of it while total_bytes() is no more than most_kept

 private:
  Descriptor pipe_;
  std::size_t most_kept_ = kLastWords;
  std::string kept_;
  std::uint64_t total_ = 0;
};

// How a process ended, as waitid(2) tells it.
struct Ending {
  bool exited = false;  // else by a signal
  int number = 0;       // exit status or signal
};

// What to start, and how.
struct Spawning {
  const std::vector<std::string>& command;  // a path, then its words
  const Descriptor& channel;                // what the child finds at descriptor 3
  std::optional<int> core;
  std::string directory;                    // "" = the caller's
  std::optional<std::size_t> errors_apart;  // stderr in a pipe of its own, of which so many bytes are kept
  std::size_t output_kept = kLastWords;
  std::vector<std::string> environment;     // NAME=VALUE, the whole of it
};

class ChildProcess {
 public:
  ChildProcess() = default;
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess() { end(); }

  // Starts it in a process group of its own (so that Ctrl-C does not reach it, and ending it
  // takes its children too), stdin from /dev/null, stdout and stderr into a pipe, the channel and nothing else open. The
  // error is errno.
  static tl::expected<ChildProcess, int> spawn(const Spawning& spawning);

  CapturedOutput& output() { return output_; }
  CapturedOutput& errors() { return errors_; }            // empty unless they are apart
  int ending_descriptor() const { return pidfd_.get(); }  // readable when it has ended; -1 on kernels before 5.3
  std::optional<Ending> ending() const;                   // without waiting and without reaping
  pid_t pid() const { return pid_; }                      // -1 once it was ended
  double cpu_seconds() const;                             // of all its threads so far; negative = not to be had
  void ask_to_end();  // SIGTERM, to it alone
  // Kills it and its whole group, and reaps it. Nothing happens the second time.
  void end();

 private:
  pid_t pid_ = -1;
  Descriptor pidfd_;
  CapturedOutput output_, errors_;
};

// `name` beside this program, or in ../libexec/harness; "" when it is in neither place.
std::string find_worker_executable(const std::string& name);

std::string shown_bytes(std::size_t bytes);  // `64 MiB`

// When `seconds` from `begin` have passed; never beyond what a clock can hold.
std::chrono::steady_clock::time_point time_after(std::chrono::steady_clock::time_point begin, double seconds);

// How long to sleep between two looks at a stop flag, and at a child that cannot be polled.
inline constexpr auto kLongestSleep = std::chrono::milliseconds(100);
inline constexpr auto kSleepWithoutPidfd = std::chrono::milliseconds(5);

// Why this build has no harness-worker-profile, or null. The ordinary worker is started in its place then.
const char* no_memory_pass();
// The same of harness-worker-cpu.
const char* no_cpu_profile();

// The words for an ending that was not asked for; `stage` is `while running` or the like.
Failure failure_of(const Ending& ending, const std::string& stage);

}  // namespace harness::worker
