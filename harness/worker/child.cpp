#include <harness/worker/child.hpp>

#include <array>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include <cxxabi.h>
#include <unistd.h>

#include <harness/worker/counting.hpp>
#include <harness/worker/cpu_sampling.hpp>
#include <harness/worker/loading.hpp>
#include <harness/worker/memory.hpp>
#include <harness/worker/protocol.hpp>
#include <harness/worker/sandbox.hpp>
#include <harness/worker/side.hpp>
#include <harness/worker/stopwatch.hpp>

namespace harness::worker {
namespace {

constexpr const char* kNotOpened = "no input was opened";

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
    for (auto& side : sides_) {
      if (!own_process_) side.close_instance();
      // In a process the exit lets go of the code; in a thread of the harness nothing may: the solver can have threads
      // left.
      if (side.library) side.library->keep_until_exit();
    }
    for (void* piece : padding_) std::free(piece);
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
    taking_turns_ = {};
    try {
      return answer(kind, reader, request);
    } catch (const abi::__forced_unwind&) {  // pthread_exit: nobody may stop it
      throw;
    } catch (const std::bad_alloc&) {
      return failed(Fault::kNoMemory, "std::bad_alloc");
    } catch (...) {
      return failed(Fault::kThrew, current_exception_words() + of_whom());
    }
  }

