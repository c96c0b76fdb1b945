#include <harness/library/choice.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <tuple>

#include <fmt/format.h>

#include <harness/model/document.hpp>
#include <harness/model/text.hpp>

namespace harness::library {
namespace {

namespace fs = std::filesystem;
using model::SkippedLibrary;
using model::SolverIdentity;
using model::SolverInfo;
using model::Version;
using model::VersionPattern;

constexpr std::size_t kMostBytes = 4096;
constexpr std::size_t kMostNames = 8;

std::string_view without_suffix(std::string_view text, std::string_view suffix) {
  return text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text;
}

std::string_view without_v(std::string_view text) { return text.starts_with('v') ? text.substr(1) : text; }

// `two-sum-v2.0.0`: how messages call a solver, and what may be written back.
std::string stem_of(const SolverIdentity& identity) { return identity.problem + "-" + identity.solver(); }

// What a text says beside the problem's name. After `-` and `/` it is a version; after `@`, and alone, also a word or a range.
struct Rest {
  std::string_view text;
  bool words = false;
};

std::optional<Rest> rest_after(std::string_view text, const std::string& problem) {
  text = without_suffix(text, ".so");
  if (text.size() <= problem.size() + 1 || !text.starts_with(problem)) return std::nullopt;
  const char separator = text[problem.size()];
  if (separator != '-' && separator != '/' && separator != '@') return std::nullopt;
  return Rest{text.substr(problem.size() + 1), separator == '@'};
}

Rest rest_alone(std::string_view text) {
  text = without_suffix(text, ".so");
  return {text.starts_with('@') ? text.substr(1) : text, true};
}

// `v1.4.x+git-*`: what the version must be, and what its build metadata.
class Pattern {
 public:
  static std::optional<Pattern> parse(std::string_view text, bool ranges) {
    if (!ranges && text.find_first_of(" <>=") != text.npos) return std::nullopt;
    Pattern pattern;
    if (const std::size_t plus = text.find('+'); plus != text.npos) {
      pattern.build_ = text.substr(plus + 1);
      text = text.substr(0, plus);
      if (pattern.build_.empty() || text.find_first_of(" <>=") != text.npos) return std::nullopt;
    }
    auto versions = VersionPattern::parse(text);
    if (!versions) return std::nullopt;
    pattern.versions_ = std::move(*versions);
    return pattern;
  }
  bool contains(const Version& version) const {
    if (!build_.empty() && (version.build.empty() || !model::glob_matches(build_, version.build))) return false;
    return versions_.contains(version);
  }

 private:
  VersionPattern versions_;
  std::string build_;  // a glob; "" = any or none
};

struct Match {
  const SolverInfo* solver = nullptr;
  bool exact = false;          // the text is its complete name, or its file's
  bool other_variant = false;  // than was asked for or, without asking, than none

  auto key() const { return std::tuple(!exact, other_variant); }
  bool before(const Match& other) const {
    if (key() != other.key()) return key() < other.key();
    const Version& mine = solver->identity.version;
    const Version& its = other.solver->identity.version;
    if (mine != its) return mine > its;
    if (mine.build.empty() != its.build.empty()) return mine.build.empty();
    return std::tuple(solver->name(), solver->file) < std::tuple(other.solver->name(), other.solver->file);
  }
  // REQUIRES: of one problem. Two that bear the name in full are equals, whatever their versions.
  bool as_good_as(const Match& other) const {
    const Version& mine = solver->identity.version;
    const Version& its = other.solver->identity.version;
    return key() == other.key() && (exact || (mine == its && mine.build.empty() == its.build.empty()));
  }
};

using Solvers = std::vector<const SolverInfo*>;

// What one reading of the text finds among solvers of one problem.
class Reading {
 public:
  // `usable`: those that `latest` and `prev` are reckoned from.
  Reading(Rest rest, const Solvers& usable) : rest_(rest), usable_(usable) {}

  std::vector<Match> find(const Solvers& among) const {
    std::vector<Match> matches;
    for (const SolverInfo* solver : among) {
      const SolverIdentity& identity = solver->identity;
      if (without_v(rest_.text) == std::string_view(identity.solver()).substr(1)) {
        matches.push_back({solver, true, false});
        continue;
      }
      std::string_view wanted = rest_.text;
      const bool named = !identity.variant.empty() && wanted.ends_with("-" + identity.variant);
      if (named) wanted.remove_suffix(identity.variant.size() + 1);
      if (rest_.words && wanted == "prev") {
        add_if_previous(*solver, named, matches);
      } else if (holds(wanted, identity.version)) {
        matches.push_back({solver, false, !named && !identity.variant.empty()});
      }
    }
    return matches;
  }

