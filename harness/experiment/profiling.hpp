// Profiles of rows: made, read, named, kept in the run's folder; and what two of them say about a difference.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <harness/experiment/row.hpp>
#include <harness/experiment/run.hpp>
#include <harness/experiment/source_text.hpp>
#include <harness/model/profile.hpp>
#include <harness/store/run_folder.hpp>
#include <harness/worker/worker.hpp>

namespace harness::experiment {

class Profiling {
 public:
  // Nothing is written before the first profile. `run_id`: names the folder. `say` takes a line that is worth telling once.
  Profiling(const ProfileKinds& kinds, const worker::Settings& settings, std::string run_id,
            std::function<void(const std::string&)> say);

  // Of a profile that explains no difference: shares are known to 2 points.
  static constexpr std::uint64_t kUsualSamples = 800;

  struct Side {
    const Row& row;        // prepared, kMeasured
    std::string solver;    // how the side is called: `v2.1.0`, `v2.1.0@abc1234`
    SourceRoots roots;     // of its source
    std::string growth_class;
    double real_seconds_per_call = 0;  // 0 = as the pilot found it
  };
  // Seconds of a side, for plans: until there are enough samples.
  static double predict_seconds(const ProfileKinds& kinds, std::uint64_t samples = kUsualSamples);

  // All that was asked for of one side. What cannot be had stands in its warnings; nothing when Ctrl-C came.
  std::optional<model::CaseProfile> profile(const Side& side);

  // `ratio`: 1 where no difference was confirmed. Both sides, enough samples for a difference of this ratio (time of a call, new / old), and what they say. Pictures of
  // both and of their difference are kept. The profile of a side that was made in this run for as many samples is used again.
  struct Explained {
    model::CaseProfile before, now;
    model::ProfileChange change;
    std::vector<std::string> lines;  // report::why_lines
  };
  std::optional<Explained> explain(const Side& before, const Side& now, double ratio);

  // Where everything lies; "" = nothing was kept yet.
  std::filesystem::path folder() const { return folder_ ? folder_->path() : std::filesystem::path(); }
  bool keep_report(const std::string& text);  // report.json beside it, when there is a folder
  bool failed() const { return folder_failed_ || said_.contains("keep"); }  // something could not be kept, and was said

 private:
  bool open_folder();
  void profile_cpu(const Side& side, std::uint64_t samples, const std::filesystem::path& kept,
                   model::CaseProfile& profile);
  void profile_heap(const Side& side, const std::filesystem::path& kept, model::CaseProfile& profile);
  std::optional<model::CaseProfile> make(const Side& side, std::uint64_t samples);
  // Sites that a second profile of the same side does not have again are no change.
  void doubt_sites(const Side& before, const Side& now, Explained& explained);
  void add_sources(const Side& side, model::CaseProfile& profile) const;
  void keep(const std::string& name, const std::string& text);
  void keep(const std::string& name, const std::vector<std::uint8_t>& bytes);
  void note(const std::string& pass, const worker::Failure& failure, model::CaseProfile& profile);

  ProfileKinds kinds_;
  const worker::Settings& settings_;
  std::string run_id_;
  std::function<void(const std::string&)> say_;
  std::optional<store::RunFolder> folder_;
  bool folder_failed_ = false, interrupted_ = false;
  std::set<std::string> said_;
  std::map<std::string, model::CaseProfile> made_;  // by library, side, case and samples
};

// Which files of a run's folder belong to a case: `<stem>.json` and what stands beside it.
std::string profile_stem(const model::CaseProfile& profile);

// The rows of this one's solver and dataset.
std::vector<const Row*> family_of(const Row& row, const std::vector<Row>& rows);
// `n^1`: the power by which the cost of a call grows with the size over these rows of one solver and dataset, a logarithm left
// aside, so that it is the same from run to run; "" = too few sizes, or none that fits.
std::string growth_of(const std::vector<const Row*>& family);

// Lines of a side's source for profile::why.
std::function<std::string(const std::string&, std::uint32_t)> source_lines(const model::CaseProfile& profile);

}  // namespace harness::experiment
