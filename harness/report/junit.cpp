#include <harness/report/ci.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <harness/report/figures.hpp>
#include <harness/report/gate_words.hpp>

namespace harness::report {
namespace {

using model::GateCase;
using model::GateReport;

constexpr std::size_t kMostBytes = 4'000;  // of a text of others
constexpr const char* kWhole = "harness gate";
constexpr const char* kWholeClass = "harness.gate";
constexpr const char* kReplacement = "\xef\xbf\xbd";

// The character at the beginning of `text`, 0 bytes of it where that is no UTF-8.
std::pair<std::uint32_t, std::size_t> character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::size_t size = byte(0) < 0x80       ? 1
                           : byte(0) >> 5 == 6  ? 2
                           : byte(0) >> 4 == 14 ? 3
                           : byte(0) >> 3 == 30 ? 4
                                                : 0;
  if (size == 0 || size > text.size()) return {0, 0};
  std::uint32_t code = size == 1 ? byte(0) : byte(0) & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if (byte(i) >> 6 != 2) return {0, 0};
    code = code << 6 | (byte(i) & 0x3fU);
  }
  constexpr std::uint32_t kLeast[]{0, 0, 0x80, 0x800, 0x10000};
  return code < kLeast[size] || code > 0x10ffff ? std::pair<std::uint32_t, std::size_t>(0, 0) : std::pair(code, size);
}

// XML 1.0's Char, section 2.2.
bool is_char(std::uint32_t code) {
  return code == 0x9 || code == 0xa || code == 0xd || (code >= 0x20 && code <= 0xd7ff) ||
         (code >= 0xe000 && code <= 0xfffd) || code >= 0x10000;
}

// Text of an element or an attribute in double quotes.
std::string xml(std::string_view text) {
  std::string safe;
  while (!text.empty()) {
    const auto [code, size] = character(text);
    const char c = text.front();
    if (size == 0 || !is_char(code))
      safe += kReplacement;
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '&')
      safe += "&amp;";
    else if (c == '"')
      safe += "&quot;";
    else if (c == '\n' || c == '\r' || c == '\t')
      safe += fmt::format("&#{};", static_cast<int>(c));
    else
      safe += text.substr(0, size);
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return safe;
}