 private:
  bool holds(std::string_view wanted, const Version& version) const {
    if (rest_.words && (wanted == "latest" || wanted == "now")) return version.prerelease.empty();
    const auto pattern = Pattern::parse(wanted, rest_.words);
    return pattern && pattern->contains(version);
  }

  // The highest release, of a variant where one is asked for.
  const SolverInfo* now(const std::string* variant) const {
    std::optional<Match> best;
    for (const SolverInfo* solver : usable_) {
      const SolverIdentity& identity = solver->identity;
      if (!identity.version.prerelease.empty() || (variant != nullptr && identity.variant != *variant)) continue;
      const Match match{solver, false, variant == nullptr && !identity.variant.empty()};
      if (!best || match.before(*best)) best = match;
    }
    return best ? best->solver : nullptr;
  }

  void add_if_previous(const SolverInfo& solver, bool named, std::vector<Match>& matches) const {
    const SolverInfo* current = now(named ? &solver.identity.variant : nullptr);
    const Version& version = solver.identity.version;
    if (current == nullptr || !version.prerelease.empty() || !(version < current->identity.version)) return;
    const auto& patterns = current->identity.compatible_with;
    const bool fits = patterns.empty() ? version.major == current->identity.version.major
                                       : std::any_of(patterns.begin(), patterns.end(),
                                                     [&](const auto& pattern) { return pattern.contains(version); });
    if (fits) matches.push_back({&solver, false, solver.identity.variant != current->identity.variant});
  }

  Rest rest_;
  const Solvers& usable_;
};

std::map<std::string, Solvers> by_problem(const std::vector<SolverInfo>& solvers) {
  std::map<std::string, Solvers> result;
  for (const SolverInfo& solver : solvers) result[solver.identity.problem].push_back(&solver);
  return result;
}

// Among `candidates`, best first. A complete name stands for itself alone.
std::vector<Match> find(const std::vector<SolverInfo>& candidates, const std::vector<SolverInfo>& usable,
                        const std::string& text) {
  const auto known = by_problem(usable);
  const auto among = by_problem(candidates);
  static const Solvers kNone;
  std::vector<Match> matches;
  for (const bool alone : {false, true}) {
    if (!matches.empty()) break;
    for (const auto& [problem, solvers] : among) {
      const auto rest = alone ? std::optional(rest_alone(text)) : rest_after(text, problem);
      if (!rest) continue;
      const auto those = known.find(problem);
      auto found = Reading(*rest, those == known.end() ? kNone : those->second).find(solvers);
      matches.insert(matches.end(), found.begin(), found.end());
    }
  }
  for (const SolverInfo& solver : candidates) {
    const std::string file = solver.file.filename().string();
    if (file.empty() || without_suffix(file, ".so") != without_suffix(text, ".so")) continue;
    const auto same = std::find_if(matches.begin(), matches.end(), [&](const Match& match) { return match.solver == &solver; });
    if (same != matches.end()) same->exact = true, same->other_variant = false;
    if (same == matches.end()) matches.push_back({&solver, true, false});
  }
  std::sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) { return a.before(b); });
  if (!matches.empty() && matches.front().exact) std::erase_if(matches, [](const Match& match) { return !match.exact; });
  return matches;
}

// What the name of a file that did not fit claims. One name may be read as a pre-release and as a variant.
std::vector<SolverInfo> claimed(const std::vector<SkippedLibrary>& skipped) {
  std::vector<SolverInfo> claims;
  for (const SkippedLibrary& library : skipped) {
    const std::string file = library.file.filename().string();
    const std::string_view stem = without_suffix(file, ".so");
    for (std::size_t at = stem.find('-'); at != stem.npos; at = stem.find('-', at + 1)) {
      SolverInfo claim;
      claim.file = library.file;
      claim.identity.problem = stem.substr(0, at);
      if (!model::is_kebab_case(claim.identity.problem)) continue;
      const std::string_view rest = stem.substr(at + 1);
      if (const auto version = Version::parse(rest)) {
        claim.identity.version = *version;
        claims.push_back(claim);
      }
      const std::size_t hyphen = rest.find('-');
      const auto version = Version::parse(rest.substr(0, hyphen));
      if (hyphen == rest.npos || !version || !model::is_kebab_case(rest.substr(hyphen + 1))) continue;
      claim.identity.version = *version;
      claim.identity.variant = rest.substr(hyphen + 1);
      claims.push_back(claim);
    }
  }
  return claims;
}

