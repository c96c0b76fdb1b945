#include <harness/report/ci.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <harness/report/figures.hpp>

#include "../catch.hpp"
#include "gate_reports.hpp"

using namespace harness::report;

namespace {

struct Command {
  std::string name, data;
  std::map<std::string, std::string> properties;
};

std::string with_all(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::string unescaped(std::string text, bool property) {
  text = with_all(with_all(text, "%0D", "\r"), "%0A", "\n");
  if (property) text = with_all(with_all(text, "%3A", ":"), "%2C", ",");
  return with_all(text, "%25", "%");
}

// As GitHub's runner takes a line apart: `::name key=value,key=value::data`.
std::optional<Command> command_of(const std::string& line) {
  if (!line.starts_with("::")) return std::nullopt;
  const auto end = line.find("::", 2);
  if (end == std::string::npos) return std::nullopt;
  const std::string info = line.substr(2, end - 2);
  const auto blank = info.find(' ');
  Command command{info.substr(0, blank), unescaped(line.substr(end + 2), false), {}};
  std::istringstream properties(blank == std::string::npos ? "" : info.substr(blank + 1));
  for (std::string one; std::getline(properties, one, ',');) {
    const auto equals = one.find('=');
    if (equals != std::string::npos)
      command.properties[one.substr(0, equals)] = unescaped(one.substr(equals + 1), true);
  }
  return command;
}

std::vector<Command> commands_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<Command> commands;
  for (std::string line; std::getline(in, line);) {
    INFO(line);
    const auto command = command_of(line);
    REQUIRE(command);
    REQUIRE(command->properties.size() == 1);
    REQUIRE(command->properties.count("title") == 1);
    commands.push_back(*command);
  }
  return commands;
}

}  // namespace

TEST_CASE("a green gate annotates nothing") { CHECK(github_annotations(gate_reports::green()).empty()); }

TEST_CASE("a gate that finds 5 % in one of ten solvers is annotated") {
  CHECK(
      github_annotations(gate_reports::five_percent()) ==
      R"golden(::error title=two-sum/v4.0.0/uniform/4096%3A SLOWER::1.02μs -> 1.07μs (+5.1%25 [+4.9, +5.3], 3 + 3 processes, would notice >= 0.9%25); allocations 2 -> 10010 (x5005); since abc1234..def5678 (3 commits)%0Aagain: harness gate --base=abc1234
)golden");
}

TEST_CASE("a gate that finds a wrong answer is annotated") {
  CHECK(
      github_annotations(gate_reports::wrong_answer()) ==
      R"golden(::error title=two-sum/v1.0.0/uniform/64%3A FAILED::v1.0.0: wrong answer: /0: expected 3, found 4; since abc1234..def5678 (1 commit: Copy the table for every call)%0Aagain: harness gate --base=abc1234
)golden");
}

TEST_CASE("a gate whose budget ended is annotated") {
  CHECK(
      github_annotations(gate_reports::budget_ended()) ==
      R"golden(::error title=gate%3A incomplete::exit 4: two-sum/v2.0.0 and two-sum/v3.0.0 were never started%0Aagain: harness gate --budget=5s
::warning title=two-sum/v1.0.0/worst/65536%3A cannot tell::4.70ms -> 4.85ms (+3.1%25 [-1.9, +8.4], 3 processes, would notice >= 6.9%25); the budget of 5 s was used up after 3 processes; since abc1234 (local changes)%0Aagain: harness gate --budget=5s
::warning title=gate%3A 4 not measured::two-sum/v2.0.0/uniform/16: the budget of 5 s was used up%0Atwo-sum/v2.0.0/uniform/65536: the budget of 5 s was used up%0Atwo-sum/v3.0.0/uniform/16: the budget of 5 s was used up%0Atwo-sum/v3.0.0/uniform/65536: the budget of 5 s was used up%0Aagain: harness gate --budget=5s
::warning title=gate%3A 1 not comparable::worst/1024: its input changed%0Aagain: harness gate --budget=5s
)golden");
}

TEST_CASE("a gate of two programs is annotated") {
  CHECK(
      github_annotations(gate_reports::programs()) ==
      R"golden(::error title=BM_Sort<std%3A%3Avector<int>>/1024%3A SLOWER::3.20μs -> 3.47μs (+8.5%25 [+8.0, +8.9], 3 + 3 processes, would notice >= 0.9%25); against build/old%0Aagain: harness gate --ab=./old_bench,./new_bench
::warning title=gate%3A control::this machine cannot tell today: the control, BM_Find/8 at the base against itself, differs by -3.1%25%0Aagain: harness gate --ab=./old_bench,./new_bench
)golden");
}

TEST_CASE("ten annotations are shown: the worst ones, and the last counts the others") {
  auto report = gate_reports::many(5000);
  report.cases.push_back(gate_reports::wrong_answer().cases.back());
  report.not_measured = {{"a", "b"}};
  const auto commands = commands_of(github_annotations(report));
  REQUIRE(commands.size() == 10);
  CHECK(commands[0].properties.at("title") == "two-sum/v1.0.0/uniform/64: FAILED");
  CHECK(commands[1].properties.at("title") == "two-sum/v1.0.0/uniform/4999: SLOWER");
  CHECK(commands[9].name == "error");
  CHECK(commands[9].properties.at("title") == "gate: 4993 more");
  CHECK_THAT(
      commands[9].data,
      StartsWith(
          "4992 red and 1 in doubt are not shown here: the step summary, JUnit and JSON have them all\nagain: "));
  CHECK(commands_of(github_annotations(gate_reports::many(10))).size() == 10);
}

TEST_CASE("doubt that is left out does not become an error") {
  auto report = gate_reports::many(9);
  report.not_measured = {{"a", "b"}};
  CHECK(commands_of(github_annotations(report)).back().properties.at("title") == "gate: 1 not measured");
  report.incomparable = {{"c", "d"}};
  const auto commands = commands_of(github_annotations(report));
  REQUIRE(commands.size() == 10);
  CHECK(commands.back().name == "warning");
  CHECK_THAT(commands.back().data, StartsWith("0 red and 2 in doubt"));
}

TEST_CASE("text of others is data of one annotation, whatever it holds, and is read back as it is printed") {
  for (const std::string& text : gate_reports::hostile_texts()) {
    const auto shown = github_annotations(gate_reports::of_text(text));
    INFO(text << "\n" << shown);
    const auto commands = commands_of(shown);
    REQUIRE(commands.size() == 6);
    const std::string printed = printable(text);
    CHECK(commands[0].properties.at("title") == (printed.empty() ? text : printed) + ": FAILED");
    CHECK_THAT(commands[0].data, StartsWith(printed));
    CHECK(commands[0].name == "error");
    CHECK(commands[1].name == "error");
    for (std::size_t i = 2; i < commands.size(); ++i) CHECK(commands[i].name == "warning");
    CHECK(std::none_of(shown.begin(), shown.end(),
                       [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f; }));
  }
}

TEST_CASE("annotations of texts of any length are of a length that GitHub takes") {
  const auto commands = commands_of(github_annotations(gate_reports::of_text(std::string(100'000, '%'))));
  for (const auto& command : commands) {
    CHECK(command.properties.at("title").size() <= 255);
    CHECK(command.data.size() <= 64 * 1024);
  }
}
