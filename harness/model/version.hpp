// Versions as SemVer 2.0.0 has them (https://semver.org): parsing, precedence, patterns.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <harness/model/error.hpp>

namespace harness::model {

// Three numbers, perhaps a pre-release, perhaps build metadata. A leading `v` is accepted on reading, not kept.
// Numbers beyond 2^64-1, leading zeros and empty identifiers are refused, as the specification demands.
struct Version {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  std::uint64_t patch = 0;
  std::vector<std::string> prerelease;  // dot separated identifiers, without the hyphen
  std::string build;                    // without the plus; does not order

  static Result<Version> parse(std::string_view text);
  std::string text() const;  // without a leading v: 1.2.3-rc.1+git-abc123f

  // Precedence of SemVer 2.0.0 section 11: two versions that differ in build metadata only are equivalent.
  std::weak_ordering operator<=>(const Version& other) const;
  bool operator==(const Version& other) const { return (*this <=> other) == 0; }
};

// A set of versions: `v1.*`, `1.4.x`, `v1.2.0`, `>=1.2 <2`, `1` (the highest 1.*.* is the caller's choice).
// Pre-releases are members only where the pattern names that very version.
class VersionPattern {
 public:
  static Result<VersionPattern> parse(std::string_view text);
  bool contains(const Version& version) const;
  const std::string& text() const { return text_; }

 private:
  struct Bound {
    enum class Kind { kEqual, kAtLeast, kAbove, kAtMost, kBelow } kind;
    Version version;
  };
  std::string text_;
  std::vector<Bound> bounds_;
};

}  // namespace harness::model
