// Do a solver's types fit the problem's?
#pragma once

#include <optional>
#include <string>

#include <harness/model/case.hpp>

namespace harness::trial {

// Does a solver's signature, `(integer[], integer) -> integer[]`, fit the problem's parameters? Nothing when it does,
// else one line: `parameter 2 "target": the problem has integer, the solver takes string`. `list<integer>` and
// `integer[]` are the same; a solver may take `long` where the problem has `integer`, never the other way round; a void
// solver answers through its first parameter marked '&', whose type must be the problem's answer type where declared.
std::optional<std::string> signature_mismatch(const model::Problem& problem, const std::string& signature);

}  // namespace harness::trial