  bool answer(Kind kind, PayloadReader& reader, ReceivedPacket& request) {
    switch (kind) {
      case Kind::kStart: return done();
      case Kind::kLoad: return load(reader, request);
      case Kind::kTurn: return turn(reader);
      case Kind::kAlternate: return alternate(reader);
      case Kind::kFill: return fill(request);
      case Kind::kBye: return bye();
      default: break;
    }
    const auto* solver = side_->solver();
    const auto* problem = side_->problem();
    if (solver != nullptr) {
      if (kind == Kind::kOpen) return open(*solver, request);
      if (side_->instance == nullptr) return failed(Fault::kMisused, kNotOpened);
      if (kind == Kind::kTime) return time(*solver, reader);
      if (kind == Kind::kSlices) return slices(*solver, reader);
      if (kind == Kind::kAnswer) return give_answer(*solver);
      if (kind == Kind::kMemory) return memory(*solver, reader);
      if (kind == Kind::kLatency) return latency(*solver, reader);
      if (kind == Kind::kCount || kind == Kind::kTrace) return count(*solver, reader, kind);
      if (kind == Kind::kCounters) return give_counters(*solver);
      if (kind == Kind::kCpuProfile) return cpu_profile(*solver, reader);
      if (kind == Kind::kTakeCpuProfile) return announce_profile();
      if (kind == Kind::kHeapProfile) return heap_profile(*solver, reader);
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

  bool load(PayloadReader& reader, ReceivedPacket& request) {
    const auto name = reader.text();
    const auto padding_bytes = reader.u64();
    const bool own_heap = reader.u8() != 0;
    auto& side = sides_[sides_[0].library ? 1 : 0];
    if (!reader.complete() || side.library || request.descriptor_count() != 1)
      return failed(Fault::kMisused, "a malformed request, or one library too many");
    if (!own_heap && &side == &sides_[0]) padding_ = take_padding(padding_bytes, std::malloc);
    auto loaded = own_heap ? LoadedLibrary::load_apart(request.take_descriptor(0), name, padding_bytes)
                           : LoadedLibrary::load(request.take_descriptor(0), name);
    if (!loaded)
      return failed(loaded.error().starts_with("not available") ? Fault::kNotAvailable : Fault::kNotLoaded,
                    loaded.error());
    if (&side != &sides_[0] && (sides_[0].solver() == nullptr || loaded->solver() == nullptr)) {
      loaded->keep_until_exit();
      return failed(Fault::kMisused, "only solvers share a process, and " + name + " or the one before it is none");
    }
    side.name = name;
    side.library.emplace(std::move(*loaded));
    FrameWriter writer(Kind::kHello, sequence_);
    return send(writer.u8(side.solver() != nullptr ? 1 : 2).text(side.library->signature()));
  }

  bool turn(PayloadReader& reader) {
    const auto side = reader.u8();
    if (!reader.complete() || side > 1 || !sides_[side].library)
      return failed(Fault::kMisused, "there is no such side");
    side_ = &sides_[side];
    return done();
  }

  bool open(const harness_solver& solver, ReceivedPacket& request) {
    if (request.descriptor_count() != 1) return failed(Fault::kMisused, "an input without its memory file");
    side_->close_instance();
    auto& args = side_->args;
    if (!args.map(request.descriptor(0), false)) return failed(Fault::kNoMemory, "the input could not be mapped");
    void* instance = nullptr;
    if (const auto status = solver.open(args.data(), args.size(), &instance); status != HARNESS_OK)
      return failed(status, solver.last_error(nullptr));
    if (instance == nullptr) return failed(Fault::kContract, "open answered OK without an instance");
    side_->instance = instance;
    return done();
  }

  bool time(const harness_solver& solver, PayloadReader& reader) {
    const auto calls = reader.u64();
    const double warmup_seconds = reader.f64();
    if (!reader.complete()) return failed(Fault::kMisused, "a malformed request");
    Timed timed;
    if (const auto status = time_calls(solver, side_->instance, calls, warmup_seconds, timed); status != HARNESS_OK)
      return failed(status, solver.last_error(side_->instance));
    FrameWriter writer(Kind::kTimed, sequence_);
    return send(writer.f64(timed.real_seconds).f64(timed.cpu_seconds).f64(timed.total_seconds).u64(timed.waits));
  }

  bool slices(const harness_solver& solver, PayloadReader& reader) {
    Lane lane{&solver, side_->instance, reader.u64(), 0};
    const auto count = reader.u64();
    lane.warmup_seconds = reader.f64();
    if (!reader.complete()) return failed(Fault::kMisused, "a malformed request");
    return run_lanes({&lane, 1}, count);
  }

  bool alternate(PayloadReader& reader) {
    Lane lanes[2];
    for (int i = 0; i < 2; ++i) {
      if (sides_[i].instance == nullptr) return failed(Fault::kMisused, kNotOpened);
      lanes[i] = {sides_[i].solver(), sides_[i].instance, reader.u64(), 0};
      lanes[i].warmup_seconds = reader.f64();
    }
    const auto count = reader.u64();
    const auto first = reader.u8();
    if (!reader.complete() || first > 1) return failed(Fault::kMisused, "a malformed request");
    if (first == 1) std::swap(lanes[0], lanes[1]);
    taking_turns_ = {&sides_[first], &sides_[1 - first]};
    return run_lanes(lanes, count);
  }
  // Whose a failure is, where both were at work.
  std::string of_whom() const {
    return taking_turns_[0] != nullptr ? " in " + taking_turns_[lane_]->name : std::string();
  }

  bool run_lanes(std::span<const Lane> lanes, std::uint64_t count) {
    for (const auto& lane : lanes)
      if (lane.calls == 0 || count == 0 || count > kMostSlices) return failed(Fault::kMisused, "a malformed request");
    Sliced sliced;
    if (const auto status = time_slices(lanes, count, sliced, lane_); status != HARNESS_OK) {
      const char* words = lanes[lane_].solver->last_error(lanes[lane_].instance);
      return failed(status, ((words != nullptr ? words : "") + of_whom()).c_str());
    }
    FrameWriter writer(Kind::kSliced, sequence_);
    writer.f64(sliced.total_seconds);
    for (const auto& slice : sliced.slices) writer.f64(slice.real_seconds).f64(slice.cpu_seconds);
    return send(writer);
  }

  bool give_answer(const harness_solver& solver) {
    harness_bytes bytes{};
    if (const auto status = solver.answer(side_->instance, &bytes); status != HARNESS_OK)
      return failed(status, solver.last_error(side_->instance));
    return announce(bytes);
  }

  bool memory(const harness_solver& solver, PayloadReader& reader) {
    const auto most_bytes = reader.u64();
    if (!reader.complete()) return failed(Fault::kMisused, "a malformed request");
    if (const char* why = own_process_ ? memory_unavailable() : "not available in a thread of the harness")
      return failed(Fault::kNotAvailable, why);
    HeapUse use;
    if (const auto status = measure_memory(solver, side_->instance, most_bytes, {channel_, sequence_}, use);
        status != HARNESS_OK)
      return failed(status, solver.last_error(side_->instance));
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
    if (const auto status = sample_calls(solver, side_->instance, batch, most_samples, most_seconds, latencies);
        status != HARNESS_OK)
      return failed(status, solver.last_error(side_->instance));
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
    const auto status = kind == Kind::kCount ? count_instructions(solver, side_->instance, calls, per_call, unavailable)
                                             : trace_instructions(solver, side_->instance, calls, unavailable);
    if (status != HARNESS_OK) return failed(status, solver.last_error(side_->instance));
    if (!unavailable.empty()) return failed(Fault::kNotAvailable, unavailable);
    if (kind == Kind::kTrace) return done();
    FrameWriter writer(Kind::kCounted, sequence_);
    return send(writer.f64(per_call));
  }

  bool cpu_profile(const harness_solver& solver, PayloadReader& reader) {
    const CpuSamplingOrder order{reader.u64(), reader.f64(), reader.u64()};
    if (!reader.complete()) return failed(Fault::kMisused, "a malformed request");
    if (!own_process_) return failed(Fault::kNotAvailable, "not available in a thread of the harness");
    CpuUse use;
    std::string unavailable;
    const auto status = sample_cpu(solver, side_->instance, order, use, profile_, unavailable);
    if (status != HARNESS_OK) return failed(status, solver.last_error(side_->instance));
    if (!unavailable.empty()) return failed(Fault::kNotAvailable, unavailable);
    FrameWriter writer(Kind::kProfiled, sequence_);
    writer.u64(use.samples).u64(use.calls).f64(use.wall_seconds).f64(use.cpu_seconds).f64(use.total_seconds);
    writer.u64(use.voluntary_switches).u64(use.involuntary_switches).u64(use.minor_faults);
    return send(writer.u8(static_cast<std::uint8_t>(use.loss)));
  }

  bool heap_profile(const harness_solver& solver, PayloadReader& reader) {
    if (!reader.complete()) return failed(Fault::kMisused, "a malformed request");
    if (const char* why = own_process_ ? memory_unavailable() : "not available in a thread of the harness")
      return failed(Fault::kNotAvailable, why);
    if (const auto status = dump_heap(solver, side_->instance, profile_); status != HARNESS_OK)
      return failed(status, solver.last_error(side_->instance));
    return announce_profile();
  }

  bool announce_profile() {
    return announce({reinterpret_cast<const std::uint8_t*>(profile_.data()), profile_.size()});
  }

  bool give_counters(const harness_solver& solver) {
    static constexpr std::uint8_t kEmptyMap[] = {0xa0};
    harness_bytes bytes{kEmptyMap, sizeof kEmptyMap};
    if (HARNESS_SOLVER_HAS(&solver, counters))
      if (const auto status = solver.counters(side_->instance, &bytes); status != HARNESS_OK)
        return failed(status, solver.last_error(side_->instance));
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
    if (!side_->args.map(request.descriptor(0), false) || !answer.map(request.descriptor(1), false))
      return failed(Fault::kNoMemory, "the input could not be mapped");
    std::uint32_t accepted = 0;
    const auto status = problem.check(side_->args.data(), side_->args.size(), answer.data(), answer.size(), &accepted);
    if (status != HARNESS_OK) return failed(status, problem.last_error());
    const char* reason = accepted == 1 ? "" : problem.last_error();
    FrameWriter writer(Kind::kVerdict, sequence_);
    return send(writer.u8(accepted == 1).text(reason != nullptr ? reason : ""));
  }

  bool reference(const harness_problem& problem, ReceivedPacket& request) {
    if (request.descriptor_count() != 1) return failed(Fault::kMisused, "an input without its memory file");
    auto& args = side_->args;
    if (!args.map(request.descriptor(0), false)) return failed(Fault::kNoMemory, "the input could not be mapped");
    harness_bytes answer{};
    if (const auto status = problem.reference(args.data(), args.size(), &answer); status != HARNESS_OK)
      return failed(status, problem.last_error());
    return announce(answer);
  }

  // Short bytes at once; of longer ones the length, and the parent follows with a file to fill.
  bool announce(harness_bytes bytes) {
    if (bytes.data == nullptr) return failed(Fault::kContract, "bytes without data");
    side_->announced = bytes;
    FrameWriter writer(Kind::kBytes, sequence_);
    writer.u64(bytes.size);
    if (bytes.size <= kLargestInline) writer.bytes({bytes.data, bytes.size});
    return send(writer);
  }

  bool fill(ReceivedPacket& request) {
    Mapping file;
    if (side_->announced.data == nullptr || request.descriptor_count() != 1)
      return failed(Fault::kMisused, "nothing was announced");
    if (!file.map(request.descriptor(0), true))
      return failed(Fault::kNoMemory, "the answer's file could not be mapped");
    if (file.size() != side_->announced.size) return failed(Fault::kMisused, "a file of another size");
    std::memcpy(file.data(), side_->announced.data, side_->announced.size);
    side_->announced = {};
    return done();
  }

  bool bye() {
    for (auto& side : sides_) side.close_instance();
    for (const auto& side : sides_)
      if (side.solver() != nullptr && side.solver()->on_destroy != nullptr) side.solver()->on_destroy();
    return done();
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
  std::vector<void*> padding_;
  std::string profile_;  // the last one that was made
  Side sides_[2];
  Side* side_ = &sides_[0];                      // whom requests mean
  std::array<const Side*, 2> taking_turns_{};    // in a request that means both: the lanes, in their order
  std::size_t lane_ = 0;                         // which of them is at work
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
