#include <harness/library/descriptor.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <harness/sdk/abi.h>
#include <harness/library/build_facts.hpp>
#include <harness/library/elf_dynamic.hpp>
#include <harness/model/document.hpp>

namespace harness::library {
namespace {

constexpr std::string_view kSolverApi = "solver/v1";
constexpr const char* kRebuild = "rebuild it with this harness";

bool is_git_sha(std::string_view text) {
  if (text.ends_with("-dirty")) text.remove_suffix(6);
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

// `ours` and `theirs` say whether the flag is on.
Result<void> check_flag(std::string_view flag, bool ours, bool theirs, const std::string& file) {
  if (ours == theirs) return {};
  return fail(file,
              fmt::format("built {} {}, this harness {}", theirs ? "with" : "without", flag, ours ? "with" : "without"),
              "build both with the same flags");
}

Result<model::SolverInfo> describe_solver(const Note& note, const std::string& file) {
  const auto facts = read_facts(note.facts, file);
  if (!facts) return tl::unexpected(facts.error());
  if (auto ok = check_facts(*facts, file); !ok) return tl::unexpected(ok.error());

  model::SolverInfo info;
  auto identity = model::read_version_yaml(note.identity_text, file + ": version.yaml", info.warnings);
  if (!identity) return tl::unexpected(identity.error());
  if (!identity->version.prerelease.empty() && !identity->variant.empty()) {
    return fail(
        file,
        fmt::format("version {} has a pre-release and the variant {}", identity->version.text(), identity->variant),
        "give it one of them, so that its name can be read one way only");
  }
  if (auto ok = check_requirements(*identity, runtime_version(), file); !ok) return tl::unexpected(ok.error());
  info.identity = std::move(*identity);
  if (!note.benchmark_text.empty()) {
    auto benchmark = model::read_benchmark_json(note.benchmark_text, file + ": benchmark.json", info.warnings);
    if (!benchmark) return tl::unexpected(benchmark.error());
    info.benchmark = std::move(*benchmark);
  }
  info.identity_text = note.identity_text;
  info.benchmark_text = note.benchmark_text;
  info.compiler = facts->compiler;
  info.cxx_library = facts->cxx_library;
  info.flags = facts->flags;
  info.git_sha = facts->git_sha;
  return info;
}

Result<model::ProblemLibrary> describe_problem(const Note& note, const std::string& file) {
  const auto facts = read_facts(note.facts, file);
  if (!facts) return tl::unexpected(facts.error());
  if (auto ok = check_facts(*facts, file); !ok) return tl::unexpected(ok.error());
  const auto problem = model::read_problem_yaml(note.identity_text, file + ": problem.yaml");
  if (!problem) return tl::unexpected(problem.error());
  return model::ProblemLibrary{{}, problem->name, facts->cxx_library, facts->compiler, facts->git_sha};
}

}  // namespace

const model::Version& runtime_version() {
  static const model::Version version = model::Version::parse(HARNESS_VERSION).value();
  return version;
}

Result<Facts> read_facts(const std::string& text, const std::string& file) {
  Facts facts;
  std::string flags;
  const std::array<std::pair<std::string_view, std::string*>, 4> expected{{{"compiler", &facts.compiler},
                                                                           {"cxx_library", &facts.cxx_library},
                                                                           {"flags", &flags},
                                                                           {"git_sha", &facts.git_sha}}};
  std::string_view rest = text;
  for (const auto& [key, value] : expected) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (line.size() == rest.size() || !line.starts_with(key) || line.size() <= key.size() || line[key.size()] != '=') {
      return fail(file,
                  fmt::format("the facts of its descriptor: expected the line {}=, found \"{}\"", key, printable(line)),
                  kRebuild);
    }
    const std::string_view found = line.substr(key.size() + 1);
    if (std::any_of(found.begin(), found.end(), [](unsigned char c) { return c < 0x20 || c > 0x7e; })) {
      return fail(file, fmt::format("the facts of its descriptor: {} is not plain text: \"{}\"", key, printable(found)),
                  kRebuild);
    }
    *value = found;
    rest.remove_prefix(line.size() + 1);
  }
  if (!rest.empty()) {
    return fail(file, fmt::format("the facts of its descriptor: expected no more, found \"{}\"", printable(rest)),
                kRebuild);
  }
  if (!facts.git_sha.empty() && !is_git_sha(facts.git_sha)) {
    return fail(file,
                fmt::format("the facts of its descriptor: git_sha is no commit: \"{}\"", printable(facts.git_sha)),
                kRebuild);
  }
  facts.flags = words_of(flags);
  return facts;
}

Result<void> check_facts(const Facts& facts, const std::string& file) {
  if (facts.cxx_library != this_cxx_library()) {
    return fail(file,
                fmt::format("built with the C++ library {}, this harness with {}", printable(facts.cxx_library),
                            this_cxx_library()),
                "build both with the same C++ library");
  }
  BuildFlags theirs;
  for (const std::string& flag : facts.flags) {
    if (flag == "address-sanitizer")
      theirs.address_sanitizer = true;
    else if (flag == "thread-sanitizer")
      theirs.thread_sanitizer = true;
    else if (flag == "undefined-sanitizer")
      theirs.undefined_sanitizer = true;
    else if (flag == "glibcxx-debug")
      theirs.glibcxx_debug = true;
    else if (flag != "glibcxx-assertions") {
      return fail(file, fmt::format("built with {}, which this harness does not know", printable(flag)), kRebuild);
    }
  }
  const BuildFlags ours = this_build_flags();
  if (auto ok = check_flag("address-sanitizer", ours.address_sanitizer, theirs.address_sanitizer, file); !ok) return ok;
  if (auto ok = check_flag("thread-sanitizer", ours.thread_sanitizer, theirs.thread_sanitizer, file); !ok) return ok;
  if (theirs.undefined_sanitizer) {
    if (auto ok = check_flag("undefined-sanitizer", ours.undefined_sanitizer, true, file); !ok) return ok;
  }
  return check_flag("glibcxx-debug", ours.glibcxx_debug, theirs.glibcxx_debug, file);
}

Result<void> check_requirements(const model::SolverIdentity& identity, const model::Version& runtime,
                                const std::string& file) {
  const std::string& wanted = identity.requires_runtime;
  if (!wanted.empty()) {
    constexpr std::string_view kPrefix = "harness@";
    const bool at_least = wanted.ends_with('+');
    std::string versions = wanted.starts_with(kPrefix) ? wanted.substr(kPrefix.size()) : "";
    if (at_least && !versions.empty()) versions = ">=" + versions.substr(0, versions.size() - 1);
    const auto pattern = model::VersionPattern::parse(versions);
    if (versions.empty() || !pattern) {
      return fail(file + ": version.yaml: requires/runtime",
                  fmt::format("expected harness@VERSION, as \"harness@0.1+\", found \"{}\"", printable(wanted)),
                  "correct and rebuild it");
    }
    if (!pattern->contains(runtime)) {
      return fail(file, fmt::format("requires {}, this is harness {}", printable(wanted), runtime.text()),
                  "use such a harness, or rebuild it for this one");
    }
  }
  for (const std::string& api : identity.requires_apis) {
    if (api == kSolverApi) continue;
    return fail(file, fmt::format("requires the api {}, this harness has {}", printable(api), kSolverApi),
                "use a harness that has it, or rebuild it for this one");
  }
  return {};
}

Result<Described> read_library_from(ByteSource& source, const std::string& file) {
  const auto elf = read_elf(source, file);
  if (!elf) return tl::unexpected(elf.error());
  Described described;
  described.kind = elf->note.kind;
  const bool is_solver = elf->note.kind == Kind::kSolver;
  if (auto ok = check_dynamic(source, *elf, is_solver ? HARNESS_SOLVER_ENTRY : HARNESS_PROBLEM_ENTRY, file); !ok) {
    return tl::unexpected(ok.error());
  }
  if (is_solver) {
    auto solver = describe_solver(elf->note, file);
    if (!solver) return tl::unexpected(solver.error());
    described.solver = std::move(*solver);
  } else {
    auto problem = describe_problem(elf->note, file);
    if (!problem) return tl::unexpected(problem.error());
    described.problem = std::move(*problem);
  }
  return described;
}

Result<model::SolverInfo> read_solver_from(ByteSource& source, const std::string& file) {
  auto described = read_library_from(source, file);
  if (!described) return tl::unexpected(described.error());
  if (described->kind != Kind::kSolver) {
    return fail(file, fmt::format("is the library of the problem {}, not a solver", described->problem.problem),
                "name a solver");
  }
  return std::move(described->solver);
}

Result<model::ProblemLibrary> read_problem_from(ByteSource& source, const std::string& file) {
  auto described = read_library_from(source, file);
  if (!described) return tl::unexpected(described.error());
  if (described->kind != Kind::kProblem) {
    return fail(file, fmt::format("is the solver {}, not a problem's library", described->solver.name()),
                "name a problem's library");
  }
  return std::move(described->problem);
}

}  // namespace harness::library
