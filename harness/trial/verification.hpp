// Is an answer right? Compares CBOR with CBOR as typed values; nobody's code runs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <harness/model/case.hpp>

namespace harness::trial {

// The smallest difference between an answer and the expected one, in one line; nothing when the answer is right.
//   `[1]: expected 2, got 3`   `expected 5 elements, got 4`   `expected [0, 1], got [1, 2]` (whole when short)
// Integers and floating point numbers compare by value across widths and encodings (typed array or plain); NaN equals
// only NaN. kUnordered ignores the order of the outermost array (as a multiset). kTolerance: |a - e| <= tolerance *
// max(1, |e|). An answer that is no well-formed CBOR document, nested beyond 64, or has trailing bytes is a difference.
std::optional<std::string> first_difference(std::span<const std::uint8_t> expected,
                                            std::span<const std::uint8_t> answer, const model::AnswerRule& rule);

// A CBOR value as JSON-like text of at most `most_characters` (then an ellipsis), for messages.
std::string shown(std::span<const std::uint8_t> value, std::size_t most_characters = 60);

}  // namespace harness::trial