// The matches among what fits; none where the text is the complete name of a file that does not.
struct Found {
  std::vector<Match> matches;
  std::vector<SkippedLibrary> passed_over;
};

Found look_for(const Catalog& catalog, const std::string& text) {
  Found found{find(catalog.solvers, catalog.solvers, text), {}};
  const std::vector<SolverInfo> claims = claimed(catalog.skipped);
  const std::vector<Match> missed = find(claims, catalog.solvers, text);
  if (!missed.empty() && missed.front().exact && (found.matches.empty() || !found.matches.front().exact)) found.matches.clear();
  std::set<fs::path> named;
  for (const Match& match : missed) {
    if (found.matches.empty() || match.before(found.matches.front())) named.insert(match.solver->file);
  }
  for (const SkippedLibrary& library : catalog.skipped) {
    const std::string file = library.file.filename().string();
    const bool by_file = found.matches.empty() && without_suffix(file, ".so") == without_suffix(text, ".so");
    if (by_file || named.contains(library.file)) found.passed_over.push_back(library);
  }
  return found;
}

// A file that exists, where the text can only be a path or the catalog knows nothing of that name.
bool is_file(const std::string& text) {
  std::error_code ignored;
  const auto status = fs::status(text, ignored);
  return fs::exists(status) && !fs::is_directory(status);
}

Result<SolverInfo> at_path(const Catalog& catalog, const std::string& text) {
  for (const SolverInfo& solver : catalog.solvers) {
    std::error_code ignored;
    if (fs::equivalent(solver.file, text, ignored) && !ignored) return solver;
  }
  return read_solver(text);
}

std::string listed(const std::vector<std::string>& names) {
  const std::size_t shown = std::min(names.size(), kMostNames);
  const std::string more = names.size() > shown ? fmt::format(" and {} more", names.size() - shown) : "";
  return fmt::format("{}{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "), more);
}

// `1`, `1.4`, `1.4.2`: a place in the order of precedence.
std::optional<Version> place_of(std::string_view text) {
  for (const char* missing : {"", ".0", ".0.0"}) {
    if (const auto version = Version::parse(std::string(text.substr(0, 200)) + missing)) return *version;
  }
  return std::nullopt;
}

std::vector<std::string> nearest_names(const std::vector<SolverInfo>& solvers, const std::string& text) {
  for (const auto& [problem, versions] : by_problem(solvers)) {
    const auto rest = rest_after(text, problem);
    const auto place = rest ? place_of(rest->text) : std::nullopt;
    if (!place) continue;
    std::vector<std::string> names;  // the neighbours in precedence; the catalog is sorted by it
    const auto above = std::find_if(versions.begin(), versions.end(),
                                    [&](const SolverInfo* solver) { return solver->identity.version > *place; });
    if (above != versions.begin()) names.push_back(stem_of((*(above - 1))->identity));
    if (above != versions.end()) names.push_back(stem_of((*above)->identity));
    return names;
  }
  std::vector<std::pair<std::size_t, std::string>> by_distance;
  const std::string wanted = text.substr(0, 200);
  for (const SolverInfo& solver : solvers) {
    const std::string name = stem_of(solver.identity);
    by_distance.emplace_back(model::edit_distance(wanted, name), name);
  }
  std::sort(by_distance.begin(), by_distance.end());
  std::vector<std::string> names;
  for (const auto& [distance, name] : by_distance) {
    if (names.size() < 3) names.push_back(name);
  }
  return names;
}

