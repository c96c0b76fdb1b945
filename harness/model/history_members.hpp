// The members of a stored history as its file has them: one list, by which it is written and read. Private to this
// module. An archive is called with a member's name, the member, what a text or number must look like, and whether the
// member stands there even when it has nothing to say (false, an empty text, no value).
#pragma once

#include <concepts>
#include <type_traits>

#include <harness/model/history.hpp>

namespace harness::model {

enum class Shape {
  kProblem,  // `two-sum`
  kSolver,   // `v2.0.0-optimized`
  kLine,     // `v2-optimized`
  kName,     // without spaces or anything a terminal would take for a command
  kWords,    // one line
  kDate,     // `2026-11-24T10:15:00Z`
  kHash,     // 64 hexadecimal digits
  kCommit,   // 40 of them
  kSeconds,  // four significant digits
  kScore,    // four, of either sign
  kRatio,    // six, above 0
  kError,    // six
  kCount     // exact
};

inline constexpr bool kAlways = true;

template <class Value, class Of>
concept MaybeConst = std::same_as<std::remove_const_t<Value>, Of>;

template <class Archive, MaybeConst<Baseline> T>
void members(Archive& archive, T& one) {
  archive("machine", one.machine, Shape::kWords, kAlways);
  archive("problem", one.problem, Shape::kProblem, kAlways);
  archive("cases", one.cases);
}

template <class Archive, MaybeConst<CaseHistory> T>
void members(Archive& archive, T& one) {
  archive("solver", one.solver, Shape::kSolver, kAlways);
  archive("line", one.line, Shape::kLine, kAlways);
  archive("case", one.case_name, Shape::kName, kAlways);
  archive("input", one.compared_by.input_sha256, Shape::kHash, kAlways);
  archive("checker", one.compared_by.checker, Shape::kWords, kAlways);
  archive("engine", one.compared_by.engine, Shape::kWords, kAlways);
  archive("allocator", one.compared_by.allocator, Shape::kWords, kAlways);
  archive("level_began_at", one.level_began_at, Shape::kRatio);
  archive("segments", one.segments);
  archive("runs", one.runs);
}

template <class Archive, MaybeConst<Segment> T>
void members(Archive& archive, T& one) {
  archive("begun", one.begun, Shape::kDate, kAlways);
  archive("why", one.why, Shape::kWords, kAlways);
  archive("chain", one.chain, Shape::kRatio);
  archive("pin_solver", one.pin_solver, Shape::kSolver, kAlways);
  archive("pin", one.pin_sha256, Shape::kHash, kAlways);
  archive("pin_code", one.pin_code_hash, Shape::kHash, kAlways);
}

template <class Archive, MaybeConst<RecordedRun> T>
void members(Archive& archive, T& one) {
  archive("date", one.date, Shape::kDate, kAlways);
  archive("run_id", one.run_id, Shape::kName, kAlways);
  archive("solver", one.solver, Shape::kSolver, kAlways);
  archive("git_sha", one.git_sha, Shape::kCommit);
  archive("git_dirty", one.git_dirty);
  archive("ratio_to_pin", one.ratio_to_pin, Shape::kRatio, kAlways);
  archive("ratio_error", one.ratio_error, Shape::kError, kAlways);
  archive("cpu_seconds", one.cpu_seconds_per_call, Shape::kSeconds, kAlways);
  archive("real_seconds", one.real_seconds_per_call, Shape::kSeconds, kAlways);
  archive("p95_seconds", one.p95_seconds, Shape::kSeconds);
  archive("allocs", one.allocs, Shape::kCount);
  archive("alloc_bytes", one.alloc_bytes, Shape::kCount);
  archive("peak_heap_bytes", one.peak_heap_bytes, Shape::kCount);
  archive("heap_growths", one.heap_growths, Shape::kCount);
  archive("z", one.z, Shape::kScore);
  archive("segment", one.segment);
  archive("library", one.library_sha256, Shape::kHash);
  archive("code", one.code_hash, Shape::kHash);
  archive("fingerprint", one.fingerprint, Shape::kHash);
  archive("beyond", one.beyond);
  archive("confirmed", one.confirmed);
  archive("new_level", one.new_level);
  archive("alert", one.alert);
  archive("note", one.note, Shape::kWords);
}

}  // namespace harness::model
