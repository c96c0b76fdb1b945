// One contained child in which somebody else's code runs, seen from the parent: start it, ask it, end it.
//
// The library and the input reach the child as sealed memory files; numbers come back in frames over a SOCK_SEQPACKET
// channel; large answers come back in a memory file that the parent owns. The parent keeps every deadline and never
// waits without one. Whatever the child does, each function below returns, and after `~Worker` no process, descriptor or
// file is left behind.
//
// Use from the main thread only: the child dies with the thread that started it (PR_SET_PDEATHSIG).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include <harness/model/case.hpp>
#include <harness/model/measurement.hpp>

namespace harness::worker {

class Timeline;  // timeline.hpp

// What the child's end, or its answer, was instead of the one hoped for. Each is the library's fault unless said.
enum class FailureKind {
  kNotLoaded,    // dlopen or the entry failed; the table's size or boundary does not fit
  kCrashed,      // ended by a signal of its own making
  kExited,       // called exit or the like before its result
  kTimedOut,     // did not answer within the deadline; killed
  kThrew,        // an exception left it
  kNoMemory,
  kHeapLimit,    // passed Limits::heap_bytes_max in the memory pass, and was ended for it
  kBadInput,     // the input does not fit the solver's parameters (the dataset's fault, or the signature's)
  kBadState,
  kProtocol,     // a frame out of order, of wrong size, or one too many
  kFlooded,      // wrote more than the limit to stdout or stderr
  kNotStarted,   // the worker itself could not be started: our fault or the system's
  kInterrupted   // the run was asked to stop; nobody's fault
};

struct Failure {
  FailureKind kind = FailureKind::kProtocol;
  std::string text;    // one line, e.g. `crashed: SIGSEGV (invalid memory access) while running example-1`
  std::string output;  // the last lines of what the child wrote to stdout and stderr
};

template <class T>
using Outcome = tl::expected<T, Failure>;

enum class Isolation {
  kProcess,  // the default: a process of its own
  kNone      // the same loop in a thread of this process, for debuggers: a crash ends the harness
};

// An owned, sealed, read-only memory file (memfd with F_SEAL_WRITE|SHRINK|GROW|SEAL). Copyable: copies share it.
class MemoryFile {
 public:
  MemoryFile() = default;
  // `name` shows up in /proc/<pid>/maps, so that debuggers and profilers can say where code came from.
  static Outcome<MemoryFile> sealed(std::span<const std::uint8_t> bytes, const std::string& name);
  // The same bytes in another sealed file: other pages, another inode.
  Outcome<MemoryFile> fresh_copy() const;
  int descriptor() const;
  std::size_t size() const;
  explicit operator bool() const { return shared_ != nullptr; }

