#include <harness/report/ci.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <harness/report/figures.hpp>
#include <harness/report/gate_words.hpp>
#include <harness/report/page.hpp>

namespace harness::report {
namespace {

using model::GateCase;
using model::GateReport;

constexpr std::size_t kMostLines = 10;
constexpr std::size_t kMostCharacters = 200;  // of a text of others
constexpr std::size_t kMostNamed = 3;

// A log is read by machines too: `##` begins a command of several of them wherever it stands in a line.
std::string for_a_log(std::string_view text, bool utf8) {
  std::string safe = printable(text, utf8, kMostCharacters);
  for (std::size_t at = safe.find("##"); at != std::string::npos; at = safe.find("##", at + 1))
    safe.replace(at + 1, 1, "\\x23");
  return safe;
}

// `::` does so at a line's beginning, behind blanks of any kind.
std::string harmless(std::string line) {
  const auto is_blank = [](char c) { return c == ' ' || static_cast<unsigned char>(c) >= 0x80; };
  const auto begin = static_cast<std::size_t>(std::find_if_not(line.begin(), line.end(), is_blank) - line.begin());
  return line.compare(begin, 2, "::") == 0 ? line.replace(begin, 1, "\\x3a") : line;
}

class GateLines {
 public:
  GateLines(const GateReport& report, const ConsoleOptions& options)
      : report_(report),
        options_(options),
        paint_(options.colour),
        news_(report),
        voice_{[utf8 = options.utf8](std::string_view text) { return for_a_log(text, utf8); }, options.utf8} {}

  std::string text() const {
    if (news_.is_green) return "gate: " + headline(report_, news_, voice_) + "\n";
    const std::size_t red = news_.worst().size();
    std::vector<std::string> lines;
    for (std::size_t shown = std::min(red, kMostLines);; --shown) {
      lines = lines_with(shown);
      if (lines.size() <= kMostLines || shown <= 1) break;
    }
    for (std::size_t i = 0; i + 1 < lines.size() && lines.size() > kMostLines;) {
      // Even one case does not fit into a narrow terminal: its second lines go, the command stays.
      if (lines[i].starts_with("  ")) {
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(i));
      } else {
        ++i;
      }
    }
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
  }

 private:
  using Phrases = std::vector<std::string>;
  using Mark = std::string (Paint::*)(const std::string&) const;
  using Reasons = std::vector<std::pair<std::string, std::string>>;

  // `marked` characters at the beginning are painted.
  void add(std::vector<std::string>& lines, const Phrases& phrases, std::size_t marked = 0,
           Mark mark = &Paint::doubtful) const {
    Phrases folded = in_phrases(phrases, options_.columns, 2);
    for (std::string& line : folded) line = harmless(std::move(line));
    if (marked > 0 && folded.front().size() >= marked) {
      folded.front().replace(0, marked, (paint_.*mark)(folded.front().substr(0, marked)));
    }
    lines.insert(lines.end(), folded.begin(), folded.end());
  }

  std::vector<std::string> lines_with(std::size_t shown) const {
    std::vector<std::string> lines;
    add(lines, {"gate: " + headline(report_, news_, voice_)});
    const std::vector<const GateCase*> worst = news_.worst();
    for (std::size_t i = 0; i < shown; ++i) {
      const std::string verdict = verdict_words(*worst[i]);
      Phrases phrases{verdict + " " + case_name(*worst[i], voice_), measured_words(*worst[i], voice_),
                      since_words(report_, voice_)};
      const auto causes = cause_words(*worst[i], voice_);
      phrases.insert(phrases.end(), causes.begin(), causes.end());
      add(lines, phrases, verdict.size(), &Paint::bad);
    }
    if (shown < worst.size()) {
      add(lines, {fmt::format("and {} more: the step summary, JUnit and JSON have them all", worst.size() - shown)});
    }
    in_doubt(lines);
    named(lines, "not measured", report_.not_measured);
    Reasons incomparable = report_.incomparable;
    for (const GateCase* one : news_.incomparable) incomparable.emplace_back(one->name, one->comparison.reason);
    named(lines, "not comparable", incomparable);
    if (const std::string control = control_words(report_, voice_); !control.empty())
      add(lines, {control}, control.find(':'));
    if (const std::string exit = exit_words(report_, voice_); !exit.empty()) add(lines, {exit});
    if (!report_.command.empty()) add(lines, {"again: " + voice_.quote(report_.command)});
    return lines;
  }

  void in_doubt(std::vector<std::string>& lines) const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min(news_.doubt.size(), kMostNamed); ++i) {
      const GateCase& one = *news_.doubt[i];
      const bool slower = one.comparison.verdict == model::Verdict::kSlower;
      const std::string notice = notice_words(one);
      names.push_back(case_name(one, voice_) + (slower           ? " " + delta_words(one) + ", not believed"
                                                : notice.empty() ? ""
                                                                 : " would notice >= " + notice));
    }
    counted_line(lines, "cannot tell", news_.doubt.size(), names);
  }

  // A reason that all have is said once.
  void named(std::vector<std::string>& lines, const std::string& what, const Reasons& all) const {
    if (all.empty()) return;
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), kMostNamed));
    const std::string& why = all.front().second;
    const bool shared = std::all_of(all.begin(), all.end(), [&](const auto& one) { return one.second == why; });
    std::vector<std::string> names;
    for (auto one = all.begin(); one != end; ++one) {
      names.push_back(voice_.quote(one->first) +
                      (shared || one->second.empty() ? "" : ": " + voice_.quote(one->second)));
    }
    counted_line(lines, what, all.size(), names, shared ? voice_.quote(why) : "");
  }

  void counted_line(std::vector<std::string>& lines, const std::string& what, std::size_t count,
                    const std::vector<std::string>& names, const std::string& why = {}) const {
    if (count == 0) return;
    std::string text = fmt::format("{}: {}{}{} (", what, count, why.empty() ? "" : ", ", why);
    for (const std::string& name : names) text += (&name == names.data() ? "" : "; ") + name;
    add(lines, {text + (count > names.size() ? "; ...)" : ")")}, what.size());
  }

  const GateReport& report_;
  const ConsoleOptions& options_;
  Paint paint_;
  GateNews news_;
  Voice voice_;
};

}  // namespace

std::string gate_text(const GateReport& report, const ConsoleOptions& options) {
  return GateLines(report, options).text();
}

}  // namespace harness::report
