#include <harness/report/ci.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

#include <fmt/format.h>

#include <harness/report/change.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/gate_words.hpp>

namespace harness::report {
namespace {

using model::Change;
using model::GateCase;
using model::GateReport;

constexpr std::size_t kMostOfSummary = 1'000'000;  // bytes; GitHub's limit is 1 MiB
constexpr std::size_t kMostOfComment = 65'000;     // bytes, of which there are no fewer than characters
constexpr std::size_t kForTheRest = 8'000;         // what stands behind the table however long it is
constexpr std::size_t kMostCharacters = 300;       // of a text of others
constexpr std::size_t kLongestRun = 8;             // of backticks that a longer fence is made for

// A code span: in it GitHub looks for no markup, link, mention, number of an issue or emoji.
std::string code(std::string_view text) {
  std::string safe = printable(text, true, kMostCharacters);
  if (safe.find_first_not_of(' ') == std::string::npos) return "-";
  std::size_t run = 0, longest = 0;
  for (const char c : safe) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  if (longest > kLongestRun) {
    std::replace(safe.begin(), safe.end(), '`', '\'');
    longest = 0;
  }
  const std::string fence(longest + 1, '`');
  const std::string pad = longest > 0 ? " " : "";
  return fence + pad + safe + pad + fence;
}

// The same in a table, which takes the backslash away before it reads the span.
std::string code_in_cell(std::string_view text) {
  std::string cell;
  for (const char c : code(text)) cell += c == '|' ? "\\|" : std::string(1, c);
  return cell;
}

class Summary {
 public:
  Summary(const GateReport& report, std::size_t most)
      : report_(report), news_(report), most_(most), voice_{code, true}, cell_voice_{code_in_cell, true} {}

  std::string text(std::string begin) {
    text_ = std::move(begin);
    const std::string head = headline(report_, news_, voice_);
    if (news_.is_green) return text_ + "**gate:** " + head + "\n";
    text_ += "### gate: " + status_words(report_, news_) + "\n\n" + capital(head) + ".";
    if (const std::string exit = exit_words(report_, voice_); !exit.empty()) text_ += " " + capital(exit) + ".";
    text_ += "\n";
    if (const std::string control = control_words(report_, voice_); !control.empty())
      text_ += "\n**Control:** " + control + ".\n";
    table();
    std::string last = capital(since_words(report_, voice_));
    if (!last.empty()) last += ". ";
    if (!report_.command.empty()) last += "Again: " + code(report_.command);
    text_ += "\n" + last + "\n";
    folds();
    return text_;
  }

 private:
  bool fits(const std::string& more, std::size_t kept) const { return text_.size() + more.size() + kept <= most_; }

  static std::string capital(std::string sentence) {
    if (!sentence.empty() && sentence[0] >= 'a' && sentence[0] <= 'z')
      sentence[0] = static_cast<char>(sentence[0] - 'a' + 'A');
    return sentence;
  }

  std::string row_of(const GateCase& one, bool red) const {
    std::string causes;
    for (const std::string& cause : cause_words(one, cell_voice_)) causes += (causes.empty() ? "" : "; ") + cause;
    const std::string times = times_words(one, cell_voice_);
    const auto arrow = times.find(" -> ");
    const std::string before = arrow == std::string::npos ? "" : times.substr(0, arrow);
    const std::string after = arrow == std::string::npos ? "" : times.substr(arrow + 4);
    const std::string verdict = red ? "**" + verdict_words(one) + "**" : doubt_words(one);
    std::string row = "|";
    for (const std::string& cell : {verdict, case_name(one, cell_voice_), before, after, delta_words(one),
                                    processes_words(one), notice_words(one), causes}) {
      row += cell.empty() ? " |" : " " + cell + " |";
    }
    return row + "\n";
  }

  void table() {
    std::vector<const GateCase*> cases = news_.worst();
    const std::size_t red = cases.size();
    cases.insert(cases.end(), news_.doubt.begin(), news_.doubt.end());
    if (cases.empty()) return;
    text_ +=
        "\n| verdict | case | old | new | change | processes | would notice | why "
        "|\n|:--|:--|--:|--:|--:|--:|--:|:--|\n";
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const std::string row = row_of(*cases[i], i < red);
      if (!fits(row, kForTheRest)) {
        const std::size_t red_left = i < red ? red - i : 0;
        text_ += fmt::format(
            "\n**{} more are left out of this table: {} red, {} in doubt.** JUnit and JSON have them all.\n",
            cases.size() - i, red_left, cases.size() - i - red_left);
        break;
      }
      text_ += row;
    }
  }

