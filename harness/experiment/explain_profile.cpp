#include <harness/experiment/explain_profile.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <ostream>
#include <set>

#include <fmt/format.h>

#include <harness/experiment/profiling.hpp>
#include <harness/model/document.hpp>
#include <harness/model/profile_json.hpp>
#include <harness/model/text.hpp>
#include <harness/profile/fingerprint.hpp>
#include <harness/profile/why.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/profile.hpp>
#include <harness/report/profile_list.hpp>
#include <harness/store/input_file.hpp>
#include <harness/store/run_folder.hpp>

namespace harness::experiment {
namespace {

using model::CaseProfile;

constexpr std::size_t kMostFunctions = 15, kMostSources = 4;

report::ConsoleOptions options_of(const Terminal& terminal) {
  report::ConsoleOptions options;
  options.colour = terminal.colour;
  options.utf8 = terminal.utf8;
  options.columns = terminal.out_is_terminal ? terminal.columns : 0;
  return options;
}

void add(KeptProfiles& kept, std::string_view text, const std::string& file) {
  auto profile = model::read_profile(text, file);
  if (profile)
    kept.profiles.push_back(std::move(*profile));
  else
    kept.unreadable.push_back(profile.error());
}

void sort(KeptProfiles& kept) {
  std::sort(kept.profiles.begin(), kept.profiles.end(),
            [](const auto& a, const auto& b) { return a.name() < b.name(); });
  std::sort(kept.files.begin(), kept.files.end());
}

const CaseProfile* held_against(const CaseProfile& profile, const KeptProfiles& kept) {
  if (profile.compared_with.empty()) return nullptr;
  for (const auto& other : kept.profiles) {
    if (other.problem == profile.problem && other.case_name == profile.case_name &&
        other.solver == profile.compared_with)
      return &other;
  }
  return nullptr;
}

bool was_held_against(const CaseProfile& profile, const KeptProfiles& kept) {
  return std::any_of(kept.profiles.begin(), kept.profiles.end(),
                     [&](const auto& other) { return held_against(other, kept) == &profile; });
}

double share(std::uint64_t samples, std::uint64_t total) {
  return total == 0 ? 0 : static_cast<double>(samples) / static_cast<double>(total);
}

std::vector<report::FunctionRow> rows_of(const CaseProfile& profile, const CaseProfile* before) {
  std::map<std::string, profile::FunctionSamples> old_ones;
  // The solver's own module goes without saying, and is another file on either side.
  const auto module_of = [](const auto& each, const CaseProfile& of) {
    return each.module == of.library_file ? std::string() : each.module;
  };
  const auto key = [&](const auto& each, const CaseProfile& of) {
    return each.function + "\n" + each.file + "\n" + module_of(each, of);
  };
  const bool both = before != nullptr && before->cpu;
  if (both) {
    for (const auto& each : profile::functions_of(*before->cpu)) old_ones.emplace(key(each, *before), each);
  }
  std::vector<report::FunctionRow> rows;
  const auto functions = profile.cpu ? profile::functions_of(*profile.cpu) : std::vector<profile::FunctionSamples>{};
  for (const auto& each : functions) {
    report::FunctionRow row{each.function,
                            each.file,
                            module_of(each, profile),
                            share(each.own, profile.cpu->samples),
                            share(each.cumulative, profile.cpu->samples),
                            {},
                            {}};
    if (both) {
      const auto old = old_ones.find(key(each, profile));
      const bool known = old != old_ones.end();
      row.old_own = known ? share(old->second.own, before->cpu->samples) : 0;
      row.old_cumulative = known ? share(old->second.cumulative, before->cpu->samples) : 0;
      if (known) old_ones.erase(old);
    }
    rows.push_back(std::move(row));
  }
  for (const auto& [name, each] : old_ones) {
    rows.push_back({each.function, each.file, module_of(each, *before), 0, 0, share(each.own, before->cpu->samples),
                    share(each.cumulative, before->cpu->samples)});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return std::max(a.own, a.old_own.value_or(0)) > std::max(b.own, b.old_own.value_or(0));
  });
  if (rows.size() > kMostFunctions) rows.resize(kMostFunctions);
  return rows;
}

std::vector<std::string> files_of(const CaseProfile& profile, const KeptProfiles& kept) {
  std::vector<std::string> files;
  const auto stem = profile_stem(profile) + ".";
  for (const auto& file : kept.files) {
    if (file.substr(file.rfind('/') + 1).starts_with(stem) && !file.ends_with(".json")) files.push_back(file);
  }
  return files;
}

// Files of the solver's own source with samples, those with most first.
std::vector<std::string> sampled_files(const CaseProfile& profile) {
  std::map<std::string, std::uint64_t> samples;
  for (const auto& line : profile::lines_of(*profile.cpu)) samples[line.file] += line.own;
  std::vector<std::pair<std::string, std::uint64_t>> files(samples.begin(), samples.end());
  std::stable_sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> names;
  for (const auto& [file, count] : files) names.push_back(file);
  return names;
}

report::SourceSide source_side(const CaseProfile& profile, const std::string& file) {
  report::SourceSide side;
  side.file = file;
  side.solver = profile.solver;
  side.samples = profile.cpu->samples;
  std::map<std::uint32_t, profile::LineSamples> lines;
  for (const auto& line : profile::lines_of(*profile.cpu)) {
    if (line.file == file) lines.emplace(line.line, line);
  }
  const auto source =
      std::find_if(profile.sources.begin(), profile.sources.end(), [&](const auto& each) { return each.file == file; });
  const bool has_text = source != profile.sources.end();
  if (!has_text) side.missing = "the source was not found where it was profiled";
  if (has_text && source->newer) side.missing = "the source was changed after the library was built";
  constexpr std::int64_t kAround = 2;
  std::set<std::uint32_t> shown;
  for (const auto& [number, line] : lines) {
    for (std::int64_t offset = has_text ? -kAround : 0; offset <= (has_text ? kAround : 0); ++offset) {
      const auto near = std::int64_t{number} + offset;
      if (near >= 1 && near <= std::numeric_limits<std::uint32_t>::max())
        shown.insert(static_cast<std::uint32_t>(near));
    }
  }
  const auto count =
      has_text ? static_cast<std::uint32_t>(std::count(source->text.begin(), source->text.end(), '\n') + 1) : 0;
  for (const auto number : shown) {
    const auto sampled = lines.find(number);
    if (has_text && number > count && sampled == lines.end()) continue;
    report::SourceRow row{number, has_text ? line_of(*source, number) : "", {}, {}};
    if (sampled != lines.end()) {
      row.own = share(sampled->second.own, side.samples);
      row.cumulative = share(sampled->second.cumulative, side.samples);
    }
    side.rows.push_back(std::move(row));
  }
  return side;
}

std::string base_name(const std::string& file) { return file.substr(file.rfind('/') + 1); }

Error no_such_case(const KeptProfiles& kept, const std::string& run, const std::string& wanted) {
  std::vector<std::string_view> names;
  std::set<std::string> known;
  for (const auto& profile : kept.profiles) known.insert(profile.name());
  for (const auto& name : known) names.push_back(name);
  auto meant = std::string(model::nearest(wanted, names));
  if (meant.empty() && !known.empty()) meant = *known.begin();
  return {"explain " + model::in_quotes(wanted), fmt::format("no such case was profiled in {}", run),
          meant.empty() ? "nothing was profiled in it at all"
                        : fmt::format("nearest: {}; without a case all are listed", meant),
          Exit::kUsage};
}

}  // namespace

