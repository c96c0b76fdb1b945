#include <harness/experiment/diff_baseline.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <harness/compare/diff.hpp>
#include <harness/compare/history.hpp>
#include <harness/experiment/report_context.hpp>
#include <harness/machine/identity.hpp>
#include <harness/model/benchmark_report.hpp>
#include <harness/model/document.hpp>
#include <harness/model/history.hpp>
#include <harness/report/figures.hpp>
#include <harness/store/baseline.hpp>
#include <harness/store/input_file.hpp>

namespace harness::experiment {
namespace {

using model::Metric;
using model::Verdict;

struct Name {
  std::string problem, solver, case_name;
};

// `two-sum/v2.0.0/uniform/65536`; nothing for a benchmark that is none of ours.
std::optional<Name> split(const std::string& name) {
  const auto first = name.find('/');
  const auto second = first == name.npos ? name.npos : name.find('/', first + 1);
  if (second == name.npos || name.find('/', second + 1) == name.npos) return std::nullopt;
  if (!model::is_kebab_case(name.substr(0, first))) return std::nullopt;  // it becomes a file's name
  return Name{name.substr(0, first), name.substr(first + 1, second - first - 1), name.substr(second + 1)};
}

std::optional<double> member(const compare::EntrySummary& entry, const char* name) {
  for (const auto& [key, value] : entry.members) {
    if (key == name && std::holds_alternative<double>(value)) {
      const double number = std::get<double>(value);
      if (std::isfinite(number)) return number;
    }
  }
  return std::nullopt;
}

double seconds_of(const std::string& unit) {
  if (unit == "s") return 1;
  if (unit == "ms") return 1e-3;
  return unit == "us" ? 1e-6 : 1e-9;
}

// A history in which CPU seconds stand in the place of ratios, for a report that knows no pin.
model::CaseHistory of_raw_times(model::CaseHistory history) {
  for (auto& run : history.runs) {
    run.ratio_to_pin = run.cpu_seconds_per_call;
    run.segment = history.segments.size() - 1;
  }
  history.level_began_at.reset();
  return history;
}

class DiffBaseline {
 public:
  DiffBaseline(const DiffBaselineRequest& request, const Terminal& terminal) : request_(request), terminal_(terminal) {}

  Result<void> execute() {
    auto entries = read_report();
    if (!entries) return tl::unexpected(entries.error());
    const store::Baselines store(request_.directory, machine_);
    std::map<std::string, std::set<std::string>> solvers;  // of the report, by problem
    for (const auto& [name, entry] : *entries) {
      const auto parts = split(name);
      if (!parts) continue;
      solvers[parts->problem].insert(parts->solver);
      if (baselines_.contains(parts->problem)) continue;
      auto baseline = store.read(parts->problem);
      if (!baseline) return tl::unexpected(baseline.error());
      baselines_.emplace(parts->problem, std::move(*baseline));
    }
    std::map<std::string, std::vector<report::DiffRow>> rows;  // by name
    for (const auto& [name, entry] : *entries) compare_entry(name, entry, rows[name]);
    for (const auto& [problem, baseline] : baselines_) {
      for (const auto& history : baseline.cases) {
        const auto name = problem + "/" + history.solver + "/" + history.case_name;
        if (!solvers[problem].contains(history.solver) || entries->contains(name)) continue;
        report::DiffRow row;
        row.op = "remove";
        row.path = "/" + report::pointer_token(name);
        row.verdict = Verdict::kMissing;
        rows[name].push_back(std::move(row));
      }
    }
    report::ConsoleOptions options;
    options.colour = terminal_.colour;
    options.utf8 = terminal_.utf8;
    options.columns = terminal_.out_is_terminal ? terminal_.columns : 0;
    report::DiffWriter writer(terminal_.out, request_.format, options);
    std::vector<report::DiffRow> sorted;
    for (auto& [name, of_name] : rows)
      sorted.insert(sorted.end(), std::make_move_iterator(of_name.begin()), std::make_move_iterator(of_name.end()));
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    for (const auto& row : sorted) writer.row(row);
    writer.finish();
    return {};
  }

 private:
  Result<std::map<std::string, compare::EntrySummary>> read_report() {
    auto file = store::InputFile::open(request_.file);
    if (!file) return tl::unexpected(file.error());
    compare::Document document(false);
    std::optional<Error> fault;
    const auto next = [&](char* buffer, std::size_t capacity) -> std::size_t {
      const auto got = file->read(buffer, capacity);
      if (!got) fault = got.error();
      return got.value_or(0);
    };
    const auto context = model::stream_benchmark_report(
        next,
        [&](const model::BenchmarkEntry& entry) {
          auto added = document.add(entry, request_.file);
          if (!added) fault = added.error();
          return added.has_value();
        },
        request_.file);
    if (fault) return tl::unexpected(*fault);
    if (!context) return tl::unexpected(context.error());
    machine_ = value_of(*context, "machine");
    if (machine_.empty()) machine_ = machine::identify().key();  // a report that does not say was most likely made here
    return document.take();
  }