  // A list behind a line that unfolds it; what does not fit is counted.
  void fold(const std::string& title, std::size_t count, const std::function<std::string(std::size_t)>& item) {
    if (count == 0) return;
    const std::string begin = "\n<details><summary>" + title + "</summary>\n\n", end = "\n</details>\n";
    constexpr std::size_t kForCut = 200;
    const std::string first = "- " + item(0) + "\n";
    if (!fits(begin + first + end, kForCut)) {
      if (const std::string line = "\n" + title + "\n"; fits(line, 0)) text_ += line;
      return;
    }
    text_ += begin;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string line = "- " + item(i) + "\n";
      if (!fits(line + end, kForCut)) {
        text_ += fmt::format("- and {} more, left out here\n", count - i);
        break;
      }
      text_ += line;
    }
    text_ += end;
  }

  void folds() {
    reasons("not measured", report_.not_measured);
    auto incomparable = report_.incomparable;
    for (const GateCase* one : news_.incomparable) incomparable.emplace_back(one->name, one->comparison.reason);
    reasons("not comparable", incomparable);
    const std::size_t commits = report_.commits.size();
    fold((report_.more_commits ? "The newest " : "") + counted(commits, "commit"), commits, [&](std::size_t i) {
      return code(report_.commits[i].first.substr(0, 7)) + " " + code(report_.commits[i].second);
    });
    std::vector<const GateCase*> rest = news_.fine;
    rest.insert(rest.end(), news_.added.begin(), news_.added.end());
    rest.insert(rest.end(), news_.missing.begin(), news_.missing.end());
    fold(counted(rest.size(), "other case"), rest.size(), [&](std::size_t i) {
      std::string line = case_name(*rest[i], voice_) + ": " + verdict_words(*rest[i]);
      if (const std::string measured = measured_words(*rest[i], voice_); !measured.empty()) line += ", " + measured;
      for (const std::string& cause : cause_words(*rest[i], voice_)) line += "; " + cause;
      return line;
    });
    std::vector<std::pair<const GateCase*, const std::string*>> warnings;
    for (const GateCase& one : report_.cases) {
      for (const std::string& warning : one.comparison.warnings) warnings.emplace_back(&one, &warning);
    }
    fold(counted(warnings.size(), "warning"), warnings.size(),
         [&](std::size_t i) { return case_name(*warnings[i].first, voice_) + ": " + code(*warnings[i].second); });
    std::vector<const Change*> changes;
    for (const Change& one : report_.changes) {
      if (one.kind != Change::Kind::kEqual) changes.push_back(&one);
    }
    fold(changes_title(), changes.size(), [&](std::size_t i) { return change_line(*changes[i]); });
  }

  std::string changes_title() const {
    std::string text = counted(news_.changed, "changed " + news_.noun);
    if (news_.added_solvers > 0) text += fmt::format(", {} new", news_.added_solvers);
    if (news_.removed_solvers > 0) text += fmt::format(", {} removed", news_.removed_solvers);
    return text + (news_.equal > 0 ? fmt::format(", {} with the same code", news_.equal) : "");
  }

  std::string change_line(const Change& one) const {
    const auto named = [&](const std::string& side) {
      return code(one.problem.empty() ? side : one.problem + "/" + side);
    };
    const std::string kind(model::change_word(one.kind));
    if (one.candidate.empty()) return kind + ": " + named(one.reference);
    const bool says_more = !one.reference.empty() && one.reference != one.candidate;
    return kind + ": " + named(one.candidate) + (says_more ? " against " + code(one.reference) : "");
  }

  void reasons(const std::string& what, const std::vector<std::pair<std::string, std::string>>& all) {
    fold(fmt::format("{} {}", all.size(), what), all.size(),
         [&](std::size_t i) { return code(all[i].first) + (all[i].second.empty() ? "" : ": " + code(all[i].second)); });
  }

  const GateReport& report_;
  GateNews news_;
  std::size_t most_;
  Voice voice_, cell_voice_;
  std::string text_;
};

}  // namespace

std::string step_summary(const GateReport& report) { return Summary(report, kMostOfSummary).text({}); }

std::string comment_text(const GateReport& report) {
  return Summary(report, kMostOfComment).text("<!-- harness gate -->\n");
}

}  // namespace harness::report
