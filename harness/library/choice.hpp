// Choosing among versions by what a person writes: matched against the catalog's names, never split.
//
//   two-sum-v2.0.0.so  two-sum-v2.0.0  two-sum-2.0.0  two-sum-v2.0.0-optimized      a file's name, with or without .so
//   ./some/where/two-sum-v2.0.0.so                                                  a path: any file that exists
//   two-sum-v1  two-sum@v1.4  two-sum@v1.2.3                                        short: the highest 1.*.*, 1.4.*
//   two-sum@v1.4.x  two-sum@1.4.*  "two-sum@>=1.2 <2"                               a pattern: the highest that it holds
//   two-sum@latest  two-sum@now                                                     the highest release
//   two-sum@prev                                                                    the highest below that which it may be
//                                                                                   given back to (compatible_with, else its line)
// Pre-releases are left out unless named. Precedence is SemVer 2.0.0's; build metadata does not order.
#pragma once

#include <string>
#include <vector>

#include <harness/library/catalog.hpp>
#include <harness/model/error.hpp>
#include <harness/model/solver_info.hpp>

namespace harness::library {

// Without a variant in the text, solvers without one win over those with. Errors (exit 2): nothing matches, with the
// nearest names and what was skipped and why where the text names that; more than one matches equally well, with all that do.
Result<model::SolverInfo> choose(const Catalog& catalog, const std::string& text);

// All that match, best first: what `choose` would give, then what it would if that one were not there. Empty: nothing.
std::vector<model::SolverInfo> choices(const Catalog& catalog, const std::string& text);

// What tells names apart: {`two-sum/v1.0.0`, `two-sum/v2.0.0`} -> {`v1.0.0`, `v2.0.0`}; {`a/old_bench`, `b/old_bench`} ->
// {`a/old_bench`, `b/old_bench`}; equal names get ` (1)`, ` (2)`.
std::vector<std::string> told_apart(const std::vector<std::string>& names);

}  // namespace harness::library
