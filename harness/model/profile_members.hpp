// The members of a profile's values as its document has them: one list, by which it is written and read. Private to this
// module. An archive is called as in comparison_members.hpp.
#pragma once

#include <harness/model/comparison_members.hpp>
#include <harness/model/profile.hpp>

namespace harness::model {

template <>
inline constexpr bool kInOneLine<CodePlace> = true;
template <>
inline constexpr bool kInOneLine<SampledStack> = true;
template <>
inline constexpr bool kInOneLine<AllocationSite> = true;
template <>
inline constexpr bool kInOneLine<Fingerprint> = true;

template <class Archive, Either<CodePlace> T>
void members(Archive& archive, T& one) {
  archive("origin", one.origin);
  archive("function", one.function);
  archive("file", one.file);
  archive("line", one.line);
  archive("function_line", one.function_line);
  archive("module", one.module);
  archive("inlined", one.inlined);
}

template <class Archive, Either<SampledStack> T>
void members(Archive& archive, T& one) {
  archive("frames", one.frames);
  archive("samples", one.samples);
  archive("truncated", one.truncated);
}

template <class Archive, Either<CpuProfile> T>
void members(Archive& archive, T& one) {
  archive("samples", one.samples);
  archive("outside", one.outside);
  archive("seconds_per_sample", one.seconds_per_sample);
  archive("calls", one.calls);
  archive("wall_seconds", one.wall_seconds);
  archive("cpu_seconds", one.cpu_seconds);
  archive("voluntary_switches", one.voluntary_switches);
  archive("involuntary_switches", one.involuntary_switches);
  archive("minor_faults", one.minor_faults);
  archive("thin_because", one.thin_because);
  archive("places", one.places);
  archive("stacks", one.stacks);
}

template <class Archive, Either<AllocationSite> T>
void members(Archive& archive, T& one) {
  archive("frames", one.frames);
  archive("allocs_per_call", one.allocs_per_call);
  archive("bytes_per_call", one.bytes_per_call);
}

template <class Archive, Either<HeapProfile> T>
void members(Archive& archive, T& one) {
  archive("places", one.places);
  archive("sites", one.sites);
}

template <class Archive, Either<Fingerprint> T>
void members(Archive& archive, T& one) {
  archive("sha256", one.sha256);
  archive("hot", one.hot);
  archive("sites", one.sites);
  archive("growth_class", one.growth_class);
  archive("vector", one.vector);
  archive("samples", one.samples);
}

template <class Archive, Either<SourceText> T>
void members(Archive& archive, T& one) {
  archive("file", one.file);
  archive("newer", one.newer);
  archive("text", one.text);
}

template <class Archive, Either<CaseProfile> T>
void members(Archive& archive, T& one) {
  archive("problem", one.problem);
  archive("solver", one.solver);
  archive("case_name", one.case_name);
  archive("library_file", one.library_file);
  archive("library_sha256", one.library_sha256);
  archive("real_seconds_per_call", one.real_seconds_per_call);
  archive("compared_with", one.compared_with);
  archive("ratio", one.ratio);
  archive("warnings", one.warnings);
  archive("fingerprint", one.fingerprint);
  archive("cpu", one.cpu);
  archive("heap", one.heap);
  archive("sources", one.sources);
}

}  // namespace harness::model