 private:
  struct Owned;
  std::shared_ptr<const Owned> shared_;
};

struct Limits {
  double seconds_per_call = 10;                     // deadline of loading, of one verified call, of each off-clock step
  std::uint64_t address_space_bytes = 0;            // RLIMIT_AS of the child; 0 = a default of 16 GiB
  std::size_t output_bytes = 1 << 20;               // of stdout and stderr together; beyond it the child is ended
  std::uint64_t heap_bytes_max = 0;                 // live bytes of one call, in the memory pass; 0 = none
};

// Which program the child is.
enum class Program {
  kTiming,     // harness-worker: nothing of a profiler's is in it
  kHeap,       // harness-worker-profile: gperftools' allocator and hooks; never time in it
  kCpuProfile  // harness-worker-cpu: gperftools' CPU profiler on the system's allocator, as what is timed has it
};

struct Settings {
  Isolation isolation = Isolation::kProcess;
  std::string executable;                       // path of harness-worker; "" = found beside this program or in ../libexec/harness
  std::optional<int> core;                      // the only processor that the child may run on; nothing = any
  Program program = Program::kTiming;
  std::uint64_t heap_padding_bytes = 0;         // taken from the heap before the library is loaded, and kept
  bool own_heaps = false;                       // each library with a C library, and so a heap, of its own (dlmopen)
  const std::atomic<bool>* stop = nullptr;      // becomes true on Ctrl-C: pending waits end with kInterrupted
  Timeline* timeline = nullptr;                 // every step of the child is noted there; null = nobody asked
  std::string trial;                            // whose steps they are: `two-sum/v2.0.0/uniform/64`
};

struct Timing {
  double real_seconds = 0;  // of all calls together, warm-up excluded
  double cpu_seconds = 0;   // of the thread that made them
  std::uint64_t waits = 0;  // times that thread gave its core up by itself: sleep, I/O, locks, its own threads
};

// The raw CPU profile of calls, and what the system counted meanwhile.
struct CpuSampling {
  model::Bytes profile;  // as gperftools writes it
  std::uint64_t samples = 0, calls = 0;
  double wall_seconds = 0, cpu_seconds = 0;  // of these calls; CPU time of the whole process
  std::uint64_t voluntary_switches = 0, involuntary_switches = 0, minor_faults = 0;  // of the whole process
  std::string thin_because;  // why there are less than were asked for: `212 samples in 30 s`, `the solver ignores SIGPROF`
};
// What the heap profiler says before and after `calls` calls.
struct HeapDumps {
  std::string before, after;  // as gperftools gives them
  std::uint64_t calls = 1;
};

struct Slicing {
  std::uint64_t calls = 1;         // of a slice
  std::uint64_t count = 1;         // slices; the same of both sides where two alternate
  double warmup_seconds = 0;
  double predicted_seconds = 0;    // of all of it, warm-up too; the deadline is as `time` has it
};

class Worker {
 public:
  // Spawns, loads the library (dlopen through Boost.DLL from the memory file) and waits for its HELLO.
  // `library_name` is for messages: `two-sum-v2.0.0.so`.
  static Outcome<Worker> start(const MemoryFile& library, const std::string& library_name, const Limits& limits,
                               const Settings& settings);
  Worker(Worker&&) noexcept;
  Worker& operator=(Worker&&) noexcept;
  ~Worker();  // kills what still lives, reaps it

  // `(integer[], integer) -> integer[]`: as the table says.
  const std::string& signature() const;

  // -- a solver's library --------------------------------------------------------------------------------------
  // Gives it the input (CBOR array of arguments). One input at a time; a second `open` closes the first.
  Outcome<void> open(const MemoryFile& args);
  // `calls` calls on the clock after `warmup_seconds` of untimed ones (0: none). The deadline is
  // seconds_per_call + 10 x predicted_seconds, where the latter is what all of it (warm-up too) should take.
  Outcome<Timing> time(std::uint64_t calls, double warmup_seconds, double predicted_seconds);
  // The last result, CBOR. At most 1 GiB.
  Outcome<model::Bytes> answer();

  // -- two solvers' libraries in one process: a duet -------------------------------------------------------------
  // Loads one more. Its code is another mapping of another file, also where the bytes are equal. Requests still go to the
  // first.
  Outcome<void> add(const MemoryFile& library, const std::string& library_name);
  // Whom `open`, `time`, `answer`, `slices` mean from now on: 0 the first, 1 the second.
  Outcome<void> turn_to(int side);
  // `count` slices of `calls` calls of the side that is turned to, after `warmup_seconds` of untimed ones; each slice with
  // the real and the thread's CPU time of its calls. Preparing private arguments is off the clock. At most 1,000 slices.
  Outcome<std::vector<model::Sample>> slices(const Slicing& slicing);
  // The same of both sides, slice by slice in turn, `first` (0 or 1) before the other; both opened. The warm-up is each
  // side's. At most 1,000 pairs.
  struct Alternated {
    std::vector<model::Sample> sides[2];
  };
  Outcome<Alternated> alternate(const Slicing& first_side, const Slicing& second_side, int first);
  // `slices` in two halves: asks and does not wait, so that two workers can run at once; then waits.
  Outcome<void> begin_slices(const Slicing& slicing);
  Outcome<std::vector<model::Sample>> end_slices();

