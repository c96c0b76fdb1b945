// Whatever arrives on the channel, on either side.
#include <cstdint>
#include <cstdlib>

#include <harness/worker/generated.hpp>
#include <harness/worker/protocol.hpp>

namespace {

using namespace harness::worker;

void as_the_parent_reads(const Frame& frame) {
  const auto payload = frame.payload;
  if (const auto bytes = decode_bytes(payload); bytes && bytes->bytes.size() > kLargestInline) std::abort();
  if (const auto failed = decode_failed(payload); failed && failed->text.size() > kLargestText) std::abort();
  if (const auto timed = decode_timed(payload); timed && !(timed->real_seconds >= 0)) std::abort();
  if (const auto heap = decode_heap(payload); heap && !(heap->peaks_bytes[0] >= 0)) std::abort();
  if (const auto latencies = decode_latencies(payload); latencies && latencies->seconds.size() > kMostSamples)
    std::abort();
  const auto numbers = payload.size() / sizeof(double);
  for (const auto count : {std::size_t{1}, (numbers - 1) / 2, numbers})
    if (const auto sliced = decode_sliced(payload, count)) {
      if (sliced->slices.size() != count || count > 2 * kMostSlices) std::abort();
      for (const auto& slice : sliced->slices)
        if (!(slice.real_seconds >= 0) || !(slice.cpu_seconds >= 0)) std::abort();
    }
  if (const auto use = decode_profiled(payload);
      use && (!(use->wall_seconds >= 0) || use->calls == 0 || use->loss > SignalLoss::kTimerStopped))
    std::abort();
  if (const auto counted = decode_counted(payload); counted && !(*counted > 0)) std::abort();
  static_cast<void>(decode_hello(payload));
  static_cast<void>(decode_facts(payload));
  static_cast<void>(decode_verdict(payload));
}

void as_the_child_reads(const Frame& frame) {
  PayloadReader reader(frame.payload);
  reader.f64();
  if (frame.kind == Kind::kTime) reader.u64(), reader.f64();
  if (frame.kind == Kind::kLatency) reader.u64(), reader.u64(), reader.f64();
  if (frame.kind == Kind::kLoad) reader.text(), reader.u64(), reader.u8();
  if (frame.kind == Kind::kCpuProfile) reader.u64(), reader.f64(), reader.u64();
  if (frame.kind == Kind::kTurn) reader.u8();
  if (frame.kind == Kind::kSlices) reader.u64(), reader.u64(), reader.f64();
  if (frame.kind == Kind::kAlternate)
    reader.u64(), reader.f64(), reader.u64(), reader.f64(), reader.u64(), reader.u8();
  if (frame.kind == Kind::kGenerate) reader.text(), reader.u64(), reader.u64();
  if (reader.complete() && !reader.remainder().empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> bytes(data, size);
  if (const auto frame = parse_frame(bytes)) {
    if (frame->payload.size() + kHeaderSize != size) std::abort();
    as_the_parent_reads(*frame);
    as_the_child_reads(*frame);
  }
  // The payloads on their own too, which get far without a header.
  as_the_parent_reads({Kind::kFailed, 1, bytes});
  as_the_child_reads({size % 2 == 0 ? Kind::kGenerate : Kind::kTime, 1, bytes});
  if (const auto generated = split_generated(bytes); generated && generated->args.size() > size) std::abort();
  if (const auto counters = read_counters(bytes); counters && counters->size() > kMostCounters) std::abort();
  return 0;
}
