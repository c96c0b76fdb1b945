#include <harness/report/profile_list.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <harness/report/figures.hpp>

namespace harness::report {
namespace {

constexpr std::size_t kShortHash = 8;

std::string amounts_of(const model::CaseProfile& profile) {
  std::vector<std::string> words;
  if (profile.cpu) words.push_back(fmt::format("{} samples", profile.cpu->samples));
  if (profile.heap) {
    const auto sites = profile.heap->sites.size();
    words.push_back(fmt::format("{} allocation site{}", sites, sites == 1 ? "" : "s"));
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

// `hot` names functions with their file: the file is left out here.
std::string hot_of(const model::CaseProfile& profile) {
  if (profile.cpu && !profile.cpu->thin_because.empty()) return "too thin: " + profile.cpu->thin_because;
  std::vector<std::string> names;
  for (const auto& hot : profile.fingerprint.hot) {
    const auto file = hot.find(':');
    const bool has_file = file != std::string::npos && hot.find("::") != file;
    names.push_back(has_file ? hot.substr(file + 1) : hot);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::string profile_list(const std::vector<model::CaseProfile>& profiles, const std::string& folder,
                         const std::string& run, const ConsoleOptions& options) {
  if (profiles.empty()) return {};
  std::size_t name_width = 0, amount_width = 0;
  for (const auto& profile : profiles) {
    name_width = std::max(name_width, profile.name().size());
    amount_width = std::max(amount_width, amounts_of(profile).size());
  }
  std::string text = "\nProfiles\n";
  for (const auto& profile : profiles) {
    const auto hash = profile.fingerprint.sha256.substr(0, kShortHash);
    auto line = fmt::format("  {:<{}}  {:<8}  {:<{}}  {}", profile.name(), name_width, hash.empty() ? "-" : hash,
                            amounts_of(profile), amount_width, hot_of(profile));
    line.erase(line.find_last_not_of(' ') + 1);
    text += printable(line, options.utf8, 300) + "\n";
    for (const auto& warning : profile.warnings) text += "    " + printable(warning, options.utf8, 300) + "\n";
  }
  text += printable(fmt::format("  kept in {}", folder), options.utf8, 300) + "\n";
  text += printable(fmt::format("  harness explain {} {}", run, profiles.front().name()), options.utf8, 300) + "\n";
  return text;
}

}  // namespace harness::report
