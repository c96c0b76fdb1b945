// The frames that parent and child exchange over a SOCK_SEQPACKET channel, and how they are read without trust.
//
// A frame is one packet: a header of 16 bytes, then exactly `size` bytes of payload, all in the machine's own byte order
// (both ends run on it). The parent asks, the child answers; every answer carries the sequence number of its request.
// Numbers that do not fit a frame travel in memory files, whose descriptors ride along with a request; the child never
// sends a descriptor.
//
//   offset 0  u32  kMagic
//          4  u16  Kind
//          6  u16  0
//          8  u32  sequence: 1 for the first request, then one more each time
//         12  u32  size of the payload
//
// A request's payload begins with an f64, the parent's deadline in seconds; the fields of each kind follow:
//
//   request                                    descriptors       answer (or kFailed)
//   kStart                                                       kDone      the child is contained and listens
//   kLoad       text name, u64 heap padding,   library           kHello     u8 1 solver, 2 problem; text signature
//               u8 own heap; twice for a duet
//   kOpen                                      args              kDone
//   kTime       u64 calls, f64 warm-up                           kTimed     f64 real, f64 cpu, f64 total seconds, u64 waits
//   kAnswer                                                      kBytes     u64 total, bytes when they fit
//   kFill                                      sized file        kDone      the bytes of the last kBytes lie in the file
//   kProblem                                                     kFacts     text problem, signature, generators; u8 u8
//   kGenerate   text name, u64 size, u64 seed                    kBytes
//   kCheck                                     args, answer      kVerdict   u8 accepted; text reason
//   kReference                                 args              kBytes
//   kBye                                                         kDone      then the child exits with status 0
//   kMemory     u64 most bytes (0 = any)                         kHeap      see HeapUse; only as harness-worker-profile
//   kLatency    u64 batch, u64 samples, f64 s                    kLatencies f64 clock, f64 total, f64 each sample
//   kCount      u64 calls                                        kCounted   f64 instructions of one call
//   kTrace      u64 calls                                        kDone      callgrind dumped `calls`, then twice as many
//   kCounters                                                    kBytes     a CBOR map
//   kTurn       u8 side: 0 loaded first, 1                       kDone      requests mean that side from now on
//   kSlices     u64 calls, u64 count, f64 warm-up                kSliced    f64 total, then f64 real, f64 cpu a slice
//   kAlternate  u64 calls, f64 warm-up of 0, of 1;               kSliced    of both sides, in the order in which they
//               u64 count a side, u8 side that begins                       ran
//   kCpuProfile u64 enough samples, f64 most                     kProfiled  see CpuUse; only as harness-worker-cpu
//               seconds, u64 calls of the first batch
//   kTakeCpuProfile                                              kBytes     what the profiler wrote
//   kHeapProfile                                                 kBytes     two dumps, a zero byte between them; only as
//                                                                           harness-worker-profile
//
// kFailed: u8 a Fault, text. A text is a u32 length and its bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace harness::worker {

enum class Kind : std::uint16_t {
  kStart = 1,
  kLoad,
  kOpen,
  kTime,
  kAnswer,
  kFill,
  kProblem,
  kGenerate,
  kCheck,
  kReference,
  kBye,
  kMemory,
  kLatency,
  kCount,
  kTrace,
  kCounters,
  kTurn,
  kSlices,
  kAlternate,
  kCpuProfile,
  kTakeCpuProfile,
  kHeapProfile,
  kDone = 64,
  kHello,
  kTimed,
  kBytes,
  kFacts,
  kVerdict,
  kFailed,
  kHeap,
  kLatencies,
  kCounted,
  kSliced,
  kProfiled
};

// Why the child could not do what it was asked; the low numbers are the boundary's harness_status.
enum class Fault : std::uint8_t {
  kBadInput = 1,
  kThrew = 2,
  kNoMemory = 3,
  kBadState = 4,
  kNotLoaded = 16,     // dlopen, the entry or the table
  kMisused = 17,       // a request that does not fit what was loaded
  kContract = 18,      // the library broke the boundary: unknown status, null data
  kNotAvailable = 19,  // this program or machine cannot do that; the text says why
  // The memory pass ended the process:
  kHeapLimit = 20,  // the call's live bytes passed the limit
  kBadFree = 21     // the call freed what it had not allocated, or freed it twice
};

