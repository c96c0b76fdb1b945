#include <harness/report/ci.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "../catch.hpp"
#include "gate_reports.hpp"

using namespace harness::report;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// A line without its code spans: what GitHub looks for markup in.
std::string outside_code(const std::string& line) {
  std::string rest;
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] != '`') {
      rest += line[at++];
      continue;
    }
    const std::size_t run = std::min(line.find_first_not_of('`', at), line.size()) - at;
    std::size_t close = at + run;
    for (;;) {
      close = line.find(std::string(run, '`'), close);
      REQUIRE(close != std::string::npos);
      const std::size_t end = std::min(line.find_first_not_of('`', close), line.size());
      if (end - close == run) break;
      close = end;
    }
    at = close + run;
  }
  return rest;
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

// Separators of a table's row: a `|` behind a backslash is a cell's own.
std::size_t separators_of(const std::string& row) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < row.size(); ++i) count += row[i] == '|' && (i == 0 || row[i - 1] != '\\');
  return count;
}

// Nothing but the document's own markup stands outside of code spans.
void check_is_sound(const std::string& text) {
  CHECK(count_of(text, "\n<details><summary>") == count_of(text, "\n</details>\n"));
  std::size_t tables = 0;
  for (const std::string& line : lines_of(text)) {
    INFO(line);
    if (line == "<!-- harness gate -->" || line == "</details>") continue;
    if (line.starts_with("<details><summary>")) {
      CHECK(line.ends_with("</summary>"));
      CHECK(line.find('`') == std::string::npos);
      continue;
    }
    tables += line.starts_with("|:--");
    const bool is_row = line.starts_with("|");
    if (is_row) CHECK(separators_of(line) == 9);
    const std::string rest = outside_code(line);
    CHECK(rest.find_first_of("<&@\\_~$") == std::string::npos);
    CHECK(rest.find("](") == std::string::npos);
    CHECK(rest.find("http") == std::string::npos);
    CHECK(rest.find("www") == std::string::npos);
    CHECK((rest.find('#') == std::string::npos || rest.starts_with("### gate: ")));
    if (!is_row) CHECK(rest.find('|') == std::string::npos);
  }
  CHECK(tables <= 1);
  CHECK(std::none_of(text.begin(), text.end(),
                     [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f; }));
}

}  // namespace

TEST_CASE("a green gate is summed up") {
  CHECK(
      step_summary(gate_reports::green()) ==
      R"golden(**gate:** 3 changed solvers, 24 cases, nothing slower by 3 % or more (would notice >= 1.1 %), against `abc1234` (`origin/main`), 12.4 s
)golden");
}

TEST_CASE("a gate that finds 5 % in one of ten solvers is summed up") {
  CHECK(step_summary(gate_reports::five_percent()) == R"golden(### gate: 1 red

1 red of 10 cases of 10 changed solvers, against `abc1234` (`origin/main`), 41.2 s. Exit 1: `two-sum/v4.0.0/uniform/4096 is slower and takes more memory`.

| verdict | case | old | new | change | processes | would notice | why |
|:--|:--|--:|--:|--:|--:|--:|:--|
| **SLOWER** | `two-sum/v4.0.0/uniform/4096` | 1.02μs | 1.07μs | +5.1% [+4.9, +5.3] | 3 + 3 | 0.9% | `allocations 2 -> 10010` (x5005) |

Since `abc1234..def5678` (3 commits). Again: `harness gate --base=abc1234`

<details><summary>3 commits</summary>

- `def5678` `Copy the table for every call`
- `1234567` `Say what a complement is`
- `7654321` `Add v2.0.0`

</details>

<details><summary>9 other cases</summary>

- `two-sum/v1.0.0/uniform/4096`: no difference of 3 % or more, 1.02μs -> 1.02μs (+0.2% [0.0, +0.4], 3 processes, would notice >= 0.9%)
- `two-sum/v2.0.0/uniform/4096`: no difference of 3 % or more, 1.02μs -> 1.02μs (+0.2% [0.0, +0.4], 3 processes, would notice >= 0.9%)
- `two-sum/v3.0.0/uniform/4096`: no difference of 3 % or more, 1.02μs -> 1.02μs (+0.2% [0.0, +0.4], 3 processes, would notice >= 0.9%)
- `two-sum/v5.0.0/uniform/4096`: no difference of 3 % or more, 1.02μs -> 1.02μs (+0.2% [0.0, +0.4], 3 processes, would notice >= 0.9%)
- `two-sum/v6.0.0/uniform/4096`: no difference of 3 % or more, 1.02μs -> 1.02μs (+0.2% [0.0, +0.4], 3 processes, would notice >= 0.9%)
- `two-sum/v7.0.0/uniform/4096`: no difference of 3 % or more, 1.02μs -> 1.02μs (+0.2% [0.0, +0.4], 3 processes, would notice >= 0.9%)
- `two-sum/v8.0.0/uniform/4096`: no difference of 3 % or more, 1.02μs -> 1.02μs (+0.2% [0.0, +0.4], 3 processes, would notice >= 0.9%)
- `two-sum/v9.0.0/uniform/4096`: no difference of 3 % or more, 1.02μs -> 1.02μs (+0.2% [0.0, +0.4], 3 processes, would notice >= 0.9%)
- `two-sum/v10.0.0/uniform/4096`: no difference of 3 % or more, 1.02μs -> 1.02μs (+0.2% [0.0, +0.4], 3 processes, would notice >= 0.9%)

</details>

<details><summary>10 changed solvers</summary>

- edited: `two-sum/v1.0.0`
- edited: `two-sum/v2.0.0`
- edited: `two-sum/v3.0.0`
- edited: `two-sum/v4.0.0`
- edited: `two-sum/v5.0.0`
- edited: `two-sum/v6.0.0`
- edited: `two-sum/v7.0.0`
- edited: `two-sum/v8.0.0`
- edited: `two-sum/v9.0.0`
- edited: `two-sum/v10.0.0`

</details>
)golden");
}

