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
//   kLoad       text name                      library           kHello     u8 1 solver, 2 problem; text signature
//   kOpen                                      args              kDone
//   kTime       u64 calls, f64 warm-up                           kTimed     f64 real, f64 cpu, f64 total seconds
//   kAnswer                                                      kBytes     u64 total, bytes when they fit
//   kFill                                      sized file        kDone      the bytes of the last kBytes lie in the file
//   kProblem                                                     kFacts     text problem, signature, generators; u8 u8
//   kGenerate   text name, u64 size, u64 seed                    kBytes
//   kCheck                                     args, answer      kVerdict   u8 accepted; text reason
//   kReference                                 args              kBytes
//   kBye                                                         kDone      then the child exits with status 0
//
// kFailed: u8 a Fault, text. A text is a u32 length and its bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
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
  kDone = 64,
  kHello,
  kTimed,
  kBytes,
  kFacts,
  kVerdict,
  kFailed
};

// Why the child could not do what it was asked; the low numbers are the boundary's harness_status.
enum class Fault : std::uint8_t {
  kBadInput = 1,
  kThrew = 2,
  kNoMemory = 3,
  kBadState = 4,
  kNotLoaded = 16,  // dlopen, the entry or the table
  kMisused = 17,    // a request that does not fit what was loaded
  kContract = 18    // the library broke the boundary: unknown status, null data
};

inline constexpr std::uint32_t kMagic = 0x314e5248;  // "HRN1"
inline constexpr std::size_t kHeaderSize = 16;
inline constexpr std::size_t kLargestFrame = 60 * 1024;
inline constexpr std::size_t kLargestInline = 32 * 1024;  // longer bytes travel in a memory file
inline constexpr std::size_t kLargestText = 8 * 1024;
inline constexpr std::uint64_t kLargestBytes = 1ull << 30;  // of an answer
inline constexpr std::size_t kMostDescriptors = 2;
inline constexpr int kChannelLostStatus = 121;  // exit status of a child that cannot talk any more

struct Frame {
  Kind kind = Kind::kFailed;
  std::uint32_t sequence = 0;
  std::span<const std::uint8_t> payload;  // points into the bytes that were parsed
};

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
  // The frame, its size filled in.
  std::span<const std::uint8_t> frame();

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
