// The members of an A/B's values as its document has them: one list, by which it is written and read. Private to this
// module. An archive is called with a member's name, the member, and for a number what null stands for in it.
#pragma once

#include <concepts>
#include <limits>
#include <type_traits>

#include <harness/model/comparison.hpp>

namespace harness::model {

template <class Value, class Of>
concept Either = std::same_as<std::remove_const_t<Value>, Of>;

// Values whose members stand in one line.
template <class Value>
inline constexpr bool kInOneLine = false;
template <>
inline constexpr bool kInOneLine<DuetProcess> = true;
template <>
inline constexpr bool kInOneLine<DuetStep> = true;
template <>
inline constexpr bool kInOneLine<SideFigures> = true;
template <>
inline constexpr bool kInOneLine<Memory> = true;

template <class Archive, Either<DuetProcess> T>
void members(Archive& archive, T& one) {
  archive("log_ratio", one.log_ratio);
  archive("standard_error", one.standard_error);
  archive("pairs", one.pairs);
  archive("reference_seconds_per_call", one.reference_seconds_per_call);
  archive("candidate_seconds_per_call", one.candidate_seconds_per_call);
  archive("reference_real_seconds_per_call", one.reference_real_seconds_per_call);
  archive("candidate_real_seconds_per_call", one.candidate_real_seconds_per_call);
  archive("reference_cpu_seconds_per_call", one.reference_cpu_seconds_per_call);
  archive("candidate_cpu_seconds_per_call", one.candidate_cpu_seconds_per_call);
  archive("trimmed_log_ratio", one.trimmed_log_ratio);
  archive("p99_log_ratio", one.p99_log_ratio);
  archive("drift", one.drift);
  archive("reference_first", one.reference_first);
  archive("core", one.core);
  archive("seconds", one.seconds);
}

template <class Archive, Either<DuetStep> T>
void members(Archive& archive, T& one) {
  archive("processes", one.processes);
  archive("centre", one.centre);
  archive("scale", one.scale);
  archive("evidence_slower", one.evidence_slower);
  archive("evidence_faster", one.evidence_faster);
}

template <class Archive, Either<Duet> T>
void members(Archive& archive, T& one) {
  archive("verdict", one.verdict);
  archive("ended_by", one.ended_by);
  archive("seconds", one.seconds);
  archive("processes", one.processes);
  archive("path", one.path);
}

template <class Archive, Either<Memory> T>
void members(Archive& archive, T& one) {
  archive("allocs", one.allocs);
  archive("alloc_bytes", one.alloc_bytes);
  archive("peak_heap_bytes", one.peak_heap_bytes);
  archive("leaked_bytes", one.leaked_bytes);
  archive("heap_growths", one.heap_growths);
  archive("peaks_bytes", one.peaks_bytes);
}

template <class Archive, Either<SideFigures> T>
void members(Archive& archive, T& one) {
  archive("memory", one.memory);
  archive("instructions_per_call", one.instructions_per_call);
  archive("counters", one.counters);
}

template <class Archive, Either<Comparison> T>
void members(Archive& archive, T& one) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  archive("problem", one.problem);
  archive("case_name", one.case_name);
  archive("size", one.size);
  archive("reference", one.reference);
  archive("candidate", one.candidate);
  archive("verdict", one.verdict);
  archive("reason", one.reason);
  archive("min_effect", one.min_effect);
  archive("budget_seconds", one.budget_seconds);
  archive("mode", one.mode);
  archive("own_heaps", one.own_heaps);
  archive("clock", one.clock);
  archive("log_ratio", one.log_ratio);
  archive("log_ratio_low", one.log_ratio_low, -kInfinity);
  archive("log_ratio_high", one.log_ratio_high, kInfinity);
  archive("would_notice", one.would_notice, kInfinity);
  archive("trimmed_log_ratio", one.trimmed_log_ratio);
  archive("p99_log_ratio", one.p99_log_ratio);
  archive("second_look_log_ratio", one.second_look_log_ratio);
  archive("second_look_processes", one.second_look_processes);
  archive("reference_figures", one.reference_figures);
  archive("candidate_figures", one.candidate_figures);
  archive("warnings", one.warnings);
  archive("why", one.why);
  archive("duets", one.duets);
}

}  // namespace harness::model