TEST_CASE("a gate that finds a wrong answer is summed up") {
  CHECK(step_summary(gate_reports::wrong_answer()) == R"golden(### gate: 1 failed

1 failed of 2 cases of 1 changed solver, against `abc1234` (`origin/main`), 3.10 s. Exit 3: `two-sum/v1.0.0/uniform/64 answers wrongly`.

| verdict | case | old | new | change | processes | would notice | why |
|:--|:--|--:|--:|--:|--:|--:|:--|
| **FAILED** | `two-sum/v1.0.0/uniform/64` | | | | | | `v1.0.0: wrong answer: /0: expected 3, found 4` |

Since `abc1234..def5678` (1 commit: `Copy the table for every call`). Again: `harness gate --base=abc1234`

<details><summary>1 commit</summary>

- `def5678` `Copy the table for every call`

</details>

<details><summary>1 other case</summary>

- `two-sum/v1.0.0/uniform/16`: no difference of 3 % or more, 24.1ns -> 24.1ns (+0.1% [-0.3, +0.5], 3 processes, would notice >= 0.9%)

</details>

<details><summary>1 changed solver, 9 with the same code</summary>

- edited: `two-sum/v1.0.0`

</details>
)golden");
}

TEST_CASE("a gate whose budget ended is summed up") {
  CHECK(step_summary(gate_reports::budget_ended()) == R"golden(### gate: incomplete

Incomplete, 3 changed solvers, nothing slower by 3 % or more in 1 of 6 cases (would notice >= 0.9 %), 1 new, 1 removed, against `abc1234` (`HEAD`), 7.90 s. Exit 4: `two-sum/v2.0.0 and two-sum/v3.0.0 were never started`.

| verdict | case | old | new | change | processes | would notice | why |
|:--|:--|--:|--:|--:|--:|--:|:--|
| cannot tell | `two-sum/v1.0.0/worst/65536` | 4.70ms | 4.85ms | +3.1% [-1.9, +8.4] | 3 | 6.9% | `the budget of 5 s was used up after 3 processes` |

Since `abc1234` (local changes). Again: `harness gate --budget=5s`

<details><summary>4 not measured</summary>

- `two-sum/v2.0.0/uniform/16`: `the budget of 5 s was used up`
- `two-sum/v2.0.0/uniform/65536`: `the budget of 5 s was used up`
- `two-sum/v3.0.0/uniform/16`: `the budget of 5 s was used up`
- `two-sum/v3.0.0/uniform/65536`: `the budget of 5 s was used up`

</details>

<details><summary>1 not comparable</summary>

- `worst/1024`: `its input changed`

</details>

<details><summary>1 other case</summary>

- `two-sum/v1.0.0/uniform/16`: no difference of 3 % or more, 24.1ns -> 24.1ns (+0.1% [-0.3, +0.5], 3 processes, would notice >= 0.9%)

</details>

<details><summary>3 changed solvers, 1 new, 1 removed</summary>

- edited: `two-sum/v1.0.0`
- edited: `two-sum/v2.0.0`
- edited: `two-sum/v3.0.0`
- new: `two-sum/v5.0.0`
- removed: `two-sum/v0.9.0`

</details>
)golden");
}

