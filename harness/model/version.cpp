#include <harness/model/version.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include <harness/model/text.hpp>

namespace harness::model {
namespace {

constexpr std::size_t kMostCharacters = 256;
constexpr auto kMostNumber = std::numeric_limits<std::uint64_t>::max();

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_identifier_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}
bool is_numeric(std::string_view identifier) { return std::all_of(identifier.begin(), identifier.end(), is_digit); }

std::optional<std::uint64_t> number_of(std::string_view digits) {
  if (digits.empty() || !is_numeric(digits) || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find(separator, begin);
    parts.emplace_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

bool is_identifier(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_identifier_character);
}

std::strong_ordering compare_identifiers(const std::string& a, const std::string& b) {
  const bool a_numeric = is_numeric(a), b_numeric = is_numeric(b);
  if (a_numeric != b_numeric) return a_numeric ? std::strong_ordering::less : std::strong_ordering::greater;
  // Numeric identifiers have no leading zeros and no upper limit: the longer one is the greater one.
  if (a_numeric && a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

tl::unexpected<Error> no_version(std::string_view text) {
  return fail("version", fmt::format("expected three numbers such as 1.2.0 or 1.2.0-rc.1, found {}", in_quotes(text)));
}

// `1`, `1.4`, `1.4.x`, `1.*.*`, `*`: the lowest member, and the lowest version beyond (none: there is no end).
struct Family {
  Version first;
  std::optional<Version> beyond;
};

std::optional<Family> family_of(std::string_view text) {
  std::vector<std::string> parts = split(text, '.');
  if (parts.size() > 3) return std::nullopt;
  std::vector<std::uint64_t> numbers;
  bool wild = false;
  for (const std::string& part : parts) {
    if (part == "*" || part == "x" || part == "X") {
      wild = true;
      continue;
    }
    const auto number = number_of(part);
    if (wild || !number) return std::nullopt;
    numbers.push_back(*number);
  }
  Family family;
  if (numbers.size() > 0) family.first.major = numbers[0];
  if (numbers.size() > 1) family.first.minor = numbers[1];
  if (numbers.size() == 3) family.first.patch = numbers[2];
  if (numbers.size() == 3 && numbers[2] < kMostNumber) {
    family.beyond = family.first;
    ++family.beyond->patch;
  } else if (numbers.size() >= 2 && numbers[1] < kMostNumber) {
    family.beyond = Version{numbers[0], numbers[1] + 1, 0, {}, {}};
  } else if (numbers.size() >= 1 && numbers[0] < kMostNumber) {
    family.beyond = Version{numbers[0] + 1, 0, 0, {}, {}};
  }
  return family;
}

}  // namespace

Result<Version> Version::parse(std::string_view text) {
  if (text.size() > kMostCharacters) return no_version(text);
  std::string_view rest = text;
  if (!rest.empty() && rest.front() == 'v') rest.remove_prefix(1);

  Version version;
  if (const std::size_t plus = rest.find('+'); plus != std::string_view::npos) {
    version.build = rest.substr(plus + 1);
    for (const std::string& identifier : split(version.build, '.')) {
      if (!is_identifier(identifier)) return no_version(text);
    }
    rest = rest.substr(0, plus);
  }
  if (const std::size_t hyphen = rest.find('-'); hyphen != std::string_view::npos) {
    version.prerelease = split(rest.substr(hyphen + 1), '.');
    for (const std::string& identifier : version.prerelease) {
      const bool leading_zero = is_numeric(identifier) && identifier.size() > 1 && identifier.front() == '0';
      if (!is_identifier(identifier) || leading_zero) return no_version(text);
    }
    rest = rest.substr(0, hyphen);
  }
  const std::vector<std::string> numbers = split(rest, '.');
  if (numbers.size() != 3) return no_version(text);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto number = number_of(numbers[i]);
    if (!number) return no_version(text);
    (i == 0 ? version.major : i == 1 ? version.minor : version.patch) = *number;
  }
  return version;
}

std::string Version::text() const {
  std::string result = fmt::format("{}.{}.{}", major, minor, patch);
  for (std::size_t i = 0; i < prerelease.size(); ++i) result += (i == 0 ? "-" : ".") + prerelease[i];
  if (!build.empty()) result += "+" + build;
  return result;
}

std::weak_ordering Version::operator<=>(const Version& other) const {
  if (const auto order = major <=> other.major; order != 0) return order;
  if (const auto order = minor <=> other.minor; order != 0) return order;
  if (const auto order = patch <=> other.patch; order != 0) return order;
  if (prerelease.empty() || other.prerelease.empty()) return other.prerelease.size() <=> prerelease.size();
  const std::size_t shared = std::min(prerelease.size(), other.prerelease.size());
  for (std::size_t i = 0; i < shared; ++i) {
    if (const auto order = compare_identifiers(prerelease[i], other.prerelease[i]); order != 0) return order;
  }
  return prerelease.size() <=> other.prerelease.size();
}

Result<VersionPattern> VersionPattern::parse(std::string_view text) {
  const auto no_pattern = [text] {
    return fail("version pattern",
                fmt::format("expected a version or range such as 1.*, 1.4.x, 1.2.0 or \">=1.2 <2\", found {}",
                            in_quotes(text)));
  };
  using Kind = Bound::Kind;
  if (text.size() > kMostCharacters) return no_pattern();
  VersionPattern pattern;
  pattern.text_ = text;
  const auto skip_spaces = [](std::string_view& rest) {
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  };
  std::string_view rest = text;
  for (skip_spaces(rest); !rest.empty(); skip_spaces(rest)) {
    std::string_view comparison;
    for (const std::string_view candidate : {">=", "<=", "==", ">", "<", "="}) {
      if (comparison.empty() && rest.substr(0, candidate.size()) == candidate) comparison = candidate;
    }
    rest.remove_prefix(comparison.size());
    skip_spaces(rest);
    std::string_view word = rest.substr(0, rest.find_first_of(" <>="));
    rest.remove_prefix(word.size());
    if (!word.empty() && word.front() == 'v') word.remove_prefix(1);

    const auto add = [&pattern](Kind kind, Version version) { pattern.bounds_.push_back({kind, std::move(version)}); };
    if (const auto exact = Version::parse(word); exact && word.front() != 'v') {
      add(comparison == ">="   ? Kind::kAtLeast
          : comparison == ">"  ? Kind::kAbove
          : comparison == "<=" ? Kind::kAtMost
          : comparison == "<"  ? Kind::kBelow
                               : Kind::kEqual,
          *exact);
      continue;
    }
    const auto family = family_of(word);
    if (!family) return no_pattern();
    if (comparison == "<") {
      add(Kind::kBelow, family->first);
    } else if (comparison == ">") {
      if (family->beyond) add(Kind::kAtLeast, *family->beyond);
      if (!family->beyond) add(Kind::kBelow, Version{});  // nothing lies above everything
    } else {
      if (comparison != "<=") add(Kind::kAtLeast, family->first);
      if (comparison != ">=" && family->beyond) add(Kind::kBelow, *family->beyond);
    }
  }
  if (pattern.bounds_.empty() && pattern.text_.find_first_not_of(' ') == std::string::npos) return no_pattern();
  return pattern;
}

bool VersionPattern::contains(const Version& version) const {
  bool named = false;
  for (const Bound& bound : bounds_) {
    const auto order = version <=> bound.version;
    const bool holds = bound.kind == Bound::Kind::kEqual     ? order == 0
                       : bound.kind == Bound::Kind::kAtLeast ? order >= 0
                       : bound.kind == Bound::Kind::kAbove   ? order > 0
                       : bound.kind == Bound::Kind::kAtMost  ? order <= 0
                                                             : order < 0;
    if (!holds) return false;
    named = named || order == 0;
  }
  return version.prerelease.empty() || named;
}

}  // namespace harness::model
