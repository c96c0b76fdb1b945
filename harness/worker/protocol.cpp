#include <harness/worker/protocol.hpp>

#include <algorithm>
#include <cerrno>
#include <cmath>

#include <sys/socket.h>
#include <unistd.h>

namespace harness::worker {
namespace {

bool known(std::uint16_t kind) {
  const auto within = [&](Kind first, Kind last) {
    return kind >= static_cast<std::uint16_t>(first) && kind <= static_cast<std::uint16_t>(last);
  };
  return within(Kind::kStart, Kind::kHeapProfile) || within(Kind::kDone, Kind::kProfiled);
}

template <class T>
T field(std::span<const std::uint8_t> bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

bool is_duration(double seconds) { return std::isfinite(seconds) && seconds >= 0; }

bool is_count(double count) { return std::isfinite(count) && count >= 0 && count == std::floor(count); }

constexpr auto refuse = [](const char* why) { return tl::unexpected<const char*>(why); };

}  // namespace

const char* step_of(Kind kind) {
  switch (kind) {
    case Kind::kStart: return "start";
    case Kind::kLoad: return "load";
    case Kind::kOpen: return "open";
    case Kind::kTime:
    case Kind::kSlices:
    case Kind::kAlternate: return "run";
    case Kind::kAnswer: return "answer";
    case Kind::kFill: return "copy";
    case Kind::kProblem: return "describe";
    case Kind::kGenerate: return "generate";
    case Kind::kCheck: return "check";
    case Kind::kReference: return "reference";
    case Kind::kMemory: return "memory";
    case Kind::kLatency: return "latency";
    case Kind::kCount: return "instructions";
    case Kind::kTrace: return "callgrind";
    case Kind::kCounters: return "counters";
    case Kind::kCpuProfile: return "cpu profile";
    case Kind::kHeapProfile: return "heap profile";
    case Kind::kBye: return "finish";
    default: return "";
  }
}

tl::expected<Frame, const char*> parse_frame(std::span<const std::uint8_t> packet) {
  if (packet.size() < kHeaderSize) return refuse("a frame shorter than its header");
  if (packet.size() > kLargestFrame) return refuse("a frame larger than allowed");
  if (field<std::uint32_t>(packet, 0) != kMagic) return refuse("a frame that is none of ours");
  const auto kind = field<std::uint16_t>(packet, 4);
  if (!known(kind)) return refuse("a frame of unknown kind");
  if (field<std::uint16_t>(packet, 6) != 0) return refuse("a frame with a reserved field set");
  if (field<std::uint32_t>(packet, 12) != packet.size() - kHeaderSize) return refuse("a frame of the wrong size");
  return Frame{static_cast<Kind>(kind), field<std::uint32_t>(packet, 8), packet.subspan(kHeaderSize)};
}

FrameWriter::FrameWriter(Kind kind, std::uint32_t sequence) {
  const auto number = static_cast<std::uint16_t>(kind);
  const std::uint16_t reserved = 0;
  const std::uint32_t size = 0;
  bytes_.reserve(256);
  raw(&kMagic, sizeof kMagic).raw(&number, sizeof number).raw(&reserved, sizeof reserved);
  raw(&sequence, sizeof sequence).raw(&size, sizeof size);
}

FrameWriter& FrameWriter::raw(const void* data, std::size_t size) {
  const auto end = bytes_.size();
  bytes_.resize(end + size);
  if (size > 0) std::memcpy(bytes_.data() + end, data, size);
  if (end >= kHeaderSize) {
    const auto payload = static_cast<std::uint32_t>(bytes_.size() - kHeaderSize);
    std::memcpy(bytes_.data() + kHeaderSize - sizeof payload, &payload, sizeof payload);
  }
  return *this;
}

FrameWriter& FrameWriter::text(std::string_view value) {
  value = value.substr(0, kLargestText);
  const auto length = static_cast<std::uint32_t>(value.size());
  return raw(&length, sizeof length).raw(value.data(), value.size());
}

std::span<const std::uint8_t> PayloadReader::take(std::size_t size) {
  if (!fits_ || size > rest_.size()) {
    fits_ = false;
    return {};
  }
  const auto taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

std::string PayloadReader::text() {
  const auto length = number<std::uint32_t>();
  if (length > kLargestText) fits_ = false;
  const auto bytes = take(length);
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::span<const std::uint8_t> PayloadReader::remainder() { return take(rest_.size()); }

tl::expected<Hello, const char*> decode_hello(std::span<const std::uint8_t> payload) {
  PayloadReader reader(payload);
  const auto kind = reader.u8();
  Hello hello{kind == 1, reader.text()};
  if (!reader.complete() || (kind != 1 && kind != 2)) return refuse("a malformed greeting");
  return hello;
}

tl::expected<Timed, const char*> decode_timed(std::span<const std::uint8_t> payload) {
  PayloadReader reader(payload);
  Timed timed;
  timed.real_seconds = reader.f64();
  timed.cpu_seconds = reader.f64();
  timed.total_seconds = reader.f64();
  timed.waits = reader.u64();
  if (!reader.complete()) return refuse("a malformed time");
  if (!is_duration(timed.real_seconds) || !is_duration(timed.cpu_seconds) || !is_duration(timed.total_seconds))
    return refuse("a time that is negative or no number");
  return timed;
}

tl::expected<Announced, const char*> decode_bytes(std::span<const std::uint8_t> payload) {
  PayloadReader reader(payload);
  Announced announced;
  announced.total = reader.u64();
  announced.bytes = reader.remainder();
  if (!reader.complete()) return refuse("a malformed answer");
  if (announced.total > kLargestBytes) return refuse("an answer of more than 1 GiB");
  const auto expected = announced.total <= kLargestInline ? announced.total : 0;
  if (announced.bytes.size() != expected) return refuse("an answer whose length is not the announced one");
  return announced;
}

tl::expected<Facts, const char*> decode_facts(std::span<const std::uint8_t> payload) {
  PayloadReader reader(payload);
  Facts facts;
  facts.problem = reader.text();
  facts.signature = reader.text();
  facts.generators = reader.text();
  const auto checker = reader.u8(), reference = reader.u8();
  if (!reader.complete() || checker > 1 || reference > 1) return refuse("a malformed description of a problem");
  facts.has_checker = checker == 1;
  facts.has_reference = reference == 1;
  return facts;
}

tl::expected<Verdict, const char*> decode_verdict(std::span<const std::uint8_t> payload) {
  PayloadReader reader(payload);
  const auto accepted = reader.u8();
  Verdict verdict{accepted == 1, reader.text()};
  if (!reader.complete() || accepted > 1) return refuse("a malformed verdict");
  return verdict;
}

tl::expected<Failed, const char*> decode_failed(std::span<const std::uint8_t> payload) {
  PayloadReader reader(payload);
  const auto fault = reader.u8();
  Failed failed{static_cast<Fault>(fault), reader.text()};
  const bool from_boundary = fault >= 1 && fault <= 4, ours = fault >= 16 && fault <= 21;
  if (!reader.complete() || (!from_boundary && !ours)) return refuse("a malformed failure");
  return failed;
}

tl::expected<HeapUse, const char*> decode_heap(std::span<const std::uint8_t> payload) {
  PayloadReader reader(payload);
  HeapUse use{reader.f64(), reader.f64(), reader.f64()};
  for (double& peak : use.peaks_bytes) peak = reader.f64();
  const auto has_growths = reader.u8();
  const double growths = reader.f64();
  if (!reader.complete() || has_growths > 1) return refuse("a malformed account of the heap");
  if (has_growths == 1) use.heap_growths = growths;
  bool counts = is_count(use.allocs) && is_count(use.alloc_bytes) && is_count(use.leaked_bytes) && is_count(growths);
  for (const double peak : use.peaks_bytes) counts = counts && is_count(peak);
  if (!counts) return refuse("an account of the heap with what is no count");
  return use;
}

tl::expected<Latencies, const char*> decode_latencies(std::span<const std::uint8_t> payload) {
  PayloadReader reader(payload);
  Latencies latencies{reader.f64(), reader.f64(), {}};
  const auto samples = reader.remainder();
  const auto count = samples.size() / sizeof(double);
  if (!reader.complete() || samples.size() % sizeof(double) != 0 || count == 0 || count > kMostSamples)
    return refuse("malformed samples");
  latencies.seconds.resize(count);
  std::memcpy(latencies.seconds.data(), samples.data(), samples.size());
  bool durations = is_duration(latencies.clock_seconds) && is_duration(latencies.total_seconds);
  for (const double seconds : latencies.seconds) durations = durations && is_duration(seconds);
  if (!durations) return refuse("a time that is negative or no number");
  return latencies;
}

tl::expected<Sliced, const char*> decode_sliced(std::span<const std::uint8_t> payload, std::size_t count) {
  PayloadReader reader(payload);
  Sliced sliced{reader.f64(), {}};
  if (count > 2 * kMostSlices || payload.size() != (1 + 2 * count) * sizeof(double)) return refuse("malformed slices");
  sliced.slices.resize(count);
  bool durations = is_duration(sliced.total_seconds);
  for (auto& slice : sliced.slices) {
    slice = {reader.f64(), reader.f64()};
    durations = durations && is_duration(slice.real_seconds) && is_duration(slice.cpu_seconds);
  }
  if (!durations) return refuse("a time that is negative or no number");
  return sliced;
}

tl::expected<CpuUse, const char*> decode_profiled(std::span<const std::uint8_t> payload) {
  PayloadReader reader(payload);
  CpuUse use;
  use.samples = reader.u64();
  use.calls = reader.u64();
  use.wall_seconds = reader.f64();
  use.cpu_seconds = reader.f64();
  use.total_seconds = reader.f64();
  use.voluntary_switches = reader.u64();
  use.involuntary_switches = reader.u64();
  use.minor_faults = reader.u64();
  const auto loss = reader.u8();
  use.loss = static_cast<SignalLoss>(loss);
  if (!reader.complete() || loss > static_cast<std::uint8_t>(SignalLoss::kTimerStopped))
    return refuse("malformed numbers of a profile");
  if (use.calls == 0) return refuse("a profile of no calls");
  if (!is_duration(use.wall_seconds) || !is_duration(use.cpu_seconds) || !is_duration(use.total_seconds))
    return refuse("a time that is negative or no number");
  return use;
}

tl::expected<double, const char*> decode_counted(std::span<const std::uint8_t> payload) {
  PayloadReader reader(payload);
  const double counted = reader.f64();
  if (!reader.complete()) return refuse("a malformed count");
  if (!std::isfinite(counted) || counted <= 0) return refuse("a count of instructions that is none");
  return counted;
}

void write_failed(std::span<std::uint8_t, kSmallestFailedFrame> frame, std::uint32_t sequence, Fault fault) {
  const auto kind = static_cast<std::uint16_t>(Kind::kFailed);
  const auto size = static_cast<std::uint32_t>(frame.size() - kHeaderSize);
  std::memset(frame.data(), 0, frame.size());
  std::memcpy(frame.data(), &kMagic, sizeof kMagic);
  std::memcpy(frame.data() + 4, &kind, sizeof kind);
  std::memcpy(frame.data() + 8, &sequence, sizeof sequence);
  std::memcpy(frame.data() + 12, &size, sizeof size);
  frame[kHeaderSize] = static_cast<std::uint8_t>(fault);
}

bool send_packet(int channel, std::span<const std::uint8_t> packet, std::span<const int> descriptors, int flags) {
  iovec piece{const_cast<std::uint8_t*>(packet.data()), packet.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMostDescriptors)] = {};
  if (!descriptors.empty()) {
    const auto size = descriptors.size_bytes();
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(size);
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(head), descriptors.data(), size);
  }
  ssize_t sent;
  do sent = ::sendmsg(channel, &message, flags | MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(packet.size());
}

bool ReceivedPacket::receive(int channel) {
  close_descriptors();
  iovec piece{buffer_.data(), buffer_.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMostDescriptors)];
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t received;
  do received = ::recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
  while (received < 0 && errno == EINTR);
  if (received <= 0) return false;
  for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr; head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    count_ = std::min((head->cmsg_len - CMSG_LEN(0)) / sizeof(int), kMostDescriptors);
    std::memcpy(descriptors_.data(), CMSG_DATA(head), count_ * sizeof(int));
  }
  size_ = static_cast<std::size_t>(received);
  return (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
}

int ReceivedPacket::take_descriptor(std::size_t index) {
  const int taken = descriptors_[index];
  descriptors_[index] = -1;
  return taken;
}

void ReceivedPacket::close_descriptors() {
  for (int& descriptor : descriptors_)
    if (descriptor >= 0) ::close(descriptor), descriptor = -1;
  count_ = 0;
}

}  // namespace harness::worker
