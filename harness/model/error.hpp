// What went wrong, in words that a person can act on, and how the program ends because of it.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace harness {

// Exit codes of the program. When several hold, `kUsage` wins, then `kRollbackRefused`, `kRegression`,
// `kSolverFailed`, `kIncomplete`.
enum class Exit : int {
  kFine = 0,             // fine, better, new, skipped libraries, or cannot tell
  kRegression = 1,       // confirmed regression, alert, or a declared limit exceeded
  kUsage = 2,            // usage, a bad file of a selected problem, nothing matched
  kSolverFailed = 3,     // crash, wrong answer, time-out, policy
  kIncomplete = 4,       // a part of what was asked for never ran
  kRollbackRefused = 5,  // no version is left to roll back to
  kInterrupted = 130     // Ctrl-C; what was measured is saved
};

// One line for a person: `<what>: <why>; <next>`. `what` names the file, flag or trial (with the place inside it, as
// `file.json: /cases/3/args/nums/0`); `why` says what was expected and what was found; `next` may be empty.
struct Error {
  std::string what;
  std::string why;
  std::string next;
  Exit exit = Exit::kUsage;

  std::string text() const {
    return what + (what.empty() ? "" : ": ") + why + (next.empty() ? "" : "; " + next);
  }
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(std::string what, std::string why, std::string next = {}, Exit exit = Exit::kUsage) {
  return tl::unexpected<Error>(Error{std::move(what), std::move(why), std::move(next), exit});
}

}  // namespace harness