TEST_CASE("a gate of two programs is summed up") {
  CHECK(step_summary(gate_reports::programs()) == R"golden(### gate: 1 red

1 red of 4 cases of 1 changed program, 1 faster, 1 new, against `build/old`, 18.3 s. Exit 1: `BM_Sort<std::vector<int>>/1024 is slower`.

**Control:** this machine cannot tell today: the control, `BM_Find/8` at the base against itself, differs by -3.1%.

| verdict | case | old | new | change | processes | would notice | why |
|:--|:--|--:|--:|--:|--:|--:|:--|
| **SLOWER** | `BM_Sort<std::vector<int>>/1024` | 3.20μs | 3.47μs | +8.5% [+8.0, +8.9] | 3 + 3 | 0.9% | |

Against `build/old`. Again: `harness gate --ab=./old_bench,./new_bench`

<details><summary>3 other cases</summary>

- `BM_Find/8`: faster, 3.20μs -> 2.59μs (-19% [-19, -19], 3 + 3 processes, would notice >= 0.9%)
- `BM_Find/64`: no difference of 5 % or more, 3.20μs -> 3.21μs (+0.3% [-0.1, +0.7], 3 processes, would notice >= 0.9%)
- `BM_Erase/8`: new

</details>

<details><summary>1 changed program</summary>

- edited: `new_bench` against `old_bench`

</details>
)golden");
}

TEST_CASE("a comment is the summary behind a mark by which it is found again") {
  const std::string mark = "<!-- harness gate -->\n";
  for (const auto& report : {gate_reports::green(), gate_reports::five_percent(), gate_reports::programs()}) {
    CHECK(comment_text(report) == mark + step_summary(report));
  }
}

TEST_CASE("a summary keeps below GitHub's limits and says what it left out") {
  for (const std::size_t characters : {0U, 100'000U}) {
    auto report = gate_reports::many(5000, characters);
    report.cases.push_back(gate_reports::budget_ended().cases.back());
    for (int i = 0; i < 5000; ++i)
      report.not_measured.emplace_back("two-sum/v1.0.0/more/" + std::to_string(i), std::string(characters, 'y'));
    const auto summary = step_summary(report), comment = comment_text(report);
    CHECK(summary.size() < std::size_t{1} << 20);
    CHECK(comment.size() < 65'536);
    CHECK(comment.size() > 50'000);
    for (const std::string& text : {summary, comment}) {
      const std::size_t rows = count_of(text, "\n| **SLOWER** |") + count_of(text, "\n| cannot tell |");
      if (rows < 5001)
        CHECK_THAT(text,
                   ContainsSubstring("\n**" + std::to_string(5001 - rows) + " more are left out of this table: "));
      check_is_sound(text);
      CHECK_THAT(text,
                 ContainsSubstring("\nSince `abc1234..def5678` (3 commits). Again: `harness gate --base=abc1234`\n"));
      CHECK_THAT(text, ContainsSubstring("5000 not measured"));
    }
  }
}

TEST_CASE("a comment whose rest does not fit either still ends its lists") {
  auto report = gate_reports::five_percent();
  for (int i = 0; i < 5000; ++i)
    report.not_measured.emplace_back("two-sum/v1.0.0/more/" + std::to_string(i), "the budget of 60 s was used up");
  const auto comment = comment_text(report);
  CHECK(comment.size() < 65'536);
  CHECK_THAT(comment, ContainsSubstring(", left out here\n\n</details>\n"));
  check_is_sound(comment);
}

TEST_CASE("a code span holds backticks and the separators of tables, and looks like the text") {
  auto report = gate_reports::five_percent();
  report.commits[0].second = "Use `at`, not ``[]``";
  report.commits[1].second = "a|b";
  report.commits[2].second = std::string(100, '`') + "<b>";
  const auto text = step_summary(report);
  CHECK_THAT(text, ContainsSubstring("\n- `def5678` ``` Use `at`, not ``[]`` ```\n"));
  CHECK_THAT(text, ContainsSubstring("\n- `1234567` `a|b`\n"));
  CHECK_THAT(text, ContainsSubstring("\n- `7654321` `" + std::string(100, '\'') + "<b>`\n"));
  report.cases[3].because = "a|b";
  CHECK_THAT(step_summary(report), ContainsSubstring("; `a\\|b` |\n"));
}

TEST_CASE("text of others stays text in a summary, whatever it holds") {
  for (const std::string& text : gate_reports::hostile_texts()) {
    const auto report = gate_reports::of_text(text);
    INFO(text);
    check_is_sound(step_summary(report));
    check_is_sound(comment_text(report));
  }
  check_is_sound(step_summary(gate_reports::of_text(std::string(100'000, '`'))));
}
