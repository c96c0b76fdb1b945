#include <harness/bench/executable.hpp>

#include <fstream>
#include <regex>

#include <regex.h>
#include <stdlib.h>

#include "../catch.hpp"

using namespace harness;
using bench::declared_clock;
using bench::DeclaredClock;
using bench::exact_filter;
using bench::Program;
using bench::ProgramRun;
using worker::Command;
using worker::Failure;
using worker::FailureKind;
using worker::Finished;

namespace {

constexpr const char* kBanner = "Running ./bench\nRun on (2 X 2600 MHz CPU s)\nLoad Average: 0.5, 0.5, 0.5\n***WARNING*** Library was built as DEBUG.\n";

Finished finished(int status, std::string output, std::string errors = {}) {
  Finished one;
  one.status = status;
  one.output = std::move(output);
  one.errors = std::move(errors);
  one.wall_seconds = 0.02;
  return one;
}

std::string flag_of(const Command& command, const std::string& name) {
  for (const auto& word : command.words) {
    if (word.starts_with(name + "=")) return word.substr(name.size() + 1);
  }
  return "absent";
}

// /bin/true in name: what it does is what `run` does.
Program program(Program::RunCommand run) {
  auto opened = Program::open("/bin/true", std::move(run));
  REQUIRE(opened);
  return std::move(*opened);
}

// Answers a listing as Google Benchmark does, with this text before the names.
Program lists(const std::string& names, const std::string& before = {}) {
  return program([=](const Command& command) -> worker::Outcome<Finished> {
    if (flag_of(command, "--benchmark_filter") == "^$") return finished(0, before, std::string("Failed to match any benchmarks against regex: ^$\n"));
    return finished(0, before + names);
  });
}

// Writes this report when it is run.
Program reports(const std::string& report, int status = 0, const std::string& errors = kBanner) {
  return program([=](const Command& command) -> worker::Outcome<Finished> {
    std::ofstream(flag_of(command, "--benchmark_out"), std::ios::binary) << report;
    return finished(status, "table\n", errors);
  });
}

std::string row(const std::string& name, const std::string& more) {
  return "{\"name\": \"" + name + "\", \"run_name\": \"" + name + "\", \"run_type\": \"iteration\", \"iterations\": 10, " + more + "}";
}
std::string report(const std::string& rows) { return "{\"context\": {}, \"benchmarks\": [" + rows + "]}"; }

worker::Outcome<ProgramRun> run(const Program& one, const std::string& name) { return one.run(name, 0.01, {}, 5, nullptr); }

Failure failure(const Program& one, const std::string& name) {
  auto ran = run(one, name);
  REQUIRE_FALSE(ran);
  return ran.error();
}

}  // namespace

TEST_CASE("the clock is the one that the name declares at its end") {
  CHECK(declared_clock("BM_x") == DeclaredClock::kCpu);
  CHECK(declared_clock("BM_x/8/iterations:5/repeats:3") == DeclaredClock::kCpu);
  CHECK(declared_clock("BM_x/8/real_time") == DeclaredClock::kReal);
  CHECK(declared_clock("BM_x/manual_time") == DeclaredClock::kManual);
  CHECK(declared_clock("BM_x/process_time") == DeclaredClock::kProcess);
  CHECK(declared_clock("BM_x/process_time/real_time/threads:4") == DeclaredClock::kReal);
  CHECK(declared_clock("BM_x/real_time/threads:2") == DeclaredClock::kReal);
  CHECK(declared_clock("BM_real_time") == DeclaredClock::kCpu);
  CHECK(declared_clock("BM_x/real_time/8") == DeclaredClock::kCpu);
}

TEST_CASE("a name becomes a filter that matches it alone, in POSIX's engine and in C++'s") {
  const std::vector<std::string> names = {"BM_x/8",
                                          "BM_x/88",
                                          "aBM_x/8",
                                          "-BM_x/8",
                                          "all",
                                          "BM_t<std::vector<int*>, 3>/a:1",
                                          "^odd (name) [a-z]+ a|b \\d {2} $5.*?/\"quoted\"",
                                          "a.b",
                                          "a+b",
                                          "aab",
                                          "axb",
                                          "[[:alpha:]]{3}",
                                          "\xc3\xa4/8"};
  for (const auto& name : names) {
    const auto filter = exact_filter(name);
    CHECK(filter.front() == '^');
    regex_t posix{};
    REQUIRE(regcomp(&posix, filter.c_str(), REG_EXTENDED | REG_NOSUB) == 0);
    const std::regex extended(filter, std::regex::extended);
    for (const auto& other : names) {
      INFO(filter << " against " << other);
      CHECK((regexec(&posix, other.c_str(), 0, nullptr, 0) == 0) == (name == other));
      CHECK(std::regex_search(other, extended) == (name == other));
    }
    regfree(&posix);
  }
}

