#include <harness/bench/driver.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <boost/json.hpp>

#include "../catch.hpp"

using namespace harness;
using bench::Entry;
using bench::Timed;
namespace json = boost::json;

namespace {

// A run whose clock is a script: `seconds[index]` is what each call of entry `index` takes, repetition by repetition.
struct Script {
  std::vector<Entry> entries;
  std::map<std::size_t, std::vector<double>> seconds;
  std::map<std::size_t, std::size_t> failing_repetition;
  std::map<std::size_t, std::vector<std::pair<std::string, double>>> late_counters;
  bench::Flags flags;
  std::atomic<bool> stop{false};

  std::map<std::size_t, std::size_t> timed;
  std::map<std::string, std::vector<model::Sample>> samples;
  std::map<std::string, std::string> failures;
  std::ostringstream out;

  Result<void> run(const model::Context& context = {}) {
    const auto timing = [&](std::size_t index, std::uint64_t calls) -> tl::expected<Timed, std::string> {
      const auto repetition = timed[index]++;
      if (failing_repetition.count(index) && failing_repetition[index] == repetition) return tl::unexpected<std::string>("crashed: SIGSEGV");
      const auto per_call = seconds[index][repetition % seconds[index].size()];
      return Timed{per_call * static_cast<double>(calls), per_call * static_cast<double>(calls) / 2};
    };
    const auto finished = [&](std::size_t index, const std::vector<model::Sample>& all, const std::string& failure) {
      samples[entries[index].name] = all;
      failures[entries[index].name] = failure;
    };
    const auto late = [&](std::size_t index) {
      return late_counters.count(index) ? late_counters[index] : std::vector<std::pair<std::string, double>>{};
    };
    return bench::drive(entries, timing, finished, late, flags, context, out, stop);
  }

  json::array rows() { return json::parse(out.str()).at("benchmarks").as_array(); }
};

std::filesystem::path scratch(const std::string& name) {
  return std::filesystem::temp_directory_path() / ("harness-bench-test-" + name);
}

}  // namespace

TEST_CASE("each repetition is one timing, and rows carry bare names, real time and the worker's CPU time") {
  Script script;
  script.entries = {{"two-sum/v1.0.0/uniform/16", 1000, "", {}, {}}};
  script.seconds[0] = {1e-6, 2e-6, 3e-6};
  script.flags.format = "json";
  REQUIRE(script.run());
  CHECK(script.timed[0] == 3);
  REQUIRE(script.samples["two-sum/v1.0.0/uniform/16"].size() == 3);
  CHECK(script.samples["two-sum/v1.0.0/uniform/16"][2].real_seconds_per_call == Approx(3e-6));
  CHECK(script.samples["two-sum/v1.0.0/uniform/16"][2].cpu_seconds_per_call == Approx(1.5e-6));

  std::map<std::string, std::pair<double, double>> times;
  for (const auto& row : script.rows()) {
    CHECK_FALSE(row.as_object().contains("harness:cpu"));
    times[std::string(row.at("name").as_string()) + std::to_string(times.size() < 3 ? times.size() : 9)] = {
        row.at("real_time").to_number<double>(), row.at("cpu_time").to_number<double>()};
  }
  CHECK(times["two-sum/v1.0.0/uniform/160"].first == Approx(1000.0));
  CHECK(times["two-sum/v1.0.0/uniform/160"].second == Approx(500.0));
  CHECK(times["two-sum/v1.0.0/uniform/16_median9"].first == Approx(2000.0));
  CHECK(times["two-sum/v1.0.0/uniform/16_mean9"].second == Approx(1000.0));
  CHECK(times["two-sum/v1.0.0/uniform/16_stddev9"].second == Approx(500.0));
  CHECK(times["two-sum/v1.0.0/uniform/16_cv9"].second == Approx(0.5));
}

TEST_CASE("a failure is sticky: later repetitions do not run, no aggregates, one error row") {
  for (const auto& aggregates_only : {"false", "true"}) {
    Script script;
    script.entries = {{"a/v1.0.0/d/bad", 10, "", {}, {}}, {"a/v1.0.0/d/good", 10, "", {}, {}}};
    script.seconds[0] = script.seconds[1] = {1e-3};
    script.failing_repetition[0] = 1;
    script.flags.format = "json";
    script.flags.passed = {std::string("--benchmark_report_aggregates_only=") + aggregates_only};
    REQUIRE(script.run());
    CHECK(script.timed[0] == 2);
    CHECK(script.failures["a/v1.0.0/d/bad"] == "crashed: SIGSEGV");
    CHECK(script.failures["a/v1.0.0/d/good"].empty());
    int bad_rows = 0;
    for (const auto& row : script.rows()) {
      if (row.at("name").as_string() == "a/v1.0.0/d/bad") {
        ++bad_rows;
        CHECK(json::serialize(row).find("crashed: SIGSEGV") != std::string::npos);
      } else {
        CHECK(row.at("name").as_string().starts_with("a/v1.0.0/d/good"));
      }
    }
    CHECK(bad_rows == 1);
  }
}

