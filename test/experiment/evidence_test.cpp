#include <harness/experiment/evidence.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include <harness/model/gate_json.hpp>

#include <test/catch.hpp>

using namespace harness;
using experiment::Evidence;
using experiment::report_of_evidence;
using experiment::rerun_evidence;
using experiment::write_evidence;
namespace fs = std::filesystem;

namespace {

struct Directory {
  fs::path path;
  Directory() {
    auto name = (fs::temp_directory_path() / "harness-evidence-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Directory() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  fs::path write(const std::string& name, const std::string& text) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << text;
    return path / name;
  }
};

model::SolverInfo solver(const fs::path& file, const std::string& version) {
  model::SolverInfo info;
  info.file = file;
  info.identity.problem = "two-sum";
  info.identity.version = model::Version::parse(version).value();
  return info;
}

std::shared_ptr<const trial::Input> input_of(const std::string& bytes) {
  auto input = std::make_shared<trial::Input>();
  auto sealed = worker::MemoryFile::sealed({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "a case");
  REQUIRE(sealed);
  input->args = std::move(*sealed);
  return input;
}

model::GateReport report() {
  model::GateReport report;
  report.context = {{"machine", "a \"quoted\" one"}, {"run_id", "1"}};
  report.command = "harness gate --base=abc1234";
  model::GateCase one;
  one.name = "two-sum/v1.0.0/leetcode-1/example-1";
  one.comparison.problem = "two-sum";
  one.comparison.case_name = "leetcode-1/example-1";
  one.comparison.reference = "v1.0.0@abc1234";
  one.comparison.candidate = "v1.0.0";
  report.cases.push_back(one);
  return report;
}

std::vector<std::uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

std::string entry(const package::Entries& entries, const std::string& name) {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const auto& each) { return each.first == name; });
  return found == entries.end() ? "(none)" : std::string(found->second.begin(), found->second.end());
}

struct Heard {
  std::ostringstream out, err;
  std::atomic<bool> stop{false};
  experiment::Terminal terminal{out, err, false, false, false, true, 100, [] { return 0.0; }, stop};
};

}  // namespace

TEST_CASE("evidence holds the report, both libraries, the problem, its datasets and inputs, and nothing of other problems") {
  const Directory directory;
  const auto before = solver(directory.write("old/x.so", "old code"), "1.0.0"), now = solver(directory.write("new/x.so", "new code"), "1.0.0");
  directory.write("datasets/two-sum/problem.yaml", "problem: two-sum\n");
  directory.write("datasets/two-sum/leetcode-1.json", "{}");
  directory.write("datasets/two-sum/problem.cpp", "int main;");
  directory.write("datasets/sort/problem.yaml", "problem: sort\n");
  const auto written = report();
  Evidence evidence;
  evidence.report = &written;
  evidence.sides = {{&before, &now}};
  evidence.problems = {{directory.write("problems/a.so", "the checker"), "two-sum", "", "", ""}, {directory.write("problems/b.so", "another"), "sort", "", "", ""}};
  evidence.inputs = {{"two-sum/leetcode-1/example-1", input_of("the arguments")}};
  evidence.datasets = directory.path / "datasets";
  const auto file = directory.path / "gate.zip";
  REQUIRE(write_evidence(file, evidence));

  const auto entries = package::read_archive(file);
  REQUIRE(entries);
  CHECK(entries->size() == 9);
  CHECK(entry(*entries, "reference/two-sum-v1.0.0.so") == "old code");
  CHECK(entry(*entries, "candidate/two-sum-v1.0.0.so") == "new code");
  CHECK(entry(*entries, "problems/two-sum.problem.so") == "the checker");
  CHECK(entry(*entries, "datasets/two-sum/problem.yaml") == "problem: two-sum\n");
  CHECK(entry(*entries, "datasets/two-sum/leetcode-1.json") == "{}");
  CHECK(entry(*entries, "inputs/two-sum/leetcode-1/example-1.cbor") == "the arguments");
  CHECK(entry(*entries, "command.txt") == "harness gate --base=abc1234\n");
  CHECK(entry(*entries, "environment.json") == "{\n  \"machine\": \"a \\\"quoted\\\" one\",\n  \"run_id\": \"1\"\n}\n");
  const auto read = report_of_evidence(*entries, "gate.zip");
  REQUIRE(read);
  CHECK(model::write_gate_report(*read) == model::write_gate_report(written));
}