TEST_CASE("names are listed in order, without what the program prints whatever it is asked") {
  const auto names = lists("a/8\nloading\n^b (c)\r\n\na/8\n", "loading\nloading\n").list(5, nullptr);
  REQUIRE(names);
  CHECK(*names == std::vector<std::string>{"a/8", "loading", "^b (c)", "a/8"});
  CHECK(lists("").list(5, nullptr)->empty());
}

TEST_CASE("a program that does not answer like Google Benchmark is refused with what it did") {
  const auto refused = [](Finished answer) {
    const auto names = program([=](const Command&) { return worker::Outcome<Finished>(answer); }).list(5, nullptr);
    REQUIRE_FALSE(names);
    CHECK(names.error().exit == Exit::kUsage);
    return names.error().text();
  };
  CHECK_THAT(refused(finished(0, "")), StartsWith("/bin/true: is no program that uses Google Benchmark: asked for its cases, it said nothing"));
  CHECK_THAT(refused(finished(0, "hello\nworld\x1b[2J\n")), ContainsSubstring("it said \"world\\x1b[2J\""));
  CHECK_THAT(refused(finished(2, "", "usage: x\nunknown option\n")), ContainsSubstring("ended with status 2, having said \"unknown option\""));
}

TEST_CASE("a program that crashes or hangs when it is asked is refused, and Ctrl-C is no fault of it") {
  const auto with = [](FailureKind kind) {
    return program([=](const Command&) -> worker::Outcome<Finished> { return tl::unexpected(Failure{kind, "crashed: SIGSEGV", {}}); }).list(5, nullptr).error();
  };
  CHECK_THAT(with(FailureKind::kCrashed).text(), ContainsSubstring("crashed: SIGSEGV"));
  CHECK(with(FailureKind::kCrashed).exit == Exit::kUsage);
  CHECK(with(FailureKind::kInterrupted).exit == Exit::kInterrupted);
}

TEST_CASE("a run asks for one case, a bare number of seconds and a report, and hides the variables that stand for flags") {
  ::setenv("BENCHMARK_FILTER", "other", 1);
  ::setenv("HARNESS_TEST_KEPT", "kept = yes", 1);
  Command asked;
  const auto one = program([&asked](const Command& command) -> worker::Outcome<Finished> {
    asked = command;
    std::ofstream(flag_of(command, "--benchmark_out")) << report(row("a (b)", "\"real_time\": 3, \"cpu_time\": 2, \"time_unit\": \"us\", \"hits\": 4"));
    return finished(0, "");
  });
  const auto ran = one.run("a (b)", 0.03, 1, 7, nullptr);
  ::unsetenv("BENCHMARK_FILTER");
  ::unsetenv("HARNESS_TEST_KEPT");
  REQUIRE(ran);
  CHECK(asked.words.front() == "/bin/true");
  CHECK(flag_of(asked, "--benchmark_filter") == "^a \\(b\\)$");
  CHECK(flag_of(asked, "--benchmark_min_time") == "0.03");
  CHECK(flag_of(asked, "--benchmark_out_format") == "json");
  CHECK(asked.seconds == 7);
  CHECK(asked.core == 1);
  bool kept = false, hidden = true;
  for (const auto& [name, value] : asked.environment) {
    kept |= name == "HARNESS_TEST_KEPT" && value == "kept = yes";
    hidden &= name != "BENCHMARK_FILTER";
  }
  CHECK(kept);
  CHECK(hidden);

  CHECK(ran->real_seconds == Approx(3e-6));
  CHECK(ran->cpu_seconds == Approx(2e-6));
  CHECK(ran->seconds_by(DeclaredClock::kCpu) == ran->cpu_seconds);
  CHECK(ran->seconds_by(DeclaredClock::kManual) == ran->real_seconds);
  CHECK(ran->iterations == 10);
  CHECK(ran->wall_seconds == 0.02);
  CHECK(ran->counters == std::vector<std::pair<std::string, double>>{{"hits", 4}});
}