Result<KeptProfiles> profiles_of_run(const std::string& run) {
  const auto folder = store::RunFolder::find(store::RunFolder::default_directory(), run);
  if (!folder) return tl::unexpected(folder.error());
  KeptProfiles kept;
  for (const auto& file : folder->files("profiles")) {
    kept.files.push_back(file.string());
    if (file.extension() != ".json") continue;
    const auto text = store::read_text(file, model::kProfileMostBytes);
    if (text)
      add(kept, *text, file.string());
    else
      kept.unreadable.push_back(text.error());
  }
  sort(kept);
  return kept;
}

Result<KeptProfiles> profiles_of_evidence(const package::Entries& entries, const std::string& file) {
  KeptProfiles kept;
  for (const auto& [name, bytes] : entries) {
    if (!name.starts_with("profiles/")) continue;
    kept.files.push_back(name);
    if (!name.ends_with(".json")) continue;
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    add(kept, text, file + ": " + name);
  }
  sort(kept);
  return kept;
}

std::vector<const CaseProfile*> matching(const KeptProfiles& kept, const std::string& case_name) {
  std::vector<const CaseProfile*> found;
  const auto collect = [&](const auto& matches, bool references) {
    for (const auto& one : kept.profiles) {
      if (!references && was_held_against(one, kept)) continue;
      if (matches(one.name()) ||
          (!references && (matches(one.problem + "/" + one.case_name) || matches(one.case_name))))
        found.push_back(&one);
    }
  };
  collect([&](const std::string& name) { return name == case_name; }, false);
  if (found.empty()) collect([&](const std::string& name) { return name == case_name; }, true);
  if (found.empty()) collect([&](const std::string& name) { return model::glob_matches(case_name, name); }, false);
  return found;
}