tl::unexpected<Error> nothing_matches(const Catalog& catalog, const std::string& text,
                                      const std::vector<SkippedLibrary>& skipped) {
  std::vector<std::string> next;
  for (const SkippedLibrary& library : skipped) {
    if (next.size() < kMostNames) {
      next.push_back(fmt::format("{} was skipped: {}", library.file.filename().string(), library.reason));
    }
  }
  for (const auto& [problem, solvers] : by_problem(catalog.solvers)) {
    if (!rest_after(text, problem) && text != problem) continue;
    std::vector<std::string> names;
    for (const SolverInfo* solver : solvers) names.push_back(solver->identity.solver());
    next.push_back(fmt::format("of {} there {} {}", problem, names.size() == 1 ? "is" : "are", listed(names)));
  }
  if (const auto nearest = nearest_names(catalog.solvers, text); !nearest.empty()) {
    next.push_back(fmt::format("nearest: {}", fmt::join(nearest, ", ")));
  } else {
    next.push_back("no solver was found at all; name a directory of libraries with --plugin-dir");
  }
  return fail(model::in_quotes(text), "matches no solver", fmt::format("{}", fmt::join(next, "; ")));
}

}  // namespace

Result<void> check_choice(const std::string& text) {
  constexpr const char* kExpected = "expected a version such as two-sum-v1.2.0, two-sum@v1.4.x or two-sum@prev, found {}";
  if (text.find_first_not_of(' ') == text.npos) return fail("version", fmt::format(kExpected, "nothing"));
  if (text.size() > kMostBytes) return fail("version", fmt::format(kExpected, fmt::format("{} bytes", text.size())));
  const bool breaks = text.find_first_of("\t\n") != text.npos || text.find('\0') != text.npos;
  if (breaks || !model::is_utf8(text) || model::has_control_character(text)) {
    return fail("version", fmt::format(kExpected, model::in_quotes(text)));
  }
  return {};
}

Result<SolverInfo> choose(const Catalog& catalog, const std::string& text) {
  if (auto fit = check_choice(text); !fit) return tl::unexpected(fit.error());
  const bool has_folders = text.find('/') != text.npos;
  if (has_folders && is_file(text)) return at_path(catalog, text);
  const Found found = look_for(catalog, text);
  if (found.matches.empty()) {
    if (!has_folders && found.passed_over.empty() && is_file(text)) return at_path(catalog, text);
    return nothing_matches(catalog, text, found.passed_over);
  }
  std::map<std::string, const Match*> best;  // of each problem
  std::vector<std::string> equals;
  for (const Match& match : found.matches) {
    const Match& first = *best.emplace(match.solver->identity.problem, &match).first->second;
    if (match.as_good_as(first)) equals.push_back(stem_of(match.solver->identity));
  }
  if (equals.size() == 1) return *found.matches.front().solver;
  return fail(model::in_quotes(text), fmt::format("matches {} solvers equally well", equals.size()),
              "name one of them: " + listed(equals));
}

std::vector<SolverInfo> choices(const Catalog& catalog, const std::string& text) {
  if (!check_choice(text)) return {};
  const bool has_folders = text.find('/') != text.npos;
  std::vector<SolverInfo> solvers;
  if (!has_folders || !is_file(text)) {
    const Found found = look_for(catalog, text);
    for (const Match& match : found.matches) solvers.push_back(*match.solver);
    if (!solvers.empty() || has_folders || !found.passed_over.empty() || !is_file(text)) return solvers;
  }
  if (auto solver = at_path(catalog, text)) solvers.push_back(std::move(*solver));
  return solvers;
}

std::vector<SkippedLibrary> passed_over(const Catalog& catalog, const std::string& text) {
  if (!check_choice(text) || (text.find('/') != text.npos && is_file(text))) return {};
  return look_for(catalog, text).passed_over;
}

std::vector<std::string> told_apart(const std::vector<std::string>& names) {
  const auto last_parts = [](const std::string& name, std::size_t parts) {
    std::size_t begin = name.size();
    for (; parts > 0 && begin != std::string::npos; --parts) begin = begin == 0 ? name.npos : name.rfind('/', begin - 1);
    return begin == std::string::npos ? name : name.substr(begin + 1);
  };
  const std::size_t different = std::set<std::string>(names.begin(), names.end()).size();
  std::vector<std::string> result;
  std::set<std::string> distinct;
  for (std::size_t parts = 1; distinct.size() < different; ++parts) {
    result.clear();
    for (const std::string& name : names) result.push_back(last_parts(name, parts));
    distinct = {result.begin(), result.end()};
  }
  std::map<std::string, std::size_t> bearers, given;
  for (const std::string& name : result) ++bearers[name];
  for (std::string& name : result) {
    if (bearers[name] > 1) name += fmt::format(" ({})", ++given[name]);
  }
  return result;
}

}  // namespace harness::library
