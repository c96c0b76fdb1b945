// The members of a gate's values as its document has them: one list, by which it is written and read. Private to this
// module. An archive is called as in comparison_members.hpp.
#pragma once

#include <harness/model/comparison_members.hpp>
#include <harness/model/gate.hpp>

namespace harness::model {

template <>
inline constexpr bool kInOneLine<Change> = true;
template <>
inline constexpr bool kInOneLine<GateFigure> = true;

template <class Archive, Either<Change> T>
void members(Archive& archive, T& one) {
  archive("kind", one.kind);
  archive("problem", one.problem);
  archive("candidate", one.candidate);
  archive("reference", one.reference);
}

template <class Archive, Either<GateFigure> T>
void members(Archive& archive, T& one) {
  archive("cause", one.cause);
  archive("name", one.name);
  archive("old_text", one.old_text);
  archive("new_text", one.new_text);
  archive("change", one.change);
  archive("worse", one.worse);
}

template <class Archive, Either<GateCase> T>
void members(Archive& archive, T& one) {
  archive("name", one.name);
  archive("failed", one.failed);
  archive("because", one.because);
  archive("figures", one.figures);
  archive("comparison", one.comparison);
}

// A pair of texts under names of its own. `T` is Texts or const Texts.
using Texts = std::pair<std::string, std::string>;
struct TextNames {
  const char* first;
  const char* second;
};
inline constexpr TextNames kCommitNames{"sha", "subject"};
inline constexpr TextNames kReasonNames{"what", "why"};

// All but `context` and `cases`, which a reader takes apart: the first is a map of texts, the others are many.
template <class Archive, Either<GateReport> T>
void members(Archive& archive, T& one) {
  archive("exit", one.exit);
  archive("exit_because", one.exit_because);
  archive("base", one.base);
  archive("base_sha", one.base_sha);
  archive("head_sha", one.head_sha);
  archive("dirty", one.dirty);
  archive("commits", one.commits, kCommitNames);
  archive("more_commits", one.more_commits);
  archive("min_effect", one.min_effect);
  archive("budget_seconds", one.budget_seconds);
  archive("fail_on", one.fail_on);
  archive("changes", one.changes);
  archive("not_measured", one.not_measured, kReasonNames);
  archive("incomparable", one.incomparable, kReasonNames);
  archive("control_log_ratio", one.control_log_ratio);
  archive("control_case", one.control_case);
  archive("control_holds", one.control_holds);
  archive("seconds", one.seconds);
  archive("command", one.command);
}

}  // namespace harness::model
