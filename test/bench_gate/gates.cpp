#include "gates.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include <harness/model/gate_json.hpp>

#include "program.hpp"

namespace gate_bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBuilding = "building the solvers of";  // as harness says it

// What a gate would take for its base, or write to, on a machine of CI.
const std::vector<std::string> kTakenAway = {"GITHUB_ACTIONS", "GITHUB_BASE_REF", "GITHUB_EVENT_PATH", "GITHUB_EVENT_NAME", "GITHUB_STEP_SUMMARY",
                                             "CI_MERGE_REQUEST_DIFF_BASE_SHA", "CI_COMMIT_BEFORE_SHA", "HARNESS_PLUGIN_DIR", "HARNESS_BASELINE_DIR"};

bool is_there(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  std::error_code ignored;
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (fs::exists(fs::path(folder) / program, ignored)) return true;
  }
  return false;
}

std::string last_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

}  // namespace

struct Gates::Ran {
  Finished finished;
  bool was_building = false;
};

Gates::Gates(fs::path harness, fs::path folder, std::string build, const Repository& repository, const std::atomic<bool>& stop)
    : harness_(std::move(harness)), folder_(std::move(folder)), build_(std::move(build)), repository_(repository), stop_(stop) {
  std::ifstream marks(folder_ / "built");
  std::string line;
  if (std::getline(marks, line) && line == build_) {
    while (std::getline(marks, line)) built_.insert(line);
  } else {
    fs::remove_all(folder_ / "cache");
    std::ofstream(folder_ / "built") << build_ << "\n";
  }
}

std::set<std::string> Gates::unbuilt(const std::set<std::string>& commits) const {
  std::set<std::string> left;
  std::set_difference(commits.begin(), commits.end(), built_.begin(), built_.end(), std::inserter(left, left.end()));
  return left;
}

Gates::Ran Gates::run(const std::string& head, const std::string& base, const std::vector<std::string>& flags, bool cold) {
  const auto clone = folder_ / "clone", cache = folder_ / (cold ? "cold-cache" : "cache");
  repository_.clone(clone, head);
  for (const char* left : {"report.json", "evidence.zip"}) fs::remove(folder_ / left);
  std::vector<std::string> words = {harness_, "gate", "--base=" + base, "--benchmark_out=" + (folder_ / "report.json").string()};
  words.insert(words.end(), flags.begin(), flags.end());
  auto environment = kTakenAway;
  environment.push_back("XDG_CACHE_HOME=" + cache.string());
  // Layouts differ in one small file: the others need not be compiled 200 times. Never where building is what is timed.
  if (!cold && is_there("ccache")) {
    environment.insert(environment.end(), {"CMAKE_CXX_COMPILER_LAUNCHER=ccache", "CCACHE_NOHASHDIR=1", "CCACHE_BASEDIR=" + cache.string(),
                                           "CCACHE_DIR=" + (cache / "ccache").string()});
  }
  Ran ran;
  ran.finished = gate_bench::run(words, clone, environment);
  ran.was_building = ran.finished.said.find(kBuilding) != std::string::npos;
  return ran;
}

void Gates::build(const std::string& commit) {
  // Its own candidate is built with the first of them.
  const auto& head = repository_.commit("padded");
  const auto ran = run(head, commit == head ? repository_.commit("main") : commit, {"--case=usual/*", "--budget=0.001s"}, false);
  if (stop_) return;
  if (ran.finished.code != 0 && ran.finished.code != 4) give_up(fmt::format("{} was not built: {}", commit, ran.finished.said));
  built_.insert(commit);
  std::ofstream(folder_ / "built", std::ios::app) << commit << "\n";
}

void Gates::read_report(Record& record) const {
  const auto file = folder_ / "report.json";
  std::ifstream in(file, std::ios::binary);
  if (!in) return;  // the note says why there is none
  const auto report = harness::model::read_gate_report(std::string{std::istreambuf_iterator<char>(in), {}}, file.string());
  if (!report) give_up(report.error().text());
  for (const auto& one : report->cases) {
    CaseRecord each;
    each.name = one.name;
    each.verdict = harness::model::verdict_word(one.comparison.verdict);
    for (const auto cause : one.failed) each.failed += (each.failed.empty() ? "" : "+") + std::string(harness::model::cause_word(cause));
    each.log_ratio = one.comparison.log_ratio;
    for (const auto& duet : one.comparison.duets) each.processes += duet.processes.size();
    for (const auto& figure : one.figures) {
      if (figure.name == "instructions") each.instructions = figure.change;
    }
    record.cases.push_back(std::move(each));
  }
  record.not_measured = report->not_measured.size();
  record.incomparable = report->incomparable.size();
  record.control_log_ratio = report->control_log_ratio;
}

std::optional<Record> Gates::decide(const Series& series, std::size_t index) {
  const Gate gate = gate_of(series, index, repository_);
  if (series.name == "cold") fs::remove_all(folder_ / "cold-cache");
  auto flags = series.flags;
  if (series.keeps_evidence) flags.push_back("--evidence=" + (folder_ / "evidence.zip").string());
  auto ran = run(gate.head, gate.base, flags, series.cold);
  // The cache had lost it: what was measured beside compilers' heat and dust does not count.
  if (ran.was_building && !series.cold && !stop_) ran = run(gate.head, gate.base, flags, series.cold);
  if (stop_) return std::nullopt;
  if (ran.was_building != series.cold) give_up(fmt::format("{} {}: {}", series.name, index, series.cold ? "nothing was built" : "is built each time"));

  Record record;
  record.series = series.name;
  record.index = index;
  record.base = gate.base;
  record.head = gate.head;
  record.exit = ran.finished.code;
  record.seconds = ran.finished.wall_seconds;
  read_report(record);
  record.named = !gate.slower.empty() && ran.finished.said.find(gate.slower) != std::string::npos;
  if (record.exit != 0 && record.exit != 1) record.note = last_line(ran.finished.said);
  if (record.is_red() && series.keeps_evidence) {
    const auto kept = folder_ / fmt::format("red-{}-{:03}.zip", series.name, index);
    std::error_code failed;
    fs::rename(folder_ / "evidence.zip", kept, failed);
    if (!failed) record.evidence = kept.string();
  }
  return record;
}

}  // namespace gate_bench
