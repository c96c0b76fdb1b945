#include <harness/report/doctor.hpp>

#include <sstream>

#include <harness/report/figures.hpp>

#include "../catch.hpp"

using namespace harness::report;

namespace {

const std::vector<DoctorFinding> kFindings{
    {"SMT", "good", "one thread a core", "never shown"},
    {"frequency governor", "spoils", "powersave on 2 of 2 cores", "sudo cpupower frequency-set -g performance"},
    {"turbo", "unknown", "intel_pstate/no_turbo cannot be read here", "look at it on the host"},
    {"load", "spoils", "1.9 on 2 cores: other programs run", "end them; `top` shows which"}};
const std::string kNoise = "identical code differs by up to 0.4 % between processes";

}  // namespace

TEST_CASE("what spoils measuring comes first, each with how to mend it; what is good in short") {
  CHECK(doctor_page(kFindings, kNoise, true) == R"(2 things SPOIL measuring here:
  frequency governor  powersave on 2 of 2 cores
                      → sudo cpupower frequency-set -g performance
  load                1.9 on 2 cores: other programs run
                      → end them; `top` shows which

could not be told:
  turbo               intel_pstate/no_turbo cannot be read here
                      → look at it on the host

good:
  SMT                 one thread a core

identical code differs by up to 0.4 % between processes
)");
}

TEST_CASE("on a narrow terminal without UTF-8 nothing is lost") {
  const std::string text = doctor_page(kFindings, kNoise, false, 40);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(characters_in(line) <= 40);
  }
  CHECK_THAT(text, ContainsSubstring("  load  1.9 on 2 cores: other programs\n    run\n    -> end them;"));
  CHECK_THAT(text, EndsWith("identical code differs by up to 0.4 %\n  between processes\n"));
}

TEST_CASE("one spoiler is one thing, and a state that nobody knows could not be told") {
  CHECK_THAT(doctor_page({kFindings[1]}, "", true), StartsWith("1 thing SPOILS measuring here:\n"));
  CHECK_THAT(doctor_page({{"swap", "odd", "half used", ""}}, "", true),
             StartsWith("could not be told:\n  swap  half used\n"));
}

TEST_CASE("no findings, nothing but the noise; and a page ends in one line end") {
  CHECK(doctor_page({}, kNoise, true) == kNoise + "\n");
  CHECK(doctor_page({}, "", true).empty());
  CHECK(doctor_page({kFindings[0]}, "", true) == "good:\n  SMT  one thread a core\n");
}

TEST_CASE("what the machine calls itself cannot steer the terminal") {
  CHECK(doctor_page({{"g\x1b[2J", "spoils", "\x1b]0;x\x07", "\x1b"}}, "\x1b", true).find('\x1b') == std::string::npos);
}