std::string of_others(std::string_view text) {
  if (text.size() <= kMostBytes) return std::string(text);
  std::size_t end = kMostBytes;
  while (end > kMostBytes - 4 && (static_cast<std::uint8_t>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

struct TestCase {
  enum class Outcome { kPassed, kFailure, kError, kSkipped } outcome = Outcome::kPassed;
  std::string name;
  std::string type;     // of a failure or an error
  std::string message;  // of what did not pass
  double seconds = 0;
};

struct Suite {
  std::string name, class_name;
  std::vector<TestCase> cases;

  std::size_t count(TestCase::Outcome outcome) const {
    return static_cast<std::size_t>(
        std::count_if(cases.begin(), cases.end(), [&](const TestCase& one) { return one.outcome == outcome; }));
  }
  double seconds() const {
    double sum = 0;
    for (const TestCase& one : cases) sum += one.seconds;
    return sum;
  }
};

class JUnit {
 public:
  explicit JUnit(const GateReport& report) : report_(report), voice_{of_others, true} {
    const GateNews news(report);
    doubt_.insert(news.doubt.begin(), news.doubt.end());
  }

  std::string text() {
    for (const GateCase& one : report_.cases) add(one);
    for (const auto& [trial, why] : report_.not_measured) {
      skipped(trial, "not measured" + (why.empty() ? std::string() : ": " + of_others(why)));
    }
    for (const auto& [what, why] : report_.incomparable) {
      skipped(what, "not comparable" + (why.empty() ? std::string() : ": " + of_others(why)));
    }
    add_whole();
    return document();
  }

 private:
  using Outcome = TestCase::Outcome;

  // A reader of reports that finds no test at all takes that for a fault; and exit 4 must not look green.
  void add_whole() {
    TestCase whole{Outcome::kPassed, "the gate ran to its end", {}, {}, 0};
    const bool told = report_.exit == Exit::kFine || any(Outcome::kFailure) || any(Outcome::kError);
    const bool incomplete =
        report_.exit != Exit::kFine && report_.exit != Exit::kRegression && report_.exit != Exit::kSolverFailed;
    if (!told || incomplete) {
      whole.outcome = Outcome::kError;
      whole.type = "incomplete";
      whole.message = exit_words(report_, voice_);
    } else if (!report_.control_holds) {
      whole.outcome = Outcome::kSkipped;
      whole.message = control_words(report_, voice_);
    }
    suite(kWhole, kWholeClass).cases.push_back(std::move(whole));
  }

  bool any(Outcome outcome) const {
    return std::any_of(suites_.begin(), suites_.end(), [&](const Suite& one) { return one.count(outcome) > 0; });
  }

  Suite& suite(const std::string& name, const std::string& class_name) {
    const auto [at, is_new] = places_.try_emplace(name, suites_.size());
    if (is_new) suites_.push_back({name, class_name, {}});
    return suites_[at->second];
  }

  // Jenkins reads a class as `package.Class`: the version's own points would be taken for it.
  Suite& suite_of(const std::string& problem, const std::string& solver) {
    std::string last = solver;
    std::replace(last.begin(), last.end(), '.', '_');
    return problem.empty() ? suite(of_others(solver), of_others(last))
                           : suite(of_others(problem + "/" + solver), of_others(problem + "." + last));
  }

  void add(const GateCase& one) {
    TestCase test{Outcome::kPassed, case_name(one, voice_), {}, {}, 0};
    for (const model::Duet& duet : one.comparison.duets) {
      if (std::isfinite(duet.seconds) && duet.seconds > 0) test.seconds += duet.seconds;
    }
    const model::Verdict verdict = one.comparison.verdict;
    if (verdict == model::Verdict::kFailed) {
      test.outcome = Outcome::kError;
      test.type = "failed";
    } else if (!one.failed.empty()) {
      test.outcome = Outcome::kFailure;
      test.type = std::string(model::cause_word(one.failed.front()));
    } else if (doubt_.contains(&one) || verdict == model::Verdict::kIncomparable ||
               verdict == model::Verdict::kMissing) {
      test.outcome = Outcome::kSkipped;
    }
    if (test.outcome != Outcome::kPassed) test.message = message(one);
    suite_of(one.comparison.problem, one.comparison.candidate).cases.push_back(std::move(test));
  }

  std::string message(const GateCase& one) const {
    std::string text = doubt_.contains(&one) ? doubt_words(one) : verdict_words(one);
    if (const std::string measured = measured_words(one, voice_); !measured.empty()) text += ": " + measured;
    for (const std::string& cause : cause_words(one, voice_)) text += "; " + cause;
    if (const std::string since = since_words(report_, voice_); !since.empty()) text += "; " + since;
    return text;
  }

  // Of a solver, by the beginning of its name; of programs there is one.
  void skipped(const std::string& trial, const std::string& message) {
    const auto owns = [&](const model::Change& one) {
      const std::string solver = one.problem + "/" + one.candidate;
      return !one.candidate.empty() && (one.problem.empty() || trial == solver || trial.starts_with(solver + "/"));
    };
    const auto owner = std::find_if(report_.changes.begin(), report_.changes.end(), owns);
    Suite& its =
        owner == report_.changes.end() ? suite(kWhole, kWholeClass) : suite_of(owner->problem, owner->candidate);
    its.cases.push_back({Outcome::kSkipped, of_others(trial), {}, message, 0});
  }

  std::string counts(std::size_t tests, std::size_t failures, std::size_t errors, std::size_t skipped_ones,
                     double seconds) const {
    return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\"", tests, failures,
                       errors, skipped_ones, std::isfinite(seconds) && seconds > 0 ? seconds : 0.0);
  }

  std::string document() const {
    std::size_t tests = 0, failures = 0, errors = 0, skips = 0;
    std::string body;
    for (const Suite& one : suites_) {
      tests += one.cases.size();
      failures += one.count(Outcome::kFailure);
      errors += one.count(Outcome::kError);
      skips += one.count(Outcome::kSkipped);
      body += fmt::format("  <testsuite name=\"{}\" {}>\n", xml(one.name),
                          counts(one.cases.size(), one.count(Outcome::kFailure), one.count(Outcome::kError),
                                 one.count(Outcome::kSkipped), one.seconds()));
      for (const TestCase& test : one.cases) body += element(one, test);
      body += "  </testsuite>\n";
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"harness gate\" " +
           counts(tests, failures, errors, skips, report_.seconds) + ">\n" + body + "</testsuites>\n";
  }

  std::string element(const Suite& of, const TestCase& test) const {
    std::string text = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"", xml(of.class_name),
                                   xml(test.name), test.seconds);
    if (test.outcome == Outcome::kPassed) return text + "/>\n";
    const char* tag = test.outcome == Outcome::kFailure ? "failure"
                      : test.outcome == Outcome::kError ? "error"
                                                        : "skipped";
    const std::string type = test.outcome == Outcome::kSkipped ? "" : fmt::format(" type=\"gate.{}\"", xml(test.type));
    const std::string again = report_.command.empty() ? "" : "\nagain: " + of_others(report_.command);
    const std::string message = xml(test.message);
    return text + fmt::format(">\n      <{} message=\"{}\"{}>{}{}</{}>\n    </testcase>\n", tag, message, type, message,
                              xml(again), tag);
  }

  const GateReport& report_;
  Voice voice_;
  std::set<const GateCase*> doubt_;
  std::vector<Suite> suites_;
  std::map<std::string, std::size_t> places_;
};

}  // namespace

std::string junit_xml(const GateReport& report) { return JUnit(report).text(); }

}  // namespace harness::report
