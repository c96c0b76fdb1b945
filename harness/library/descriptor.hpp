// The descriptor's texts as values, and whether this harness can use what they describe.
#pragma once

#include <string>
#include <vector>

#include <harness/library/byte_source.hpp>
#include <harness/library/elf_note.hpp>
#include <harness/model/error.hpp>
#include <harness/model/solver_info.hpp>
#include <harness/model/version.hpp>

namespace harness::library {

// This harness's own version (the project's in CMakeLists.txt), which `requires: {runtime: "harness@0.1+"}` is held
// against.
const model::Version& runtime_version();

// What the library was built by. Lines `key=value` in the order of harness/sdk/abi.h, printable ASCII.
struct Facts {
  std::string compiler;
  std::string cxx_library;
  std::vector<std::string> flags;
  std::string git_sha;  // 40 hex digits, perhaps with `-dirty`; "" = not known
};
Result<Facts> read_facts(const std::string& text, const std::string& file);

// Refused: another C++ library, sanitizers or debug containers on one side only. A library without the
// undefined-behaviour sanitizer fits a build with it: nothing of it shows at the boundary, and g++ does not tell.
Result<void> check_facts(const Facts& facts, const std::string& file);

// `harness@0.1+` (at least), `harness@0.1.x` (a pattern of versions); "" = any. Apis: `solver/v1` is all there is.
Result<void> check_requirements(const model::SolverIdentity& identity, const model::Version& runtime,
                                const std::string& file);

// Everything: headers, note, what the loader would do, texts. The kind of library that is not asked for is refused.
// `file` in the values is left to the caller; in messages a text is named as `<file>: version.yaml`.
Result<model::SolverInfo> read_solver_from(ByteSource& source, const std::string& file);
Result<model::ProblemLibrary> read_problem_from(ByteSource& source, const std::string& file);

// As above, whichever it is.
struct Described {
  Kind kind = Kind::kSolver;
  model::SolverInfo solver;       // of kSolver
  model::ProblemLibrary problem;  // of kProblem
};
Result<Described> read_library_from(ByteSource& source, const std::string& file);

}  // namespace harness::library