inline constexpr std::uint32_t kMagic = 0x314e5248;  // "HRN1"
inline constexpr std::size_t kHeaderSize = 16;
inline constexpr std::size_t kLargestFrame = 60 * 1024;
inline constexpr std::size_t kLargestInline = 32 * 1024;  // longer bytes travel in a memory file
inline constexpr std::size_t kLargestText = 8 * 1024;
inline constexpr std::uint64_t kLargestBytes = 1ull << 30;  // of an answer
inline constexpr std::size_t kMostDescriptors = 2;
inline constexpr std::size_t kMostSamples = 4000;  // in a frame
inline constexpr std::size_t kMostSlices = 1000;   // of a side in a frame
inline constexpr std::size_t kMeasuredCalls = 3;   // of the memory pass: the first, one to settle, the steady state
inline constexpr int kChannelLostStatus = 121;     // exit status of a child that cannot talk any more

struct Frame {
  Kind kind = Kind::kFailed;
  std::uint32_t sequence = 0;
  std::span<const std::uint8_t> payload;  // points into the bytes that were parsed
};

// What a request of this kind is called in a timeline: `load`, `run`; "" = it is no step of its own.
const char* step_of(Kind kind);

// Every field is checked; the error names the one that is wrong.
tl::expected<Frame, const char*> parse_frame(std::span<const std::uint8_t> packet);

// Builds one frame. Texts longer than kLargestText are cut.
class FrameWriter {
 public:
  FrameWriter(Kind kind, std::uint32_t sequence);
  FrameWriter& u8(std::uint8_t value) { return raw(&value, sizeof value); }
  FrameWriter& u64(std::uint64_t value) { return raw(&value, sizeof value); }
  FrameWriter& f64(double value) { return raw(&value, sizeof value); }
  FrameWriter& text(std::string_view value);
  FrameWriter& bytes(std::span<const std::uint8_t> value) { return raw(value.data(), value.size()); }
  std::span<const std::uint8_t> frame() const { return bytes_; }

 private:
  FrameWriter& raw(const void* data, std::size_t size);
  std::vector<std::uint8_t> bytes_;
};

// Takes fields off a payload. After the first one that does not fit, everything reads as zero and `complete` is false.
class PayloadReader {
 public:
  explicit PayloadReader(std::span<const std::uint8_t> payload) : rest_(payload) {}
  std::uint8_t u8() { return number<std::uint8_t>(); }
  std::uint64_t u64() { return number<std::uint64_t>(); }
  double f64() { return number<double>(); }
  std::string text();                         // at most kLargestText
  std::span<const std::uint8_t> remainder();  // all that is left
  // Did every field fit, and is nothing left over?
  bool complete() const { return fits_ && rest_.empty(); }

 private:
  template <class T>
  T number() {
    T value{};
    const auto field = take(sizeof value);
    if (!field.empty()) std::memcpy(&value, field.data(), sizeof value);
    return value;
  }
  std::span<const std::uint8_t> take(std::size_t size);

  std::span<const std::uint8_t> rest_;
  bool fits_ = true;
};

