#include <harness/worker/protocol.hpp>

#include <limits>

#include <sys/socket.h>
#include <unistd.h>

#include <test/catch.hpp>

using namespace harness::worker;

namespace {
std::vector<std::uint8_t> bytes_of(FrameWriter& writer) {
  const auto frame = writer.frame();
  return {frame.begin(), frame.end()};
}
}  // namespace

TEST_CASE("a frame that was written is read back") {
  FrameWriter writer(Kind::kGenerate, 7);
  const auto bytes = bytes_of(writer.f64(1.5).text("uniform").u64(16).u64(1));
  const auto frame = parse_frame(bytes);
  REQUIRE(frame);
  CHECK(frame->kind == Kind::kGenerate);
  CHECK(frame->sequence == 7);
  PayloadReader reader(frame->payload);
  CHECK(reader.f64() == 1.5);
  CHECK(reader.text() == "uniform");
  CHECK(reader.u64() == 16);
  CHECK(reader.u64() == 1);
  CHECK(reader.complete());
}

TEST_CASE("every field of a header is checked") {
  FrameWriter writer(Kind::kDone, 1);
  const auto good = bytes_of(writer.u64(0));
  REQUIRE(parse_frame(good));
  for (const std::size_t wrong : {0u, 3u, 4u, 5u, 6u, 7u, 12u, 15u}) {
    auto bytes = good;
    bytes[wrong] ^= 0x90;
    INFO("byte " << wrong);
    CHECK_FALSE(parse_frame(bytes));
  }
  for (std::size_t size = 0; size < good.size(); ++size) CHECK_FALSE(parse_frame(std::span(good).first(size)));
  auto longer = good;
  longer.push_back(0);
  CHECK_FALSE(parse_frame(longer));
  CHECK_FALSE(parse_frame(std::vector<std::uint8_t>(kLargestFrame + 1)));
}

TEST_CASE("a payload that is cut off anywhere, or too long, is refused") {
  FrameWriter writer(Kind::kFacts, 1);
  const auto bytes = bytes_of(writer.text("two-sum").text("(integer) -> integer").text("uniform\nworst").u8(1).u8(0));
  const auto payload = std::span(bytes).subspan(kHeaderSize);
  const auto facts = decode_facts(payload);
  REQUIRE(facts);
  CHECK(facts->problem == "two-sum");
  CHECK(facts->has_checker);
  CHECK_FALSE(facts->has_reference);
  for (std::size_t size = 0; size < payload.size(); ++size) CHECK_FALSE(decode_facts(payload.first(size)));
  CHECK_FALSE(decode_facts(std::span(bytes).subspan(kHeaderSize - 1)));
}

TEST_CASE("times that are negative or no numbers are refused") {
  const auto decoded = [](double real, double cpu, double total) {
    FrameWriter writer(Kind::kTimed, 1);
    return decode_timed(writer.f64(real).f64(cpu).f64(total).u64(0).frame().subspan(kHeaderSize)).has_value();
  };
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInfinity = std::numeric_limits<double>::infinity();
  CHECK(decoded(0, 0, 0));
  CHECK(decoded(1, 1, 2));
  CHECK_FALSE(decoded(-1e-9, 0, 0));
  CHECK_FALSE(decoded(0, kNan, 0));
  CHECK_FALSE(decoded(0, 0, kInfinity));
}

TEST_CASE("an account of the heap is read back, and what is no count is refused") {
  const auto decoded = [](double allocs, double peak, std::uint8_t has_growths, double growths) {
    FrameWriter writer(Kind::kHeap, 1);
    writer.f64(allocs).f64(120).f64(24).f64(120).f64(peak).f64(120).u8(has_growths).f64(growths);
    return decode_heap(writer.frame().subspan(kHeaderSize));
  };
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInfinity = std::numeric_limits<double>::infinity();
  const auto use = decoded(3, 80, 1, 2);
  REQUIRE(use);
  CHECK(use->allocs == 3);
  CHECK(use->alloc_bytes == 120);
  CHECK(use->leaked_bytes == 24);
  CHECK(use->peaks_bytes == std::array<double, 3>{120, 80, 120});
  CHECK(use->heap_growths == 2.0);
  CHECK_FALSE(decoded(3, 80, 0, 0)->heap_growths);
  CHECK_FALSE(decoded(-1, 80, 1, 2));
  CHECK_FALSE(decoded(2.5, 80, 1, 2));
  CHECK_FALSE(decoded(3, kNan, 1, 2));
  CHECK_FALSE(decoded(3, 80, 1, kInfinity));
  CHECK_FALSE(decoded(3, 80, 2, 2));
}