TEST_CASE("of several repetitions the median counts, and memory by the last, the only one that is right") {
  const auto rows = row("a", R"("real_time": 1, "cpu_time": 5, "hits": 1, "max_bytes_used": -753161)") + "," +
                    row("a", R"("real_time": 9, "cpu_time": 7, "hits": 3, "max_bytes_used": 99)") + "," +
                    row("a", R"("real_time": 2, "cpu_time": 6, "hits": 2, "items_per_second": 8, "max_bytes_used": 4096)") +
                    R"(, {"name": "a_median", "run_name": "a", "run_type": "aggregate", "aggregate_name": "median", "real_time": 500})";
  const auto ran = run(reports(report(rows)), "a");
  REQUIRE(ran);
  CHECK(ran->real_seconds == Approx(2e-9));
  CHECK(ran->cpu_seconds == Approx(6e-9));
  CHECK(ran->counters == std::vector<std::pair<std::string, double>>{{"hits", 2}, {"max_bytes_used", 4096}});
}

TEST_CASE("where a program keeps its repetitions to itself, its median counts") {
  const auto rows = R"({"name": "a_mean", "run_name": "a", "run_type": "aggregate", "aggregate_name": "mean", "real_time": 900, "time_unit": "ns"},
                       {"name": "a_median", "run_name": "a", "run_type": "aggregate", "aggregate_name": "median", "real_time": 500, "time_unit": "ns"})";
  const auto ran = run(reports(report(rows)), "a");
  REQUIRE(ran);
  CHECK(ran->real_seconds == Approx(500e-9));
}

TEST_CASE("errors and skips of a benchmark are told apart and are no failure of the program") {
  const auto ran = run(reports(report(row("a", R"("error_occurred": true, "error_message": "no file", "real_time": 0)"))), "a");
  REQUIRE(ran);
  CHECK(ran->error == "no file");
  const auto skipped = run(reports(report(row("a", R"("skipped": true, "skip_message": "", "real_time": 0)"))), "a");
  REQUIRE(skipped);
  CHECK(skipped->error.empty());
  CHECK(skipped->skipped == "skipped without words");
}

TEST_CASE("what is no report of this case is a failure that says what came instead") {
  CHECK(failure(reports("garbage"), "a").kind == FailureKind::kProtocol);
  CHECK_THAT(failure(reports("garbage"), "a").text, StartsWith("its report: byte 0"));
  CHECK_THAT(failure(reports(report(row("a", "\"real_time\": 1")).substr(0, 60)), "a").text, ContainsSubstring("the end of the file"));
  CHECK_THAT(failure(reports(report(row("b", "\"real_time\": 1"))), "a").text, ContainsSubstring("no row of this case, but of \"b\""));
  CHECK_THAT(failure(reports(report("")), "a").text, ContainsSubstring("no row of this case"));
  CHECK_THAT(failure(reports(""), "a").text, ContainsSubstring("did not run this case"));
  const auto silent = program([](const Command&) { return worker::Outcome<Finished>(finished(0, "hello\n", "")); });
  CHECK_THAT(failure(silent, "a").text, ContainsSubstring("wrote no report; it said \"hello\""));
}

TEST_CASE("a status other than 0 is a failure although there is a report, and an old report is never read again") {
  const auto bad = failure(reports(report(row("a", "\"real_time\": 1")), 1, std::string("leak found\n") + kBanner), "a");
  CHECK(bad.kind == FailureKind::kExited);
  CHECK_THAT(bad.text, ContainsSubstring("ended with status 1"));
  int calls = 0;
  const auto once = program([&calls](const Command& command) -> worker::Outcome<Finished> {
    if (++calls == 1) std::ofstream(flag_of(command, "--benchmark_out")) << report(row("a", "\"real_time\": 1"));
    return finished(0, "");
  });
  CHECK(run(once, "a"));
  CHECK_FALSE(run(once, "a"));
}

TEST_CASE("reports go to a directory of their own, which ends with the program") {
  std::filesystem::path directory;
  {
    const auto one = program([&directory](const Command& command) -> worker::Outcome<Finished> {
      directory = std::filesystem::path(flag_of(command, "--benchmark_out")).parent_path();
      return finished(0, "");
    });
    const auto copy = one;
    CHECK_FALSE(run(copy, "a"));
    CHECK(std::filesystem::is_directory(directory));
  }
  CHECK_FALSE(std::filesystem::exists(directory));
}

TEST_CASE("what cannot be a program is refused before it runs") {
  CHECK_THAT(Program::open("/no/such/file").error().text(), StartsWith("/no/such/file: no such file"));
  CHECK_THAT(Program::open("/tmp").error().text(), ContainsSubstring("is no file"));
  CHECK_THAT(Program::open("/etc/passwd").error().text(), ContainsSubstring("may not be executed"));
}
