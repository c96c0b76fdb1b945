#include <harness/report/listing.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <harness/report/figures.hpp>

namespace harness::report {
namespace {

using Columns = std::vector<std::string>;

std::string table(const std::vector<Columns>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], characters_in(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += padded_right(row[i], widths[i]) + "  ";
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : printable(text, true, 60); }

std::string tail(const Listing& listing, bool after_solvers) {
  std::string text;
  if (listing.solvers.empty()) {
    std::string places;
    for (const auto& directory : listing.directories) places += (places.empty() ? "" : ", ") + directory.string();
    text += "no solver in " + printable(places) + "\n";
  }
  if (!listing.problems.empty()) {
    text += after_solvers ? "\n" : "";
    std::vector<Columns> rows;
    for (const auto& problem : listing.problems) {
      rows.push_back({printable(problem.problem), "problem library", or_dash(problem.compiler),
                      printable(problem.file.filename().string())});
    }
    text += table(rows);
  }
  if (!listing.skipped.empty()) {
    text += fmt::format("\nskipped: {}\n", listing.skipped.size());
    for (const auto& skipped : listing.skipped) {
      text += fmt::format("  {}: {}\n", printable(skipped.file.filename().string()), printable(skipped.reason));
    }
  }
  return text;
}

}  // namespace

std::string short_listing(const Listing& listing) {
  std::vector<Columns> rows;
  if (!listing.solvers.empty()) rows.push_back({"SOLVER", "TIME", "SPACE", "COMPILER", "AUTHOR", "FILE"});
  for (const auto& solver : listing.solvers) {
    rows.push_back({printable(solver.name()), or_dash(solver.identity.time_complexity),
                    or_dash(solver.identity.space_complexity), or_dash(solver.compiler), or_dash(solver.identity.author),
                    printable(solver.file.filename().string())});
  }
  return table(rows) + tail(listing, !rows.empty());
}

std::string long_listing(const Listing& listing) {
  std::string text;
  for (const auto& solver : listing.solvers) {
    const auto& identity = solver.identity;
    std::vector<std::pair<std::string, std::string>> facts = {{"file", solver.file.string()},
                                                              {"time", identity.time_complexity},
                                                              {"space", identity.space_complexity},
                                                              {"author", identity.author},
                                                              {"submitted", identity.submitted}};
    std::string patterns;
    for (const auto& pattern : identity.compatible_with) patterns += (patterns.empty() ? "" : ", ") + pattern.text();
    facts.emplace_back("compatible_with", patterns);
    std::string required = identity.requires_runtime;
    for (const auto& api : identity.requires_apis) required += (required.empty() ? "" : ", ") + api;
    facts.emplace_back("requires", required);
    facts.emplace_back("compiler", solver.compiler);
    facts.emplace_back("cxx_library", solver.cxx_library);
    facts.emplace_back("flags", fmt::format("{}", fmt::join(solver.flags, " ")));
    facts.emplace_back("git_sha", solver.git_sha);
    const auto& limits = solver.benchmark.limits;
    std::string declared;
    const auto declare = [&](const char* what, const auto& value, const char* unit) {
      if (value) declared += fmt::format("{}{} {}{}", declared.empty() ? "" : ", ", what, *value, unit);
    };
    declare("qps_target", limits.qps_target, "/s");
    declare("p95_latency", limits.p95_latency_seconds, " s");
    declare("mem_max", limits.mem_bytes_max, " B");
    declare("max_size", limits.max_size, "");
    facts.emplace_back("limits", declared);
    for (const auto& [key, value] : identity.other) facts.emplace_back(key, value);
    for (const auto& warning : solver.warnings) facts.emplace_back("warning", warning);
    text += printable(solver.name()) + "\n";
    for (const auto& [key, value] : facts) {
      if (!value.empty()) text += fmt::format("  {} {}\n", padded_right(printable(key, true, 40), 16), printable(value));
    }
    text += "\n";
  }
  return text + tail(listing, false);
}

}  // namespace harness::report