TEST_CASE("as many samples are read as there are, and none or a part of one are refused") {
  const auto decoded = [](std::size_t samples, double seconds, std::size_t beyond = 0) {
    FrameWriter writer(Kind::kLatencies, 1);
    writer.f64(2e-8).f64(1);
    for (std::size_t i = 0; i < samples; ++i) writer.f64(seconds);
    for (std::size_t i = 0; i < beyond; ++i) writer.u8(0);
    const auto frame = writer.frame();
    REQUIRE((frame.size() <= kLargestFrame || samples > kMostSamples));
    return decode_latencies(frame.subspan(kHeaderSize));
  };
  CHECK(decoded(1, 1e-6)->seconds.size() == 1);
  CHECK(decoded(kMostSamples, 1e-6)->seconds.size() == kMostSamples);
  CHECK_FALSE(decoded(kMostSamples + 1, 1e-6));
  CHECK_FALSE(decoded(0, 0));
  CHECK_FALSE(decoded(2, 1e-6, 3));
  CHECK_FALSE(decoded(2, -1e-6));
}

TEST_CASE("exactly the slices that were asked for are read, and none that is no time") {
  const auto decoded = [](std::size_t given, std::size_t count, double real = 1e-4, double cpu = 1e-4,
                          double total = 1) {
    FrameWriter writer(Kind::kSliced, 1);
    writer.f64(total);
    for (std::size_t i = 0; i < given; ++i) writer.f64(real).f64(cpu);
    const auto frame = writer.frame();
    REQUIRE((frame.size() <= kLargestFrame || given > 2 * kMostSlices));
    return decode_sliced(frame.subspan(kHeaderSize), count);
  };
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInfinity = std::numeric_limits<double>::infinity();
  const auto sliced = decoded(3, 3, 2e-4);
  REQUIRE(sliced);
  CHECK(sliced->total_seconds == 1);
  CHECK(sliced->slices.size() == 3);
  CHECK(sliced->slices[2].real_seconds == 2e-4);
  CHECK(sliced->slices[2].cpu_seconds == 1e-4);
  CHECK(decoded(2 * kMostSlices, 2 * kMostSlices)->slices.size() == 2 * kMostSlices);
  CHECK_FALSE(decoded(2 * kMostSlices + 1, 2 * kMostSlices + 1));
  CHECK_FALSE(decoded(2, 3));
  CHECK_FALSE(decoded(4, 3));
  CHECK(decoded(1, 1, 0, 0));  // a clock that did not advance is the estimate's affair
  CHECK_FALSE(decoded(1, 1, -1e-9));
  CHECK_FALSE(decoded(1, 1, 1, kNan));
  CHECK_FALSE(decoded(1, 1, kInfinity));
  CHECK_FALSE(decoded(1, 1, 1, 1, -1));
}

TEST_CASE("the numbers of a CPU profile are read back, and what cannot be is refused") {
  const auto decoded = [](std::uint64_t calls, double wall, double total, std::uint8_t loss) {
    FrameWriter writer(Kind::kProfiled, 1);
    writer.u64(400).u64(calls).f64(wall).f64(1.5).f64(total).u64(1).u64(2).u64(3).u8(loss);
    return bytes_of(writer);
  };
  const auto payload_of = [](const std::vector<std::uint8_t>& bytes) { return std::span(bytes).subspan(kHeaderSize); };
  const auto good = decoded(9, 2, 3, 2);
  REQUIRE(parse_frame(good));
  const auto use = decode_profiled(payload_of(good));
  REQUIRE(use);
  CHECK(use->samples == 400);
  CHECK(use->calls == 9);
  CHECK(use->wall_seconds == 2);
  CHECK(use->cpu_seconds == 1.5);
  CHECK(use->total_seconds == 3);
  CHECK(use->voluntary_switches == 1);
  CHECK(use->involuntary_switches == 2);
  CHECK(use->minor_faults == 3);
  CHECK(use->loss == SignalLoss::kBlocked);
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(decode_profiled(payload_of(decoded(0, 2, 3, 0))));
  CHECK_FALSE(decode_profiled(payload_of(decoded(9, -1, 3, 0))));
  CHECK_FALSE(decode_profiled(payload_of(decoded(9, 2, kNan, 0))));
  CHECK_FALSE(decode_profiled(payload_of(decoded(9, 2, 3, 5))));
  for (std::size_t size = 0; size < good.size() - kHeaderSize; ++size)
    CHECK_FALSE(decode_profiled(payload_of(good).first(size)));
}

