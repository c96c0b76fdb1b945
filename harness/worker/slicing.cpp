// The parent's side of a duet: two libraries in one child, and slices of one or of both.
#include <fmt/format.h>

#include <sys/stat.h>

#include <harness/worker/host.hpp>

namespace harness::worker {
namespace {

tl::unexpected<Failure> refused(std::string text) {
  return tl::unexpected<Failure>(Failure{FailureKind::kBadState, std::move(text), ""});
}

std::string wrong_request(const Slicing& slicing) {
  if (slicing.calls == 0) return "a slice of no calls was asked for";
  if (slicing.count == 0 || slicing.count > kMostSlices)
    return fmt::format("{} slices were asked for; 1 to {} can be", slicing.count, kMostSlices);
  return {};
}

model::Sample per_call(const Slice& slice, std::uint64_t calls) {
  const auto divisor = static_cast<double>(calls);
  return {slice.real_seconds / divisor, slice.cpu_seconds / divisor};
}

}  // namespace

Outcome<Sliced> Worker::State::take_slices(const Outcome<Reply>& reply, double cpu_before, std::size_t count) {
  if (!reply) return tl::unexpected<Failure>(reply.error());
  const double cpu_used = cpu_before < 0 ? -1 : conversation.cpu_seconds() - cpu_before;
  auto sliced = decode_sliced(reply->payload, count);
  if (!sliced) return refuse(fmt::format("sent {}", sliced.error()));
  Timed sum;
  sum.total_seconds = sliced->total_seconds;
  for (const auto& slice : sliced->slices) {
    sum.real_seconds += slice.real_seconds;
    sum.cpu_seconds += slice.cpu_seconds;
  }
  if (auto why = implausible(sum, reply->wall_seconds, cpu_used); !why.empty()) return refuse(std::move(why));
  return std::move(*sliced);
}

Outcome<void> Worker::add(const MemoryFile& library, const std::string& library_name) {
  // The dynamic linker knows a file by its inode too: of one file it would give the first one's code, and state.
  struct stat facts {};
  auto other = library;
  if (::fstat(library.descriptor(), &facts) == 0 && facts.st_ino == state_->first_inode) {
    auto copy = library.fresh_copy();
    if (!copy) return tl::unexpected<Failure>(copy.error());
    other = std::move(*copy);
  }
  if (const auto loaded = state_->conversation.load(other, library_name); !loaded)
    return tl::unexpected<Failure>(loaded.error());
  return {};
}

Outcome<void> Worker::turn_to(int side) {
  if (side != 0 && side != 1) return refused(fmt::format("there is no side {}", side));
  auto request = state_->conversation.request(Kind::kTurn, Kind::kDone, "while being turned to");
  request.frame.u8(static_cast<std::uint8_t>(side));
  if (const auto reply = state_->conversation.exchange(request); !reply) return tl::unexpected<Failure>(reply.error());
  state_->conversation.turned_to(side);
  return {};
}

Outcome<std::vector<model::Sample>> Worker::slices(const Slicing& slicing) {
  if (const auto begun = begin_slices(slicing); !begun) return tl::unexpected<Failure>(begun.error());
  return end_slices();
}

Outcome<void> Worker::begin_slices(const Slicing& slicing) {
  if (auto wrong = wrong_request(slicing); !wrong.empty()) return refused(std::move(wrong));
  auto& conversation = state_->conversation;
  auto request = conversation.request(Kind::kSlices, Kind::kSliced, "while running",
                                      conversation.limit_of_calls(1, slicing.predicted_seconds));
  request.frame.u64(slicing.calls).u64(slicing.count).f64(slicing.warmup_seconds);
  const double cpu_before = conversation.cpu_seconds();
  if (const auto asked = conversation.ask(request); !asked) return tl::unexpected<Failure>(asked.error());
  state_->under_way = {slicing.calls, slicing.count, cpu_before};
  return {};
}

Outcome<std::vector<model::Sample>> Worker::end_slices() {
  const auto [calls, count, cpu_before] = state_->under_way;
  const auto sliced = state_->take_slices(state_->conversation.reply(), cpu_before, count);
  if (!sliced) return tl::unexpected<Failure>(sliced.error());
  std::vector<model::Sample> samples;
  samples.reserve(count);
  for (const auto& slice : sliced->slices) samples.push_back(per_call(slice, calls));
  return samples;
}

Outcome<Worker::Alternated> Worker::alternate(const Slicing& first_side, const Slicing& second_side, int first) {
  const Slicing* const sides[2] = {&first_side, &second_side};
  for (const auto* side : sides)
    if (auto wrong = wrong_request(*side); !wrong.empty()) return refused(std::move(wrong));
  if (first_side.count != second_side.count) return refused("slices that alternate must be as many of both sides");
  if (first != 0 && first != 1) return refused(fmt::format("there is no side {}", first));
  auto& conversation = state_->conversation;
  auto request = conversation.request(
      Kind::kAlternate, Kind::kSliced, "while both ran in turn",
      conversation.limit_of_calls(2, first_side.predicted_seconds + second_side.predicted_seconds));
  for (const auto* side : sides) request.frame.u64(side->calls).f64(side->warmup_seconds);
  request.frame.u64(first_side.count).u8(static_cast<std::uint8_t>(first));
  const double cpu_before = conversation.cpu_seconds();
  const auto sliced = state_->take_slices(conversation.exchange(request), cpu_before, 2 * first_side.count);
  if (!sliced) return tl::unexpected<Failure>(sliced.error());
  Alternated alternated;
  for (std::size_t i = 0; i < sliced->slices.size(); ++i) {
    const auto side = (static_cast<std::size_t>(first) + i) % 2;
    alternated.sides[side].push_back(per_call(sliced->slices[i], sides[side]->calls));
  }
  return alternated;
}

}  // namespace harness::worker
