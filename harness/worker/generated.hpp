// What a problem's generator made, taken apart without trust.
#pragma once

#include <span>

#include <tl/expected.hpp>

#include <harness/worker/worker.hpp>

namespace harness::worker {

// `{"args": [...], "expect": ...?}` in CBOR. Both values come out as documents of their own; other keys, a key twice,
// args that are no array and anything behind the map are errors. Typed arrays inside keep their place relative to the
// document when `args` begins at a multiple of 8, as the SDK writes it; else a reader has to copy them.
tl::expected<Worker::Generated, const char*> split_generated(std::span<const std::uint8_t> made);

}  // namespace harness::worker