TEST_CASE("two solvers that are held against one reference share its library") {
  const Directory directory;
  const auto before = solver(directory.write("old.so", "old"), "1.0.0"), first = solver(directory.write("a.so", "a"), "1.1.0"),
             second = solver(directory.write("b.so", "b"), "1.2.0");
  const auto written = report();
  Evidence evidence;
  evidence.report = &written;
  evidence.sides = {{&before, &first}, {&before, &second}};
  evidence.datasets = directory.path / "none";
  REQUIRE(write_evidence(directory.path / "gate.zip", evidence));
  const auto entries = package::read_archive(directory.path / "gate.zip");
  REQUIRE(entries);
  CHECK(entries->size() == 6);
}

TEST_CASE("the evidence of a gate that measured nothing is its report") {
  const Directory directory;
  const model::GateReport empty;
  Evidence evidence;
  evidence.report = &empty;
  REQUIRE(write_evidence(directory.path / "gate.zip", evidence));
  const auto entries = package::read_archive(directory.path / "gate.zip");
  REQUIRE(entries);
  CHECK(report_of_evidence(*entries, "gate.zip"));
}

TEST_CASE("a library that is gone is an error that names it, and leaves no file") {
  const Directory directory;
  const auto gone = solver(directory.path / "gone.so", "1.0.0");
  const auto written = report();
  Evidence evidence;
  evidence.report = &written;
  evidence.sides = {{&gone, &gone}};
  const auto result = write_evidence(directory.path / "gate.zip", evidence);
  REQUIRE_FALSE(result);
  CHECK_THAT(result.error().text(), ContainsSubstring("gone.so"));
  CHECK(fs::is_empty(directory.path));
}

TEST_CASE("an archive without a report, or with one that is damaged, is no evidence: one line, exit 2") {
  const auto none = report_of_evidence({{"readme.txt", bytes_of("hello")}}, "gate.zip");
  REQUIRE_FALSE(none);
  CHECK(none.error().text() == "gate.zip: holds no report.json: it is no evidence of a gate");
  const auto damaged = report_of_evidence({{"report.json", bytes_of("{\"harness_gate_schema\": ")}}, "gate.zip");
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().exit == Exit::kUsage);
  CHECK_THAT(damaged.error().text(), StartsWith("gate.zip: report.json"));
  CHECK(damaged.error().text().find('\n') == std::string::npos);
}

TEST_CASE("evidence that names a side outside of it, or lacks one, is not run again") {
  const auto written = report();
  auto one = written.cases.front();
  for (const std::string side : {"../../etc/v1.0.0", "v1.0.0/../x", "/etc/passwd"}) {
    for (auto* member : {&one.comparison.reference, &one.comparison.candidate}) {
      Heard heard;
      const auto kept = *member;
      *member = side;
      CHECK(rerun_evidence({}, one, "gate.zip", heard.terminal) == Exit::kUsage);
      CHECK_THAT(heard.err.str(), ContainsSubstring("names a side that cannot be one"));
      *member = kept;
    }
  }
  one.comparison.problem = "../two-sum";
  Heard heard;
  CHECK(rerun_evidence({}, one, "gate.zip", heard.terminal) == Exit::kUsage);
  CHECK_THAT(heard.err.str(), ContainsSubstring("names a side that cannot be one"));

  Heard without;
  CHECK(rerun_evidence({{"candidate/two-sum-v1.0.0.so", bytes_of("x")}}, written.cases.front(), "gate.zip", without.terminal) == Exit::kUsage);
  CHECK_THAT(without.err.str(), ContainsSubstring("does not hold both libraries of two-sum/v1.0.0/leetcode-1/example-1"));
}
