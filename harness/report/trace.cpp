#include <harness/report/trace.hpp>

#include <cmath>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <harness/model/json_text.hpp>

namespace harness::report {
namespace {

using model::json_number;
using model::json_text;

constexpr double kMicrosecondsPerSecond = 1e6;

std::string microseconds(double seconds) {
  const double value = seconds * kMicrosecondsPerSecond;
  return json_number(std::isfinite(value) && value > 0 ? value : 0);
}

// `two-sum/v2.0.0/uniform/64` -> `two-sum/v2.0.0`, `uniform/64`. A name of another form is all case.
std::pair<std::string_view, std::string_view> parts_of(std::string_view trial) {
  const std::size_t problem_end = trial.find('/');
  const std::size_t solver_end = problem_end == trial.npos ? trial.npos : trial.find('/', problem_end + 1);
  if (solver_end == trial.npos) return {"", trial};
  return {trial.substr(0, solver_end), trial.substr(solver_end + 1)};
}

// A comma would part it into two categories.
std::string category_of(const std::string& trial) {
  std::string category = trial.empty() ? "harness" : trial;
  for (char& c : category)
    if (c == ',') c = ';';
  return category;
}

std::string metadata(const char* what, std::int64_t process, const std::string& name) {
  return fmt::format(R"({{"ph": "M", "name": "{0}", "pid": {1}, "tid": {1}, "args": {{"name": {2}}}}})", what, process,
                     json_text(name));
}

std::string line_of(const model::TimelineEvent& event) {
  const auto [solver, case_name] = parts_of(event.trial);
  std::string arguments = fmt::format(R"("solver": {}, "case": {}, "step": {}, "library": {})", json_text(solver),
                                      json_text(case_name), json_text(event.step), json_text(event.library));
  if (!event.failed.empty()) arguments += fmt::format(R"(, "failed": {})", json_text(event.failed));
  return fmt::format(
      R"({{"ph": "X", "name": {0}, "cat": {1}, "pid": {2}, "tid": {2}, "ts": {3}, "dur": {4}, "args": {{{5}}}}})",
      json_text(event.step.empty() ? "step" : event.step), json_text(category_of(event.trial)), event.process,
      microseconds(event.begin_seconds), microseconds(event.seconds), arguments);
}

}  // namespace

std::string chrome_trace(const std::vector<model::TimelineEvent>& events, const model::Context& context) {
  std::vector<std::string> lines;
  std::set<std::int64_t> known;
  for (const model::TimelineEvent& event : events) {
    if (known.insert(event.process).second) {
      const std::string name = event.process == 0 ? "harness" : fmt::format("worker {}", event.process);
      lines.push_back(
          metadata("process_name", event.process, event.library.empty() ? name : name + ": " + event.library));
      lines.push_back(metadata("thread_name", event.process, name));
    }
    lines.push_back(line_of(event));
  }
  std::string text = "{\n  \"displayTimeUnit\": \"ms\",\n  \"otherData\": {";
  std::set<std::string> keys;
  for (const auto& [key, value] : context) {
    if (!keys.insert(model::in_utf8(key)).second) continue;
    text += fmt::format("{}\n    {}: {}", keys.size() > 1 ? "," : "", json_text(key), json_text(value));
  }
  text += "\n  },\n  \"traceEvents\": [";
  for (const std::string& line : lines) (text += &line == lines.data() ? "\n    " : ",\n    ") += line;
  return text + "\n  ]\n}\n";
}

}  // namespace harness::report
