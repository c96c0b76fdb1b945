// Profiles in forms that other tools open: pprof's profile.proto (gzipped), speedscope's folded stacks, and a
// gperftools file whose map lines name kept copies. Owner of zlib.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harness/model/error.hpp>
#include <harness/model/profile.hpp>

namespace harness::profile {

// https://github.com/google/pprof/blob/main/proto/profile.proto; sample types samples/count and cpu/nanoseconds;
// symbolised with inlined frames; labels `solver` (`two-sum/v2.0.0`) and `case` on every sample.
std::vector<std::uint8_t> pprof_gz(const model::CpuProfile& profile, const std::string& solver,
                                   const std::string& case_name);
// alloc_objects/count and alloc_space/bytes, of one call.
std::vector<std::uint8_t> pprof_gz(const model::HeapProfile& profile, const std::string& solver,
                                   const std::string& case_name);

// `outer;...;inner 42`, a line a stack; `;` and line ends in names become `:` and blanks.
std::string folded(const model::CpuProfile& profile);

// A gperftools CPU profile, or a heap profile's text, whose map lines of `solver_file` (in memory when it ran) name
// `kept` instead, so that google-pprof finds the code.
std::vector<std::uint8_t> with_kept_library(std::span<const std::uint8_t> raw_profile, const std::string& solver_file,
                                            const std::filesystem::path& kept);

}  // namespace harness::profile
