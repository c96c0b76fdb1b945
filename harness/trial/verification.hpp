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

// Does a solver's signature, `(integer[], integer) -> integer[]`, fit the problem's parameters? Nothing when it does,
// else one line: `parameter 2 "target": the problem has integer, the solver takes string`. `list<integer>` and
// `integer[]` are the same; a solver may take `long` where the problem has `integer`, never the other way round; a void
// solver answers through its first parameter marked '&', whose type must be the problem's answer type where declared.
std::optional<std::string> signature_mismatch(const model::Problem& problem, const std::string& signature);

}  // namespace harness::trial
