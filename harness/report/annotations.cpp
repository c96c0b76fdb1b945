#include <harness/report/ci.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include <harness/report/change.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/gate_words.hpp>

namespace harness::report {
namespace {

using model::GateCase;
using model::GateReport;

constexpr std::size_t kMost = 10;  // that GitHub shows of a step
constexpr std::size_t kMostCharacters = 200;
constexpr std::size_t kMostNamed = 5;

std::string escaped(std::string_view text, bool property) {
  std::string safe;
  for (const char c : text) {
    if (c == '%')
      safe += "%25";
    else if (c == '\r')
      safe += "%0D";
    else if (c == '\n')
      safe += "%0A";
    else if (c == ':' && property)
      safe += "%3A";
    else if (c == ',' && property)
      safe += "%2C";
    else
      safe += c;
  }
  return safe;
}

class Annotations {
 public:
  explicit Annotations(const GateReport& report)
      : report_(report),
        news_(report),
        voice_{[](std::string_view text) { return printable(text, true, kMostCharacters); }, true} {}

  std::string text() {
    if (news_.is_green) return {};
    for (const GateCase* one : news_.worst()) {
      const std::string verdict = verdict_words(*one);
      add("error", case_name(*one, voice_) + ": " + verdict, case_message(*one));
    }
    const bool explained = !all_.empty();
    if (report_.exit != Exit::kFine && !explained)
      add("error", "gate: " + status_words(report_, news_), exit_words(report_, voice_));
    if (const std::string control = control_words(report_, voice_); !control.empty())
      add("warning", "gate: control", control);
    for (const GateCase* one : news_.doubt)
      add("warning", case_name(*one, voice_) + ": " + doubt_words(*one), case_message(*one));
    named("not measured", report_.not_measured);
    auto incomparable = report_.incomparable;
    for (const GateCase* one : news_.incomparable) incomparable.emplace_back(one->name, one->comparison.reason);
    named("not comparable", incomparable);
    return lines();
  }

 private:
  struct Annotation {
    std::string level, title, message;
  };

  void add(std::string level, std::string title, std::string message) {
    if (!report_.command.empty()) message += "\nagain: " + voice_.quote(report_.command);
    all_.push_back({std::move(level), std::move(title), std::move(message)});
  }

  std::string case_message(const GateCase& one) const {
    std::vector<std::string> parts = cause_words(one, voice_);
    if (const std::string measured = measured_words(one, voice_); !measured.empty())
      parts.insert(parts.begin(), measured);
    if (const std::string since = since_words(report_, voice_); !since.empty()) parts.push_back(since);
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : "; ") + part;
    return text;
  }

  void named(const std::string& what, const std::vector<std::pair<std::string, std::string>>& all) {
    if (all.empty()) return;
    std::string text;
    for (std::size_t i = 0; i < std::min(all.size(), kMostNamed); ++i) {
      text += (text.empty() ? "" : "\n") + voice_.quote(all[i].first) + ": " + voice_.quote(all[i].second);
    }
    if (all.size() > kMostNamed) text += fmt::format("\nand {} more", all.size() - kMostNamed);
    add("warning", fmt::format("gate: {} {}", all.size(), what), text);
  }

  // The worst ones, and as the last what was left out.
  std::string lines() {
    if (all_.size() > kMost) {
      const std::size_t left_out = all_.size() - (kMost - 1);
      const auto errors = static_cast<std::size_t>(std::count_if(
          all_.begin() + (kMost - 1), all_.end(), [](const Annotation& one) { return one.level == "error"; }));
      all_.resize(kMost - 1);
      add(errors > 0 ? "error" : "warning", fmt::format("gate: {} more", left_out),
          fmt::format("{} red and {} in doubt are not shown here: the step summary, JUnit and JSON have them all",
                      errors, left_out - errors));
    }
    std::string text;
    for (const Annotation& one : all_) {
      text += fmt::format("::{} title={}::{}\n", one.level, escaped(one.title, true), escaped(one.message, false));
    }
    return text;
  }

  const GateReport& report_;
  GateNews news_;
  Voice voice_;
  std::vector<Annotation> all_;
};

}  // namespace

std::string github_annotations(const GateReport& report) { return Annotations(report).text(); }

}  // namespace harness::report
