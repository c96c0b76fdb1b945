#include <harness/worker/child.hpp>

#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <typeinfo>

#include <cxxabi.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <harness/worker/counting.hpp>
#include <harness/worker/loading.hpp>
#include <harness/worker/memory.hpp>
#include <harness/worker/protocol.hpp>
#include <harness/worker/sandbox.hpp>
#include <harness/worker/stopwatch.hpp>

namespace harness::worker {
namespace {

// A memory file of the parent's, mapped.
class Mapping {
 public:
  Mapping() = default;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() { reset(); }

  // Read-only mappings are filled in at once, so that no page is missing when the clock runs.
  bool map(int descriptor, bool writable) {
    reset();
    struct stat file {};
    if (::fstat(descriptor, &file) != 0 || file.st_size < 0) return false;
    size_ = static_cast<std::size_t>(file.st_size);
    if (size_ == 0) return true;
    void* address = ::mmap(nullptr, size_, writable ? PROT_READ | PROT_WRITE : PROT_READ,
                           writable ? MAP_SHARED : MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
    if (address == MAP_FAILED) {
      size_ = 0;
      return false;
    }
    data_ = static_cast<std::uint8_t*>(address);
    return true;
  }
  void reset() {
    if (data_ != nullptr) ::munmap(data_, size_);
    data_ = nullptr;
    size_ = 0;
  }
  std::uint8_t* data() { return data_ != nullptr ? data_ : &nothing_; }
  std::size_t size() const { return size_; }

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::uint8_t nothing_ = 0;
};

// The words for an exception that left the library although the boundary forbids it: `std::logic_error: what`.
std::string current_exception_words() {
  if (!std::current_exception()) return "an exception of another language";
  std::string words = "an exception";
  if (const std::type_info* type = abi::__cxa_current_exception_type()) {
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> name(abi::__cxa_demangle(type->name(), nullptr, nullptr, &status),
                                                           &std::free);
    words = name ? name.get() : type->name();
  }
  try {
    throw;
  } catch (const std::exception& error) {
    words += std::string(": ") + error.what();
  } catch (const std::string& text) {
    words += ": " + text;
  } catch (const char* text) {
    words += std::string(": ") + (text != nullptr ? text : "(null)");
  } catch (...) {
  }
  return words;
}

class Loop {
 public:
  Loop(int channel, bool own_process) : channel_(channel), own_process_(own_process) {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() {
    if (!own_process_) close_instance();
    // In a process the exit lets go of the code; in a thread of the harness nothing may: the solver can have threads left.
    if (library_) library_->keep_until_exit();
  }

  int run() {
    auto request = std::make_unique<ReceivedPacket>();
    while (request->receive(channel_)) {
      const auto frame = parse_frame(request->packet());
      if (!frame) return kChannelLostStatus;
      PayloadReader reader(frame->payload);
      const double deadline_seconds = reader.f64();
      if (own_process_) allow_cpu_seconds(deadline_seconds);
      sequence_ = frame->sequence;
      const auto answered = answer_or_fault(frame->kind, reader, *request);
      if (!answered) return kChannelLostStatus;
      if (frame->kind == Kind::kBye) break;
    }
    return 0;
  }

 private:
  // (A forced unwind is caught without an object, which sanitizers take for a null reference.)
  __attribute__((no_sanitize("null"))) bool answer_or_fault(Kind kind, PayloadReader& reader, ReceivedPacket& request) {
    try {
      return answer(kind, reader, request);
    } catch (const abi::__forced_unwind&) {  // pthread_exit: nobody may stop it
      throw;
    } catch (const std::bad_alloc&) {
      return failed(Fault::kNoMemory, "std::bad_alloc");
    } catch (...) {
      return failed(Fault::kThrew, current_exception_words());
    }
  }

  bool answer(Kind kind, PayloadReader& reader, ReceivedPacket& request) {
    switch (kind) {
      case Kind::kStart: return done();
      case Kind::kLoad: return load(reader.text(), request);
      case Kind::kFill: return fill(request);
      case Kind::kBye: return bye();
      default: break;
    }
    const auto* solver = library_ ? library_->solver() : nullptr;
    const auto* problem = library_ ? library_->problem() : nullptr;
    if (solver != nullptr) {
      if (kind == Kind::kOpen) return open(*solver, request);
      if (instance_ == nullptr) return failed(Fault::kMisused, "no input was opened");
      if (kind == Kind::kTime) return time(*solver, reader);
      if (kind == Kind::kAnswer) return give_answer(*solver);
      if (kind == Kind::kMemory) return memory(*solver, reader);
      if (kind == Kind::kLatency) return latency(*solver, reader);
      if (kind == Kind::kCount || kind == Kind::kTrace) return count(*solver, reader, kind);
      if (kind == Kind::kCounters) return give_counters(*solver);
    }
    if (problem != nullptr) {
      if (kind == Kind::kProblem) return describe(*problem);
      if (kind == Kind::kGenerate) return generate(*problem, reader);
      if (kind == Kind::kCheck) return check(*problem, request);
      if (kind == Kind::kReference) return reference(*problem, request);
    }
    return failed(Fault::kMisused, solver ? "a solver's library was asked what a problem's library does"
                                          : "a problem's library was asked what a solver does");
  }

  bool load(const std::string& name, ReceivedPacket& request) {
    if (library_ || request.descriptor_count() != 1) return failed(Fault::kMisused, "one library at a time");
    auto loaded = LoadedLibrary::load(request.take_descriptor(0), name);
    if (!loaded) return failed(Fault::kNotLoaded, loaded.error());
    library_.emplace(std::move(*loaded));
    FrameWriter writer(Kind::kHello, sequence_);
    return send(writer.u8(library_->solver() != nullptr ? 1 : 2).text(library_->signature()));
  }

  bool open(const harness_solver& solver, ReceivedPacket& request) {
    if (request.descriptor_count() != 1) return failed(Fault::kMisused, "an input without its memory file");
    close_instance();
    if (!args_.map(request.descriptor(0), false)) return failed(Fault::kNoMemory, "the input could not be mapped");
    void* instance = nullptr;
    if (const auto status = solver.open(args_.data(), args_.size(), &instance); status != HARNESS_OK)
      return failed(status, solver.last_error(nullptr));
    if (instance == nullptr) return failed(Fault::kContract, "open answered OK without an instance");
    instance_ = instance;
    return done();
  }

  bool time(const harness_solver& solver, PayloadReader& reader) {
    const auto calls = reader.u64();
    const double warmup_seconds = reader.f64();
    if (!reader.complete()) return failed(Fault::kMisused, "a malformed request");
    Timed timed;
    if (const auto status = time_calls(solver, instance_, calls, warmup_seconds, timed); status != HARNESS_OK)
      return failed(status, solver.last_error(instance_));
    FrameWriter writer(Kind::kTimed, sequence_);
    return send(writer.f64(timed.real_seconds).f64(timed.cpu_seconds).f64(timed.total_seconds));
  }

  bool give_answer(const harness_solver& solver) {
    harness_bytes bytes{};
    if (const auto status = solver.answer(instance_, &bytes); status != HARNESS_OK)
      return failed(status, solver.last_error(instance_));
    return announce(bytes);
  }

  bool memory(const harness_solver& solver, PayloadReader& reader) {
    const auto most_bytes = reader.u64();
    if (!reader.complete()) return failed(Fault::kMisused, "a malformed request");
    if (const char* why = own_process_ ? memory_unavailable() : "not available in a thread of the harness")
      return failed(Fault::kNotAvailable, why);
    HeapUse use;
    if (const auto status = measure_memory(solver, instance_, most_bytes, {channel_, sequence_}, use);
        status != HARNESS_OK)
      return failed(status, solver.last_error(instance_));
    FrameWriter writer(Kind::kHeap, sequence_);
    writer.f64(use.allocs).f64(use.alloc_bytes).f64(use.leaked_bytes);
    for (const double peak : use.peaks_bytes) writer.f64(peak);
    return send(writer.u8(use.heap_growths.has_value()).f64(use.heap_growths.value_or(0)));
  }

  bool latency(const harness_solver& solver, PayloadReader& reader) {
    const auto batch = reader.u64(), most_samples = reader.u64();
    const double most_seconds = reader.f64();
    if (!reader.complete() || batch == 0 || most_samples > kMostSamples)
      return failed(Fault::kMisused, "a malformed request");
    Latencies latencies;
    if (const auto status = sample_calls(solver, instance_, batch, most_samples, most_seconds, latencies);
        status != HARNESS_OK)
      return failed(status, solver.last_error(instance_));
    FrameWriter writer(Kind::kLatencies, sequence_);
    writer.f64(latencies.clock_seconds).f64(latencies.total_seconds);
    for (const double seconds : latencies.seconds) writer.f64(seconds);
    return send(writer);
  }

  bool count(const harness_solver& solver, PayloadReader& reader, Kind kind) {
    const auto calls = reader.u64();
    if (!reader.complete() || calls == 0) return failed(Fault::kMisused, "a malformed request");
    double per_call = 0;
    std::string unavailable;
    const auto status = kind == Kind::kCount ? count_instructions(solver, instance_, calls, per_call, unavailable)
                                             : trace_instructions(solver, instance_, calls, unavailable);
    if (status != HARNESS_OK) return failed(status, solver.last_error(instance_));
    if (!unavailable.empty()) return failed(Fault::kNotAvailable, unavailable);
    if (kind == Kind::kTrace) return done();
    FrameWriter writer(Kind::kCounted, sequence_);
    return send(writer.f64(per_call));
  }

  bool give_counters(const harness_solver& solver) {
    static constexpr std::uint8_t kEmptyMap[] = {0xa0};
    harness_bytes bytes{kEmptyMap, sizeof kEmptyMap};
    if (HARNESS_SOLVER_HAS(&solver, counters))
      if (const auto status = solver.counters(instance_, &bytes); status != HARNESS_OK)
        return failed(status, solver.last_error(instance_));
    return announce(bytes);
  }

  bool describe(const harness_problem& problem) {
    FrameWriter writer(Kind::kFacts, sequence_);
    writer.text(problem.problem).text(problem.signature).text(problem.generators);
    return send(writer.u8(problem.has_checker != 0).u8(problem.has_reference != 0));
  }

  bool generate(const harness_problem& problem, PayloadReader& reader) {
    const auto name = reader.text();
    const auto size = reader.u64();
    const auto seed = reader.u64();
    if (!reader.complete()) return failed(Fault::kMisused, "a malformed request");
    harness_bytes made{};
    if (const auto status = problem.generate(name.c_str(), size, seed, &made); status != HARNESS_OK)
      return failed(status, problem.last_error());
    return announce(made);
  }

  bool check(const harness_problem& problem, ReceivedPacket& request) {
    Mapping answer;
    if (request.descriptor_count() != 2) return failed(Fault::kMisused, "two memory files were expected");
    if (!args_.map(request.descriptor(0), false) || !answer.map(request.descriptor(1), false))
      return failed(Fault::kNoMemory, "the input could not be mapped");
    std::uint32_t accepted = 0;
    const auto status = problem.check(args_.data(), args_.size(), answer.data(), answer.size(), &accepted);
    if (status != HARNESS_OK) return failed(status, problem.last_error());
    const char* reason = accepted == 1 ? "" : problem.last_error();
    FrameWriter writer(Kind::kVerdict, sequence_);
    return send(writer.u8(accepted == 1).text(reason != nullptr ? reason : ""));
  }

  bool reference(const harness_problem& problem, ReceivedPacket& request) {
    if (request.descriptor_count() != 1) return failed(Fault::kMisused, "an input without its memory file");
    if (!args_.map(request.descriptor(0), false)) return failed(Fault::kNoMemory, "the input could not be mapped");
    harness_bytes answer{};
    if (const auto status = problem.reference(args_.data(), args_.size(), &answer); status != HARNESS_OK)
      return failed(status, problem.last_error());
    return announce(answer);
  }

  // Short bytes at once; of longer ones the length, and the parent follows with a file to fill.
  bool announce(harness_bytes bytes) {
    if (bytes.data == nullptr) return failed(Fault::kContract, "bytes without data");
    announced_ = bytes;
    FrameWriter writer(Kind::kBytes, sequence_);
    writer.u64(bytes.size);
    if (bytes.size <= kLargestInline) writer.bytes({bytes.data, bytes.size});
    return send(writer);
  }

  bool fill(ReceivedPacket& request) {
    Mapping file;
    if (announced_.data == nullptr || request.descriptor_count() != 1)
      return failed(Fault::kMisused, "nothing was announced");
    if (!file.map(request.descriptor(0), true))
      return failed(Fault::kNoMemory, "the answer's file could not be mapped");
    if (file.size() != announced_.size) return failed(Fault::kMisused, "a file of another size");
    std::memcpy(file.data(), announced_.data, announced_.size);
    announced_ = {};
    return done();
  }

  bool bye() {
    close_instance();
    if (library_ && library_->solver() != nullptr && library_->solver()->on_destroy != nullptr)
      library_->solver()->on_destroy();
    return done();
  }

  void close_instance() {
    announced_ = {};
    if (instance_ == nullptr) return;
    library_->solver()->close(instance_);
    instance_ = nullptr;
  }

  bool done() {
    FrameWriter writer(Kind::kDone, sequence_);
    return send(writer);
  }
  bool failed(Fault fault, std::string_view text) {
    FrameWriter writer(Kind::kFailed, sequence_);
    return send(writer.u8(static_cast<std::uint8_t>(fault)).text(text));
  }
  bool failed(harness_status status, const char* words) {
    if (status < HARNESS_BAD_INPUT || status > HARNESS_BAD_STATE)
      return failed(Fault::kContract, "an unknown status, " + std::to_string(status));
    return failed(static_cast<Fault>(status), words != nullptr ? words : "");
  }
  bool send(FrameWriter& writer) { return send_packet(channel_, writer.frame(), {}, 0); }

  int channel_;
  bool own_process_;
  std::uint32_t sequence_ = 0;
  std::optional<LoadedLibrary> library_;
  Mapping args_;
  void* instance_ = nullptr;
  harness_bytes announced_{};
};

}  // namespace

int serve(int channel, bool own_process) {
  // Closed last, after the library was let go: then the other end knows that this one is done.
  const struct Closing {
    int channel;
    ~Closing() { ::close(channel); }
  } closing{channel};
  Loop loop(channel, own_process);
  return loop.run();
}

}  // namespace harness::worker