TEST_CASE("an entry that failed before the run is reported and never timed") {
  Script script;
  script.entries = {{"a/v1.0.0/d/x", 1, "wrong answer: [1]: expected 2, got 3", {}, {}}};
  script.flags.format = "json";
  REQUIRE(script.run());
  CHECK(script.timed.empty());
  CHECK(script.failures["a/v1.0.0/d/x"] == "wrong answer: [1]: expected 2, got 3");
  CHECK(script.rows().size() == 1);
}

TEST_CASE("a stop makes what is left interrupted and the report stays valid JSON") {
  Script script;
  script.entries = {{"a/v1.0.0/d/1", 1, "", {}, {}}, {"a/v1.0.0/d/2", 1, "", {}, {}}};
  script.stop = true;
  script.flags.format = "json";
  REQUIRE(script.run());
  CHECK(script.timed.empty());
  CHECK(script.failures["a/v1.0.0/d/2"] == bench::kInterrupted);
  CHECK(script.rows().size() == 2);
}

TEST_CASE("zero CPU time and no entries at all still make valid JSON") {
  Script nothing;
  nothing.flags.format = "json";
  REQUIRE(nothing.run());
  CHECK(nothing.rows().empty());

  Script zero;
  zero.entries = {{"a/v1.0.0/d/1", 5, "", {}, {}}};
  zero.seconds[0] = {0.0};
  zero.flags.format = "json";
  REQUIRE(zero.run());
  CHECK(zero.rows().size() == 3 + 4);
}

TEST_CASE("--benchmark_out gets a report of its own, context included, while stdout stays the caller's") {
  const auto file = scratch("out.json");
  Script script;
  script.entries = {{"a/v1.0.0/d/1", 2, "", {}, {}}};
  script.seconds[0] = {1e-3};
  script.flags.out = file.string();
  REQUIRE(script.run({{"harness_schema", "1"}, {"machine", "a \"quoted\" machine"}}));
  CHECK(script.out.str().empty());
  std::ifstream stream(file);
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  const auto report = json::parse(text);
  CHECK(report.at("context").at("harness_schema").as_string() == "1");
  CHECK(report.at("context").at("machine").as_string() == "a \"quoted\" machine");
  CHECK(report.at("benchmarks").as_array().size() == 3 + 4);
  std::filesystem::remove(file);
}

TEST_CASE("a report that cannot be written is an error, and one that is not made leaves what was there") {
  Script script;
  script.entries = {{"a/v1.0.0/d/1", 2, "", {}, {}}};
  script.seconds[0] = {1e-3};
  script.flags.out = "/dev/full";
  const auto result = script.run();
  REQUIRE_FALSE(result);
  CHECK(result.error().exit == Exit::kUsage);
  CHECK_THAT(result.error().text(), ContainsSubstring("--benchmark_out=/dev/full: cannot be written"));
  CHECK(script.samples.size() == 1);
}

TEST_CASE("CSV shows the coefficient of variation as a fraction") {
  Script script;
  script.entries = {{"a/v1.0.0/d/1", 1, "", {}, {}}};
  script.seconds[0] = {1e-6, 2e-6, 3e-6};
  script.flags.format = "csv";
  REQUIRE(script.run());
  const auto text = script.out.str();
  const auto row = text.find("d/1_cv\",");
  REQUIRE(row != std::string::npos);
  std::istringstream fields(text.substr(row));
  std::string name, iterations, real;
  std::getline(fields, name, ',');
  std::getline(fields, iterations, ',');
  std::getline(fields, real, ',');
  CHECK(std::stod(real) == Approx(0.5));
}

TEST_CASE("an entry's counters stand flat in each of its rows, late ones too, and CSV has a column for each") {
  for (const auto* format : {"json", "csv"}) {
    Script script;
    script.entries = {{"a/v1.0.0/d/1", 1, "", {{"allocs", 3}, {"leaked_bytes", 0}}, {{"items_per_second", 50}}}, {"a/v1.0.0/d/2", 1, "", {{"p95_seconds", 1e-6}}, {}}};
    script.seconds[0] = script.seconds[1] = {1e-6};
    script.late_counters[0] = {{"growth_error", 0.02}};
    script.flags.format = format;
    REQUIRE(script.run());
    if (std::string(format) == "csv") {
      const auto header = script.out.str().substr(0, script.out.str().find('\n'));
      for (const auto* name : {"allocs", "growth_error", "leaked_bytes", "p95_seconds"}) CHECK_THAT(header, ContainsSubstring(name));
      continue;
    }
    int rows = 0;
    for (const auto& row : script.rows()) {
      if (row.at("run_name").as_string() != "a/v1.0.0/d/1") continue;
      ++rows;
      const bool spread = row.at("name").as_string().ends_with("_stddev") || row.at("name").as_string().ends_with("_cv");
      CHECK(row.at("allocs").to_number<double>() == (spread ? 0 : 3));
      CHECK(row.at("growth_error").to_number<double>() == (spread ? 0 : 0.02));
      CHECK(row.at("leaked_bytes").to_number<double>() == 0);
      if (!spread) CHECK(row.at("items_per_second").to_number<double>() == Approx(50 / 1e-6));
    }
    CHECK(rows == 3 + 4);
  }
}
