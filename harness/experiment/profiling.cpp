#include <harness/experiment/profiling.hpp>

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <harness/compare/growth.hpp>
#include <harness/model/profile_json.hpp>
#include <harness/profile/cpu_profile.hpp>
#include <harness/profile/fingerprint.hpp>
#include <harness/profile/heap_profile.hpp>
#include <harness/profile/pprof.hpp>
#include <harness/profile/symbols.hpp>
#include <harness/profile/why.hpp>
#include <harness/report/flame.hpp>
#include <harness/report/profile.hpp>
#include <harness/store/input_file.hpp>
#include <harness/trial/loaded.hpp>
#include <harness/trial/profile.hpp>

namespace harness::experiment {
namespace {

constexpr double kSamplesPerSecond = 250;

profile::Symbols symbols_of(const Profiling::Side& side, const std::filesystem::path& kept) {
  return profile::Symbols({side.row.library->file_name, kept, {side.row.trial->solver->file.parent_path()}});
}

void add_warnings(const std::vector<std::string>& lines, std::vector<std::string>& warnings) {
  for (const auto& line : lines) {
    if (std::find(warnings.begin(), warnings.end(), line) == warnings.end()) warnings.push_back(line);
  }
}

std::vector<std::uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

// The fingerprint that this binary had last time on this case: what keeps a share at the threshold from changing the hash.
std::optional<model::Fingerprint> last_fingerprint(const store::RunFolder& folder, const model::CaseProfile& profile) {
  for (const auto& file : folder.earlier("profiles/" + profile_stem(profile) + ".json")) {
    const auto text = store::read_text(file, model::kProfileMostBytes);
    if (!text) continue;
    auto earlier = model::read_profile(*text, file.string());
    if (earlier && earlier->library_sha256 == profile.library_sha256 &&
        earlier->fingerprint.samples >= model::kLeastSamples) {
      return std::move(earlier->fingerprint);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string profile_stem(const model::CaseProfile& profile) { return store::file_stem(profile.name()); }

Profiling::Profiling(const ProfileKinds& kinds, const worker::Settings& settings, std::string run_id,
                     std::function<void(const std::string&)> say)
    : kinds_(kinds), settings_(settings), run_id_(std::move(run_id)), say_(std::move(say)) {}

double Profiling::predict_seconds(const ProfileKinds& kinds, std::uint64_t samples) {
  constexpr double kHeapSeconds = 0.1;
  return (kinds.cpu ? static_cast<double>(samples) / kSamplesPerSecond : 0) + (kinds.heap ? kHeapSeconds : 0);
}

bool Profiling::open_folder() {
  if (folder_ || folder_failed_) return folder_.has_value();
  auto made = store::RunFolder::create(store::RunFolder::default_directory(), run_id_);
  if (made) {
    folder_ = std::move(*made);
  } else {
    folder_failed_ = true;
    say_("warning: no profiles: " + made.error().text());
  }
  return folder_.has_value();
}

void Profiling::keep(const std::string& name, const std::vector<std::uint8_t>& bytes) {
  if (auto written = folder_->write("profiles/" + name, std::span(bytes)); !written && said_.insert("keep").second) {
    say_("warning: a profile could not be kept: " + written.error().text());
  }
}

void Profiling::keep(const std::string& name, const std::string& text) { keep(name, bytes_of(text)); }

bool Profiling::keep_report(const std::string& text) {
  return folder_ && folder_->write("report.json", text).has_value();
}

// The timing result stays; what could not be profiled is said.
void Profiling::note(const std::string& pass, const worker::Failure& failure, model::CaseProfile& profile) {
  if (failure.kind == worker::FailureKind::kInterrupted) {
    interrupted_ = true;
    return;
  }
  const auto line = pass + ": " + trial::in_one_line(failure);
  if (!failure.text.starts_with("not available") || said_.insert(line).second) profile.warnings.push_back(line);
}

void Profiling::profile_cpu(const Side& side, std::uint64_t samples, const std::filesystem::path& kept,
                            model::CaseProfile& profile) {
  const auto& row = side.row;
  const auto sampled = trial::profile_cpu(*row.library, *row.input, row.examined.seconds_per_call, samples, row.limits,
                                          of_row(settings_, row));
  if (!sampled) return note("CPU profile", sampled.error(), profile);
  const auto raw = profile::read_cpu_profile(sampled->profile, "the CPU profile of " + profile.name());
  if (!raw) {
    profile.warnings.push_back(raw.error().text());
    return;
  }
  auto symbols = symbols_of(side, kept);
  auto cpu = profile::symbolise(*raw, symbols);
  cpu.calls = sampled->calls;
  cpu.wall_seconds = sampled->wall_seconds;
  cpu.cpu_seconds = sampled->cpu_seconds;
  cpu.voluntary_switches = sampled->voluntary_switches;
  cpu.involuntary_switches = sampled->involuntary_switches;
  cpu.minor_faults = sampled->minor_faults;
  if (cpu.samples < model::kLeastSamples) {
    cpu.thin_because = !sampled->thin_because.empty() ? sampled->thin_because
                                                      : fmt::format("{} samples, of which {} are outside of the solver",
                                                                    cpu.samples + cpu.outside, cpu.outside);
  }
  add_warnings(symbols.warnings(), profile.warnings);
  const auto stem = profile_stem(profile);
  const auto solver = profile.problem + "/" + profile.solver;
  keep(stem + ".cpu.prof", profile::with_kept_library(sampled->profile, row.library->file_name, kept));
  keep(stem + ".cpu.pb.gz", profile::pprof_gz(cpu, solver, profile.case_name));
  keep(stem + ".cpu.folded", profile::folded(cpu));
  profile.cpu = std::move(cpu);
}

void Profiling::profile_heap(const Side& side, const std::filesystem::path& kept, model::CaseProfile& profile) {
  const auto& row = side.row;
  const auto dumps =
      trial::profile_heap(*row.library, *row.input, row.examined.seconds_per_call, row.limits, of_row(settings_, row));
  if (!dumps) return note("heap profile", dumps.error(), profile);
  const auto name = "the heap profile of " + profile.name();
  const auto before = profile::read_heap_profile(dumps->before, name);
  const auto after = profile::read_heap_profile(dumps->after, name);
  if (!before || !after) {
    profile.warnings.push_back((before ? after : before).error().text());
    return;
  }
  auto symbols = symbols_of(side, kept);
  auto heap = profile::symbolise(profile::between(*before, *after), dumps->calls, symbols);
  add_warnings(symbols.warnings(), profile.warnings);
  const auto stem = profile_stem(profile);
  const auto call = profile::difference_text(*before, *after, dumps->after);
  keep(stem + ".heap", profile::with_kept_library(bytes_of(call), row.library->file_name, kept));
  keep(stem + ".heap.pb.gz", profile::pprof_gz(heap, profile.problem + "/" + profile.solver, profile.case_name));
  profile.heap = std::move(heap);
}

void Profiling::add_sources(const Side& side, model::CaseProfile& profile) const {
  std::set<std::string> files;
  const auto collect = [&](const auto& places) {
    for (const auto& place : places) {
      if (profile::is_own_source(place)) files.insert(place.file);
    }
  };
  if (profile.cpu) collect(profile.cpu->places);
  if (profile.heap) collect(profile.heap->places);
  constexpr std::size_t kMostFiles = 20;
  for (const auto& file : files) {
    if (profile.sources.size() == kMostFiles) break;
    auto source = source_text(file, side.roots, side.row.trial->solver->file);
    if (!source.text.empty()) profile.sources.push_back(std::move(source));
  }
}

std::optional<model::CaseProfile> Profiling::make(const Side& side, std::uint64_t samples) {
  if (!open_folder()) return std::nullopt;
  const auto& row = side.row;
  const auto key =
      fmt::format("{} {} {} {}", row.library->identity.file_sha256, side.solver, row.trial->name(), samples);
  if (const auto known = made_.find(key); known != made_.end()) return known->second;
  model::CaseProfile profile;
  profile.problem = row.trial->problem->name;
  profile.solver = side.solver;
  profile.case_name = row.trial->input->dataset_and_name();
  profile.library_file = row.library->file_name;
  profile.library_sha256 = row.library->identity.file_sha256;
  profile.real_seconds_per_call =
      side.real_seconds_per_call > 0 ? side.real_seconds_per_call : row.examined.seconds_per_call;
  const auto bytes = trial::read_back(row.library->bytes);
  const auto kept = bytes ? folder_->keep_library(profile.library_sha256, *bytes)
                          : Result<std::filesystem::path>(tl::unexpected(bytes.error()));
  if (!kept) {
    say_("warning: no profile of " + profile.name() + ": " + kept.error().text());
    return std::nullopt;
  }
  if (kinds_.cpu) profile_cpu(side, samples, *kept, profile);
  if (kinds_.heap && !interrupted_) profile_heap(side, *kept, profile);
  if (interrupted_) return std::nullopt;
  const auto& memory = row.measurement.memory;
  const auto before = last_fingerprint(*folder_, profile);
  profile.fingerprint = profile::fingerprint(profile.cpu, profile.heap, side.growth_class,
                                             memory ? memory->heap_growths : std::nullopt, before ? &*before : nullptr);
  add_sources(side, profile);
  made_.emplace(key, profile);
  return profile;
}

std::optional<model::CaseProfile> Profiling::profile(const Side& side) {
  auto made = make(side, kUsualSamples);
  if (!made) return made;
  const auto stem = profile_stem(*made);
  if (made->cpu) keep(stem + ".svg", report::flame_graph(*made->cpu, made->name()));
  keep(stem + ".json", model::write_profile(*made));
  return made;
}

std::optional<Profiling::Explained> Profiling::explain(const Side& before, const Side& now, double ratio) {
  const auto samples = ratio == 1 ? kUsualSamples : profile::samples_for(ratio);
  auto old_side = make(before, samples);
  if (!old_side) return std::nullopt;
  auto new_side = make(now, samples);
  if (!new_side) return std::nullopt;
  new_side->compared_with = old_side->solver;
  new_side->ratio = ratio;
  Explained explained{std::move(*old_side), std::move(*new_side), {}, {}};
  const auto &a = explained.before, &b = explained.now;
  explained.change = profile::why(a, b, {ratio, source_lines(a), source_lines(b)});
  if (!explained.change.sites.empty()) doubt_sites(before, now, explained);
  explained.lines = report::why_lines(explained.change);
  for (const auto* side : {&a, &b}) {
    const auto stem = profile_stem(*side);
    if (side->cpu) keep(stem + ".svg", report::flame_graph(*side->cpu, side->name()));
    keep(stem + ".json", model::write_profile(*side));
  }
  if (a.cpu && b.cpu) {
    keep(profile_stem(b) + ".diff.svg", report::differential_flame_graph(*a.cpu, *b.cpu, ratio, a.name(), b.name()));
  }
  return explained;
}

void Profiling::doubt_sites(const Side& before, const Side& now, Explained& explained) {
  for (const auto* side : {&before, &now}) {
    const auto& first = side == &before ? explained.before : explained.now;
    const auto kept = folder_->path() / "libraries" / (first.library_sha256 + ".so");
    const auto dumps = trial::profile_heap(*side->row.library, *side->row.input, side->row.examined.seconds_per_call,
                                           side->row.limits, of_row(settings_, side->row));
    if (!dumps) continue;
    const auto raw_before = profile::read_heap_profile(dumps->before, first.name());
    const auto raw_after = profile::read_heap_profile(dumps->after, first.name());
    if (!raw_before || !raw_after) continue;
    auto symbols = symbols_of(*side, kept);
    auto again = first;
    again.cpu.reset();
    again.heap = profile::symbolise(profile::between(*raw_before, *raw_after), dumps->calls, symbols);
    const auto lines = source_lines(first);
    for (const auto& wandering : profile::why(first, again, {1, lines, lines}).sites) {
      const auto gone = std::erase_if(explained.change.sites, [&](const auto& site) {
        return site.function == wandering.function && (side == &before || site.place == wandering.place);
      });
      if (gone > 0)
        explained.now.warnings.push_back(
            fmt::format("allocations at {} differ from run to run: they say nothing", wandering.place));
    }
  }
}

std::vector<const Row*> family_of(const Row& row, const std::vector<Row>& rows) {
  std::vector<const Row*> family;
  for (const auto& each : rows) {
    if (each.trial->solver->name() == row.trial->solver->name() &&
        each.trial->input->dataset == row.trial->input->dataset)
      family.push_back(&each);
  }
  return family;
}

std::string growth_of(const std::vector<const Row*>& family) {
  std::vector<compare::GrowthPoint> points;
  for (const auto* row : family) {
    const auto size = row->trial->input->size;
    if (!size || row->examined.seconds_per_call <= 0) continue;
    points.push_back({*size, row->examined.seconds_per_call, 0.1, 0});
  }
  const auto growth = compare::fit(points, std::nullopt, {});
  if (growth.state != compare::Growth::State::kFitted || !growth.best) return {};
  return fmt::format("n^{}", compare::power(*growth.best));
}

std::function<std::string(const std::string&, std::uint32_t)> source_lines(const model::CaseProfile& profile) {
  return [&profile](const std::string& file, std::uint32_t line) -> std::string {
    for (const auto& source : profile.sources) {
      if (source.file == file && !source.newer) return line_of(source, line);
    }
    return {};
  };
}

}  // namespace harness::experiment
