// A case's profile as a document: how it is kept in a run's folder and in a gate's evidence. What is written is read back
// as the same value. The members are those of model::CaseProfile under the same names; a place and a stack stand in one
// line each. docs/formats.md describes it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <harness/model/error.hpp>
#include <harness/model/profile.hpp>

namespace harness::model {

inline constexpr int kProfileSchema = 1;  // `harness_profile_schema`
inline constexpr std::size_t kProfileMostBytes = std::size_t{64} << 20;

std::string write_profile(const CaseProfile& profile);
// Hostile text, as read_ab_report: wrong types, a frame that is no index into `places`, a newer schema, more than 64 MiB or
// 1,000,000 values: `<file>: <place>: expected ..., found ...`, exit 2.
Result<CaseProfile> read_profile(std::string_view text, const std::string& file);

// The fingerprint alone, as a member of other documents: `{"sha256":...,"hot":[...],...}` in one line.
std::string fingerprint_line(const Fingerprint& fingerprint);

}  // namespace harness::model