  // The passes beside time: each in a fresh worker. What this build, machine or isolation cannot do is a kBadState whose
  // text begins with `not available`, and says why; it ends nothing.

  // What three calls do to the heap, the first of them the first call of the process. Needs Program::kHeap. Exact:
  // counts the bytes that the calls ask for, and nothing of the harness's or of preparing arguments (memory.hpp says
  // what is an allocation and what a growth). `predicted_seconds`: of the three calls as the clock knows them. A call
  // that passes Limits::heap_bytes_max is kHeapLimit, `exceeded its declared mem_mb_max of N MiB`; one that frees what it
  // did not allocate is kCrashed; both end the child.
  Outcome<model::Memory> memory(double predicted_seconds);
  // Samples of `batch` calls, each timed by itself, after 1 ms of warm-up: at least one, at most `most_samples` (4,000 is
  // the most there is), until they add up to `most_seconds` or preparing them took ten times that.
  Outcome<model::Latency> latency(std::uint64_t batch, std::uint64_t most_samples, double most_seconds,
                                  double predicted_seconds_per_call);
  // Calls under gperftools' CPU profiler, 250 samples a second of CPU time, until there are `enough_samples` or
  // `most_seconds` are over (a call runs to its end). Only what happens inside of calls is sampled: not preparing their
  // arguments, not the harness. Needs Program::kCpuProfile.
  Outcome<CpuSampling> cpu_profile(std::uint64_t enough_samples, double most_seconds,
                                   double predicted_seconds_per_call);
  // One call in steady state under gperftools' heap profiler, after two that are not looked at: exact. Needs
  // Program::kHeap. An allocation costs some microseconds in it, so the deadline is `most_seconds`.
  Outcome<HeapDumps> heap_profile(double most_seconds);
  // User-mode instructions of a call, by the processor's counter, over `calls` calls after as many untimed ones.
  Outcome<double> instructions(std::uint64_t calls, double predicted_seconds_per_call = 0);
  // The solver's own counters, per call of the last `time`; empty when it has none.
  Outcome<std::vector<std::pair<std::string, double>>> counters();

  // -- a problem's library -------------------------------------------------------------------------------------
  struct ProblemFacts {
    std::string problem, signature;
    std::vector<std::string> generators;
    bool has_checker = false, has_reference = false;
  };
  Outcome<ProblemFacts> problem();
  struct Generated {
    model::Bytes args;
    std::optional<model::Bytes> expect;
  };
  Outcome<Generated> generate(const std::string& generator, std::uint64_t size, std::uint64_t seed);
  // "" = accepted, else the checker's reason.
  Outcome<std::string> check(const MemoryFile& args, std::span<const std::uint8_t> answer);
  Outcome<model::Bytes> reference(const MemoryFile& args);

  // Orderly end: BYE, on_destroy, exit status 0, nothing extra on the channel. Without it a run is not believed.
  Outcome<void> finish();

 private:
  struct State;
  explicit Worker(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Instructions of one call as callgrind counts them: exact, and the same again for the same library and input, as long as
// the solver does the same. A worker of its own runs under valgrind, about 50 times slower, makes 4 x `calls` calls and
// ends; in it the address space is not limited, files may grow to 64 MiB and each step has 50 times the limit of a call
// and 10 s more. `not available` (kBadState) when valgrind is not installed, or this harness was built without its headers.
Outcome<double> instructions_by_callgrind(const MemoryFile& library, const std::string& library_name,
                                          const MemoryFile& args, std::uint64_t calls,
                                          double predicted_seconds_per_call, const Limits& limits,
                                          const Settings& settings);

}  // namespace harness::worker
