// Choosing among versions by what a person writes: matched against the catalog's names, never split.
//
//   two-sum-v2.0.0.so  two-sum-v2.0.0  two-sum-2.0.0  two-sum-v2.0.0-optimized      a file's name, with or without .so
//   two-sum/v2.0.0                                                                  as trials name it
//   ./some/where/two-sum-v2.0.0.so                                                  a path: any file that exists
//   two-sum-v1  two-sum@v1.4  two-sum@v1.2.3                                        short: the highest 1.*.*, 1.4.*
//   two-sum@v1.4.x  two-sum@1.4.*  "two-sum@>=1.2 <2"                               a pattern: the highest that it holds
//   two-sum-v2.1.0+git-abc123f  two-sum@v1.4.x+git-*                                that snapshot; a set of snapshots
//   two-sum@latest  two-sum@now                                                     the highest release
//   two-sum@prev                                                                    the highest below that which it may be
//                                                                                   given back to (compatible_with, else its line)
// Each also with its variant at the end: `two-sum-v1-optimized`, `two-sum@latest-optimized`. Without the problem's name
// (`v1.4.x`, `latest`, `@prev`) all problems are meant; more than one that matches is ambiguous.
// Pre-releases are left out unless named. Precedence is SemVer 2.0.0's; build metadata does not order, and a text without
// any takes a version without any before one that has some.
#pragma once

#include <string>
#include <vector>

#include <harness/library/catalog.hpp>
#include <harness/model/error.hpp>
#include <harness/model/solver_info.hpp>

namespace harness::library {

// Without a variant in the text, solvers without one win over those with. Errors (exit 2): `check_choice` has one; nothing
// matches, with the nearest names, and what was skipped and why where the text names that; more than one matches equally
// well, with all that do.
Result<model::SolverInfo> choose(const Catalog& catalog, const std::string& text);

// All that match, best first: what `choose` would give, then what it would if that one were not there. A complete name
// stands for itself alone. Empty: nothing.
std::vector<model::SolverInfo> choices(const Catalog& catalog, const std::string& text);

// The files of `catalog.skipped` whose names the text names and that would come before what `choose` gives, had they
// fitted; all that it names where `choose` gives nothing. In the catalog's order.
std::vector<model::SkippedLibrary> passed_over(const Catalog& catalog, const std::string& text);

// Whether a text can name anything at all: not empty, at most 4,096 bytes of UTF-8, no control characters.
Result<void> check_choice(const std::string& text);

// What tells names apart, the least number of their last parts: {`two-sum/v1.0.0`, `two-sum/v2.0.0`} -> {`v1.0.0`,
// `v2.0.0`}; {`a/old_bench`, `b/old_bench`} -> {`a/old_bench`, `b/old_bench`}; equal names get ` (1)`, ` (2)`.
std::vector<std::string> told_apart(const std::vector<std::string>& names);

}  // namespace harness::library