// The answers, as the parent reads them. Each decoder refuses a payload of any other shape.
struct Hello {
  bool solver = false;
  std::string signature;
};
struct Timed {
  double real_seconds = 0, cpu_seconds = 0;
  double total_seconds = 0;  // of the whole request: warm-up, preparing and timed calls
  std::uint64_t waits = 0;   // times the thread gave its core up by itself meanwhile
};
// What the memory pass saw. The figures of model::Memory; allocs, alloc_bytes and leaked_bytes are the last call's.
struct HeapUse {
  double allocs = 0, alloc_bytes = 0, leaked_bytes = 0;
  std::array<double, kMeasuredCalls> peaks_bytes{};
  std::optional<double> heap_growths;
};
struct Latencies {
  double clock_seconds = 0;     // what two readings of the clock cost; not taken off the samples
  double total_seconds = 0;     // of the whole request
  std::vector<double> seconds;  // of each sample, all its calls together; at least one
};
struct Slice {
  double real_seconds = 0, cpu_seconds = 0;
};
struct Sliced {
  double total_seconds = 0;  // of the whole request
  std::vector<Slice> slices;
};
// Why no samples came although the calls took processor time.
enum class SignalLoss : std::uint8_t {
  kNone,
  kIgnored,      // SIGPROF is ignored
  kBlocked,      // blocked by the thread that makes the calls
  kReplaced,     // its handler is not the profiler's
  kTimerStopped  // the profiler's timer does not run
};
// What the CPU profiler gathered, and what the system counted while the calls ran, in the whole process.
//   u64 samples, u64 calls, f64 wall, f64 cpu, f64 total seconds, u64 voluntary, u64 involuntary switches, u64 minor
//   faults, u8 SignalLoss
struct CpuUse {
  std::uint64_t samples = 0, calls = 0;
  double wall_seconds = 0, cpu_seconds = 0;
  double total_seconds = 0;  // of the whole request, preparing included
  std::uint64_t voluntary_switches = 0, involuntary_switches = 0, minor_faults = 0;
  SignalLoss loss = SignalLoss::kNone;
};
struct Announced {
  std::uint64_t total = 0;
  std::span<const std::uint8_t> bytes;  // all of them, or none when they need a memory file
};
struct Facts {
  std::string problem, signature, generators;
  bool has_checker = false, has_reference = false;
};
struct Verdict {
  bool accepted = false;
  std::string reason;
};
struct Failed {
  Fault fault = Fault::kContract;
  std::string text;
};
tl::expected<Hello, const char*> decode_hello(std::span<const std::uint8_t> payload);
tl::expected<Timed, const char*> decode_timed(std::span<const std::uint8_t> payload);
tl::expected<Announced, const char*> decode_bytes(std::span<const std::uint8_t> payload);
tl::expected<Facts, const char*> decode_facts(std::span<const std::uint8_t> payload);
tl::expected<Verdict, const char*> decode_verdict(std::span<const std::uint8_t> payload);
tl::expected<Failed, const char*> decode_failed(std::span<const std::uint8_t> payload);
tl::expected<HeapUse, const char*> decode_heap(std::span<const std::uint8_t> payload);
tl::expected<Latencies, const char*> decode_latencies(std::span<const std::uint8_t> payload);
// `count` slices are expected, at most twice kMostSlices.
tl::expected<Sliced, const char*> decode_sliced(std::span<const std::uint8_t> payload, std::size_t count);
tl::expected<CpuUse, const char*> decode_profiled(std::span<const std::uint8_t> payload);
tl::expected<double, const char*> decode_counted(std::span<const std::uint8_t> payload);

// A whole kFailed without text, made without allocating: for malloc's hooks.
inline constexpr std::size_t kSmallestFailedFrame = kHeaderSize + 1 + sizeof(std::uint32_t);
void write_failed(std::span<std::uint8_t, kSmallestFailedFrame> frame, std::uint32_t sequence, Fault fault);

// Puts one packet on the channel. `flags` are send(2)'s; SIGPIPE is never raised. False with errno set.
bool send_packet(int channel, std::span<const std::uint8_t> packet, std::span<const int> descriptors, int flags);

// One packet with the descriptors that came along, for the child's side; it waits for ever. Descriptors are closed with it.
class ReceivedPacket {
 public:
  ReceivedPacket() = default;
  ~ReceivedPacket() { close_descriptors(); }
  ReceivedPacket(const ReceivedPacket&) = delete;
  ReceivedPacket& operator=(const ReceivedPacket&) = delete;

  // False: the channel is closed or broken, or the packet is larger than a frame may be.
  bool receive(int channel);
  std::span<const std::uint8_t> packet() const { return {buffer_.data(), size_}; }
  std::size_t descriptor_count() const { return count_; }
  int descriptor(std::size_t index) const { return descriptors_[index]; }
  int take_descriptor(std::size_t index);  // the caller closes it

 private:
  void close_descriptors();
  std::array<std::uint8_t, kLargestFrame> buffer_;
  std::size_t size_ = 0;
  std::array<int, kMostDescriptors> descriptors_ = {-1, -1};
  std::size_t count_ = 0;
};

}  // namespace harness::worker