TEST_CASE("every request is a step of a timeline, or none of its own") {
  CHECK(std::string(step_of(Kind::kTime)) == "run");
  CHECK(std::string(step_of(Kind::kBye)) == "finish");
  CHECK(std::string(step_of(Kind::kTurn)).empty());
  CHECK(std::string(step_of(Kind::kTakeCpuProfile)).empty());
}

TEST_CASE("a count of instructions is above zero") {
  const auto decoded = [](double count) {
    FrameWriter writer(Kind::kCounted, 1);
    return decode_counted(writer.f64(count).frame().subspan(kHeaderSize)).has_value();
  };
  CHECK(decoded(0.5));
  CHECK_FALSE(decoded(0));
  CHECK_FALSE(decoded(-1));
  CHECK_FALSE(decoded(std::numeric_limits<double>::infinity()));
}

TEST_CASE("the failure that a hook writes without allocating is a frame like others") {
  std::array<std::uint8_t, kSmallestFailedFrame> bytes;
  write_failed(bytes, 7, Fault::kHeapLimit);
  const auto frame = parse_frame(bytes);
  REQUIRE(frame);
  CHECK(frame->kind == Kind::kFailed);
  CHECK(frame->sequence == 7);
  const auto failed = decode_failed(frame->payload);
  REQUIRE(failed);
  CHECK(failed->fault == Fault::kHeapLimit);
  CHECK(failed->text.empty());
}

TEST_CASE("bytes come in a frame exactly when they are short") {
  const auto decoded = [](std::uint64_t total, std::size_t given) {
    FrameWriter writer(Kind::kBytes, 1);
    const std::vector<std::uint8_t> bytes(given);
    return decode_bytes(writer.u64(total).bytes(bytes).frame().subspan(kHeaderSize)).has_value();
  };
  CHECK(decoded(0, 0));
  CHECK(decoded(kLargestInline, kLargestInline));
  CHECK(decoded(kLargestInline + 1, 0));
  CHECK_FALSE(decoded(3, 2));
  CHECK_FALSE(decoded(kLargestInline + 1, 1));
  CHECK_FALSE(decoded(kLargestBytes + 1, 0));
  CHECK_FALSE(decoded(std::numeric_limits<std::uint64_t>::max(), 0));
}

TEST_CASE("unknown kinds, faults and flags are refused") {
  FrameWriter hello(Kind::kHello, 1), verdict(Kind::kVerdict, 1), fault(Kind::kFailed, 1);
  CHECK_FALSE(decode_hello(hello.u8(3).text("x").frame().subspan(kHeaderSize)));
  CHECK_FALSE(decode_verdict(verdict.u8(2).text("x").frame().subspan(kHeaderSize)));
  CHECK_FALSE(decode_failed(fault.u8(9).text("x").frame().subspan(kHeaderSize)));
}

TEST_CASE("a text is cut to what a frame may carry") {
  FrameWriter writer(Kind::kFailed, 1);
  const auto bytes = bytes_of(writer.u8(2).text(std::string(100'000, 'x')));
  const auto frame = parse_frame(bytes);
  REQUIRE(frame);
  const auto failed = decode_failed(frame->payload);
  REQUIRE(failed);
  CHECK(failed->text.size() == kLargestText);
}

TEST_CASE("descriptors travel with a packet and are closed when nobody takes them") {
  int ends[2], pipe_ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0);
  REQUIRE(::pipe(pipe_ends) == 0);
  FrameWriter writer(Kind::kOpen, 3);
  const int sent[] = {pipe_ends[1]};
  REQUIRE(send_packet(ends[0], writer.f64(1).frame(), sent, 0));
  ::close(pipe_ends[1]);
  {
    ReceivedPacket packet;
    REQUIRE(packet.receive(ends[1]));
    CHECK(packet.descriptor_count() == 1);
    CHECK(::write(packet.descriptor(0), "x", 1) == 1);
  }
  char byte[2];
  CHECK(::read(pipe_ends[0], byte, 2) == 1);
  CHECK(::read(pipe_ends[0], byte, 2) == 0);  // the last writing end is closed
  ::close(ends[0]);
  ReceivedPacket nothing;
  CHECK_FALSE(nothing.receive(ends[1]));
  ::close(ends[1]);
  ::close(pipe_ends[0]);
}
