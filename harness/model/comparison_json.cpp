#include <harness/model/comparison_json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <harness/model/json_text.hpp>
#include <harness/model/member_writer.hpp>
#include <harness/model/report_row.hpp>

namespace harness::model {
namespace {

// What the processes of one side of one case say, over all comparisons that it takes part in.
struct Side {
  std::vector<double> real_seconds, cpu_seconds;
  std::uint64_t pairs = 0;

  void add(const Comparison& comparison, bool is_reference) {
    for (const Duet& duet : comparison.duets) {
      for (const DuetProcess& process : duet.processes) {
        real_seconds.push_back(is_reference ? process.reference_real_seconds_per_call
                                            : process.candidate_real_seconds_per_call);
        cpu_seconds.push_back(is_reference ? process.reference_cpu_seconds_per_call
                                           : process.candidate_cpu_seconds_per_call);
        pairs += process.pairs;
      }
    }
  }
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : values[middle - 1] / 2 + values[middle] / 2;
}

std::string row_of(const Comparison& comparison, const std::string& side_name, const SideFigures& figures,
                   const Side& side) {
  constexpr double kNanosecondsPerSecond = 1e9;
  ReportRow row;
  const bool program = comparison.problem.empty();
  const std::string name =
      program ? comparison.case_name : comparison.problem + "/" + side_name + "/" + comparison.case_name;
  row.text("name", name).text("run_name", name).text("run_type", "iteration").count("repetitions", 1);
  row.count("repetition_index", 0).count("threads", 1).count("iterations", side.pairs);
  row.value("real_time", median(side.real_seconds) * kNanosecondsPerSecond);
  row.value("cpu_time", median(side.cpu_seconds) * kNanosecondsPerSecond).text("time_unit", "ns");
  if (program) row.text("label", side_name);
  if (const auto& memory = figures.memory) {
    row.value("allocs", memory->allocs).value("alloc_bytes", memory->alloc_bytes);
    row.value("peak_heap_bytes", memory->peak_heap_bytes).value("leaked_bytes", memory->leaked_bytes);
    if (memory->heap_growths) row.value("heap_growths", *memory->heap_growths);
  }
  if (figures.instructions_per_call) row.value("instructions", *figures.instructions_per_call);
  for (const auto& [counter, value] : figures.counters) row.value(counter, value);
  return row.line();
}

std::vector<std::string> rows_of(const AbReport& report) {
  using Key = std::array<std::string, 3>;  // problem, case, side
  std::map<Key, Side> sides;
  for (const Comparison& one : report.comparisons) {
    sides[{one.problem, one.case_name, one.reference}].add(one, true);
    sides[{one.problem, one.case_name, one.candidate}].add(one, false);
  }
  std::vector<std::string> rows;
  const auto tell = [&](const Comparison& one, const std::string& name, const SideFigures& figures) {
    const auto side = sides.find({one.problem, one.case_name, name});
    if (side == sides.end() || side->second.real_seconds.empty()) return;
    rows.push_back(row_of(one, name, figures, side->second));
    sides.erase(side);
  };
  for (const Comparison& one : report.comparisons) {
    tell(one, one.reference, one.reference_figures);
    tell(one, one.candidate, one.candidate_figures);
  }
  return rows;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string text = "[";
  for (const std::string& name : names) text += (&name == names.data() ? "" : ", ") + json_text(name);
  return text + "]";
}

}  // namespace

std::string write_ab_report(const AbReport& report) {
  std::string text = "{\n  \"context\": {\n";
  std::set<std::string> keys{"harness_ab_schema", "kind", "sides", "files"};
  for (const auto& [key, value] : report.context) {
    if (keys.insert(in_utf8(key)).second) text += fmt::format("    {}: {},\n", json_text(key), json_text(value));
  }
  text +=
      fmt::format("    \"harness_ab_schema\": {},\n    \"kind\": {},\n    \"sides\": {},\n    \"files\": {}\n  }},\n",
                  kAbSchema, json_text(report.kind), list_of(report.sides), list_of(report.files));
  text += "  \"benchmarks\": [";
  std::string separator = "\n    ";
  for (const std::string& row : rows_of(report)) text += std::exchange(separator, ",\n    ") + row;
  text += "\n  ],";
  MemberWriter writer(text, 2, false);
  writer("comparisons", report.comparisons);
  return text + "\n}\n";
}

}  // namespace harness::model
