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

// What a child wrote to stdout and stderr: the last 4 KiB, and how much it was.
class CapturedOutput {
 public:
  CapturedOutput() = default;
  explicit CapturedOutput(Descriptor pipe) : pipe_(std::move(pipe)) {}
  int descriptor() const { return pipe_.get(); }  // -1 after its end
  void drain();                                   // takes what is there, without waiting
  std::uint64_t total_bytes() const { return total_; }
  std::string tail() const;  // control characters other than line ends replaced

 private:
  Descriptor pipe_;
  std::string kept_;
  std::uint64_t total_ = 0;
};

// How a process ended, as waitid(2) tells it.
struct Ending {
  bool exited = false;  // else by a signal
  int number = 0;       // exit status or signal
};

class ChildProcess {
 public:
  ChildProcess() = default;
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess() { end(); }

  // Starts `command` (a path, then its words) with an empty environment, in a process group of its own (so that Ctrl-C does not reach it, and
  // ending it takes its children too), stdin from /dev/null, stdout and stderr into a pipe, `channel` at descriptor 3 and
  // nothing else open. The error is errno.
  static tl::expected<ChildProcess, int> spawn(const std::vector<std::string>& command, const Descriptor& channel,
                                               std::optional<int> core);

  CapturedOutput& output() { return output_; }
  int ending_descriptor() const { return pidfd_.get(); }  // readable when it has ended; -1 on kernels before 5.3
  std::optional<Ending> ending() const;                   // without waiting and without reaping
  double cpu_seconds() const;                             // of all its threads so far; negative = not to be had
  // Kills it and its whole group, and reaps it. Nothing happens the second time.
  void end();

 private:
  pid_t pid_ = -1;
  Descriptor pidfd_;
  CapturedOutput output_;
};

// `name` beside this program, or in ../libexec/harness; "" when it is in neither place.
std::string find_worker_executable(const std::string& name);

// Why this build has no harness-worker-profile, or null. The ordinary worker is started in its place then.
const char* no_memory_pass();

// The words for an ending that was not asked for; `stage` is `while running` or the like.
Failure failure_of(const Ending& ending, const std::string& stage);

}  // namespace harness::worker