std::string profile_in_full(const CaseProfile& profile, const KeptProfiles& kept, const Terminal& terminal,
                            const std::optional<std::vector<std::string>>& said) {
  const auto* before = held_against(profile, kept);
  report::ProfileText text;
  text.profile = &profile;
  text.before = before;
  text.functions = rows_of(profile, before);
  text.dimension_names.assign(profile::kDimensionNames.begin(), profile::kDimensionNames.end());
  if (said) {
    text.why = *said;
  } else if (before != nullptr) {
    text.why = report::why_in_full(
        profile::why(*before, profile, {profile.ratio, source_lines(*before), source_lines(profile)}));
  }
  text.files = files_of(profile, kept);
  return report::profile_text(text, options_of(terminal));
}

std::string source_of(const CaseProfile& profile, const KeptProfiles& kept, const Terminal& terminal) {
  if (!profile.cpu) return "no CPU profile was made of it: there are no samples to show beside its source\n";
  const auto files = sampled_files(profile);
  if (files.empty()) return "no sample lies in the solver's own source, as far as debug information tells\n";
  const auto* before = held_against(profile, kept);
  const auto old_files = before != nullptr && before->cpu ? sampled_files(*before) : std::vector<std::string>{};
  std::string text;
  for (std::size_t i = 0; i < std::min(files.size(), kMostSources); ++i) {
    std::optional<report::SourceSide> old_side;
    for (const auto& old_file : old_files) {
      if (!old_side && base_name(old_file) == base_name(files[i])) old_side = source_side(*before, old_file);
    }
    // The only file of either side is the same one, renamed.
    if (!old_side && old_files.size() == 1 && files.size() == 1) old_side = source_side(*before, old_files.front());
    text +=
        (i == 0 ? "" : "\n") + report::annotated_source(old_side, source_side(profile, files[i]), options_of(terminal));
  }
  return text;
}

Exit explain_run(const std::string& run, const std::string& case_name, bool with_source, const Terminal& terminal) {
  const auto refuse = [&](const Error& error) {
    terminal.err << "harness: " << report::printable(error.text(), terminal.utf8, 2000) << std::endl;
    return error.exit;
  };
  const auto kept = profiles_of_run(run);
  if (!kept) return refuse(kept.error());
  if (kept->profiles.empty() && !kept->unreadable.empty()) return refuse(kept->unreadable.front());
  for (const auto& error : kept->unreadable)
    terminal.err << "warning: " << report::printable(error.text(), terminal.utf8, 2000) << std::endl;
  if (case_name.empty()) {
    if (kept->profiles.empty()) return refuse({run, "nothing was profiled in it", "", Exit::kUsage});
    const auto folder = kept->files.front().substr(0, kept->files.front().rfind("/profiles/"));
    terminal.out << report::profile_list(kept->profiles, folder, run, options_of(terminal)) << std::flush;
    return Exit::kFine;
  }
  const auto found = matching(*kept, case_name);
  if (found.empty()) return refuse(no_such_case(*kept, run, case_name));
  for (const auto* one : found) {
    if (one != found.front()) terminal.out << '\n';
    terminal.out << profile_in_full(*one, *kept, terminal);
    if (with_source) terminal.out << '\n' << source_of(*one, *kept, terminal);
    terminal.out.flush();
  }
  return Exit::kFine;
}

}  // namespace harness::experiment
