// What a library wrote in CBOR, taken apart without trust: a generator's case, a solver's counters.
#pragma once

#include <span>

#include <tl/expected.hpp>

#include <harness/worker/worker.hpp>

namespace harness::worker {

// `{"args": [...], "expect": ...?}` in CBOR. Both values come out as documents of their own; other keys, a key twice,
// args that are no array and anything behind the map are errors. Typed arrays inside keep their place relative to the
// document when `args` begins at a multiple of 8, as the SDK writes it; else a reader has to copy them.
tl::expected<Worker::Generated, const char*> split_generated(std::span<const std::uint8_t> made);

// A map of text to numbers, in its order: at most 64, each name printable, of 1 to 64 characters and there once, each
// number finite.
inline constexpr std::size_t kMostCounters = 64;
tl::expected<std::vector<std::pair<std::string, double>>, const char*> read_counters(
    std::span<const std::uint8_t> told);

}  // namespace harness::worker