  void compare_entry(const std::string& name, const compare::EntrySummary& entry,
                     std::vector<report::DiffRow>& rows) const {
    const auto parts = split(name);
    const auto* history = parts ? baselines_.at(parts->problem).find(parts->solver, parts->case_name) : nullptr;
    if (history == nullptr) {
      report::DiffRow row;
      row.op = "add";
      row.path = "/" + report::pointer_token(name);
      row.verdict = Verdict::kNew;
      rows.push_back(std::move(row));
      return;
    }
    const double unit = seconds_of(entry.time_unit);
    const auto cpu_time = member(entry, "cpu_time");
    const auto ratio = member(entry, "ratio_to_pin");
    const bool by_ratio = ratio && *ratio > 0;
    if (!by_ratio && !cpu_time) {  // it failed: there are no figures
      report::DiffRow row;
      row.op = "remove";
      row.path = "/" + report::pointer_token(name);
      row.verdict = Verdict::kFailed;
      for (const auto& [key, value] : entry.members) {
        if (key != "error_message" || !std::holds_alternative<std::string>(value)) continue;
        row.op = "add";
        row.path += "/error_message";
        row.new_value = std::get<std::string>(value);
      }
      rows.push_back(std::move(row));
      return;
    }
    const auto compared = by_ratio ? *history : of_raw_times(*history);
    model::RecordedRun run;
    run.segment = compared.segments.size() - 1;
    run.solver = parts->solver;
    run.ratio_to_pin = by_ratio ? *ratio : *cpu_time * unit;
    run.ratio_error = by_ratio                        ? member(entry, "ratio_error").value_or(0)
                      : entry.cpu_sd && *cpu_time > 0 ? *entry.cpu_sd / *cpu_time
                                                      : 0;
    if (cpu_time) run.cpu_seconds_per_call = *cpu_time * unit;
    run.p95_seconds = member(entry, "p95_seconds");
    run.allocs = member(entry, "allocs");
    run.alloc_bytes = member(entry, "alloc_bytes");
    run.peak_heap_bytes = member(entry, "peak_heap_bytes");
    run.heap_growths = member(entry, "heap_growths");
    if (run.ratio_to_pin <= 0) return;
    const auto judgement = compare::judge(&compared, compared.compared_by, run, {}, {});
    for (const auto& metric : judgement.metrics) {
      if (!metric.mean) continue;
      const bool raw_time = metric.metric == Metric::kTime && !by_ratio;
      const double scale = raw_time ? 1 / unit : 1;
      report::DiffRow row;
      row.op = "modify";
      row.path = fmt::format("/{}/{}", report::pointer_token(name), member_of(metric.metric, by_ratio));
      row.old_value = *metric.mean * scale;
      row.new_value = metric.current * scale;
      if (const auto change = metric.change()) row.percent = 100 * *change;
      row.verdict = metric.beyond || metric.better ? Verdict::kSuspect : Verdict::kSame;
      if (*row.old_value == *row.new_value) continue;
      if (metric.metric == Metric::kP95) row.time_unit = "s";
      if (raw_time) row.time_unit = entry.time_unit.empty() ? "ns" : entry.time_unit;
      row.z = metric.z;
      row.mean = *metric.mean * scale;
      row.sigma = metric.sigma * scale;
      rows.push_back(std::move(row));
    }
  }

  static std::string_view member_of(Metric metric, bool by_ratio) {
    if (metric == Metric::kTime) return by_ratio ? "ratio_to_pin" : "cpu_time";
    return metric == Metric::kP95 ? "p95_seconds" : model::metric_word(metric);
  }

  const DiffBaselineRequest& request_;
  const Terminal& terminal_;
  std::string machine_;
  std::map<std::string, model::Baseline> baselines_;  // by problem
};

}  // namespace

Exit diff_baseline(const DiffBaselineRequest& request, const Terminal& terminal) {
  const auto compared = DiffBaseline(request, terminal).execute();
  if (compared) return Exit::kFine;
  terminal.err << "harness: " << report::printable(compared.error().text()) << std::endl;
  return compared.error().exit;
}

}  // namespace harness::experiment
