#include <harness/experiment/diff.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <test/catch.hpp>

using namespace harness;
namespace fs = std::filesystem;

namespace {

// A folder of reports, gone when the test ends.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "harness-diff-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path(name);
  }
  std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

struct Said {
  Exit exit = Exit::kFine;
  std::string out, err;
};

Said said(const experiment::DiffRequest& request, bool stopped = false) {
  std::ostringstream out, err;
  std::atomic<bool> stop{stopped};
  const experiment::Terminal terminal{out, err, false, false, false, true, 100, nullptr, stop};
  const Exit exit = experiment::diff(request, terminal);
  return {exit, out.str(), err.str()};
}

std::string report_of(const std::string& rows) {
  return "{\n\"context\": {\"date\": \"2026-11-24 10:00:00\", \"num_cpus\": 4, \"library_build_type\": \"release\"},\n\"benchmarks\": [\n" + rows + "\n]}\n";
}

std::string rows_of(const std::string& before, const std::string& after, bool by_case = false) {
  const Folder folder;
  const auto ended = said({folder.file("old.json", report_of(before)), folder.file("new.json", report_of(after)), "jsonl", by_case});
  INFO(ended.err);
  CHECK(ended.err.empty());
  CHECK(ended.exit == Exit::kFine);
  return ended.out;
}

// Refused as the old and as the new one: exit 2, one line, and nothing on stdout.
std::string refused(const Folder& folder, const std::string& bad) {
  const std::string good = folder.file("good.json", report_of(R"({"name": "a", "real_time": 1})"));
  const auto as_old = said({bad, good}), as_new = said({good, bad});
  CHECK(as_old.err == as_new.err);
  for (const Said& one : {as_old, as_new}) {
    CHECK(one.exit == Exit::kUsage);
    CHECK(one.out.empty());
    CHECK(std::count(one.err.begin(), one.err.end(), '\n') == 1);
    CHECK(one.err.size() < 400);
  }
  return as_old.err;
}

std::string refused_text(const std::string& text) {
  const Folder folder;
  return refused(folder, folder.file("bad.json", text));
}

}  // namespace

// Reports of the shapes that Google Benchmark's own comparing tools are tested with; the rows were worked out by hand.

TEST_CASE("two plain reports without repetitions differ in times that nobody can judge") {
  CHECK(rows_of(R"({"name": "BM_Same", "iterations": 1000, "real_time": 10, "cpu_time": 10, "time_unit": "ns"},
                   {"name": "BM_Halved", "iterations": 1000, "real_time": 50, "cpu_time": 50, "time_unit": "ns"},
                   {"name": "BM_Doubled", "iterations": 1000, "real_time": 50, "cpu_time": 50, "time_unit": "ns"},
                   {"name": "BM_OneLess", "iterations": 1000, "real_time": 200, "cpu_time": 200, "time_unit": "ns"},
                   {"name": "BM_TenthMore", "iterations": 1000, "real_time": 100, "cpu_time": 100, "time_unit": "ns"},
                   {"name": "BM_HundredTimes", "iterations": 1000, "real_time": 100, "cpu_time": 100, "time_unit": "ns"},
                   {"name": "BM_Hundredth", "iterations": 1000, "real_time": 10000, "cpu_time": 10000, "time_unit": "ns"},
                   {"name": "BM_CpuToReal", "iterations": 1000, "real_time": 100, "cpu_time": 100, "time_unit": "ns"},
                   {"name": "BM_Third", "iterations": 1000, "real_time": 300, "cpu_time": 300, "time_unit": "ns"})",
                R"({"name": "BM_Same", "iterations": 1000, "real_time": 10, "cpu_time": 10, "time_unit": "ns"},
                   {"name": "BM_Halved", "iterations": 1000, "real_time": 25, "cpu_time": 25, "time_unit": "ns"},
                   {"name": "BM_Doubled", "iterations": 20833333, "real_time": 100, "cpu_time": 100, "time_unit": "ns"},
                   {"name": "BM_OneLess", "iterations": 1000, "real_time": 198, "cpu_time": 198, "time_unit": "ns"},
                   {"name": "BM_TenthMore", "iterations": 1000, "real_time": 110, "cpu_time": 110, "time_unit": "ns"},
                   {"name": "BM_HundredTimes", "iterations": 1000, "real_time": 1.0000e+04, "cpu_time": 1.0000e+04, "time_unit": "ns"},
                   {"name": "BM_Hundredth", "iterations": 1000, "real_time": 100, "cpu_time": 100, "time_unit": "ns"},
                   {"name": "BM_CpuToReal", "iterations": 1000, "real_time": 110, "cpu_time": 90, "time_unit": "ns"},
                   {"name": "BM_Third", "iterations": 1000, "real_time": 200, "cpu_time": 201, "time_unit": "ns"})") ==
        R"({"op":"modify","path":"/BM_CpuToReal/cpu_time","old":100,"new":90,"pct":-10,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_CpuToReal/real_time","old":100,"new":110,"pct":10,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_Doubled/cpu_time","old":50,"new":100,"pct":100,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_Doubled/real_time","old":50,"new":100,"pct":100,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_Halved/cpu_time","old":50,"new":25,"pct":-50,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_Halved/real_time","old":50,"new":25,"pct":-50,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_HundredTimes/cpu_time","old":100,"new":10000,"pct":9900,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_HundredTimes/real_time","old":100,"new":10000,"pct":9900,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_Hundredth/cpu_time","old":10000,"new":100,"pct":-99,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_Hundredth/real_time","old":10000,"new":100,"pct":-99,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_OneLess/cpu_time","old":200,"new":198,"pct":-1,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_OneLess/real_time","old":200,"new":198,"pct":-1,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_TenthMore/cpu_time","old":100,"new":110,"pct":10,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_TenthMore/real_time","old":100,"new":110,"pct":10,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_Third/cpu_time","old":300,"new":201,"pct":-33,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_Third/real_time","old":300,"new":200,"pct":-33.333333333,"verdict":"cannot-tell"}
)");
}

TEST_CASE("units that differ are told, and the times are put into the old report's") {
  CHECK(rows_of(R"({"name": "BM_Unit", "iterations": 1, "real_time": 1, "cpu_time": 1, "time_unit": "s"},
                   {"name": "BM_SameUnit", "iterations": 1000, "real_time": 0.4, "cpu_time": 0.5, "time_unit": "s"},
                   {"name": "BM_NoUnit", "real_time": 4})",
                R"({"name": "BM_Unit", "iterations": 1, "real_time": 1, "cpu_time": 1000000000, "time_unit": "ns"},
                   {"name": "BM_SameUnit", "iterations": 1000, "real_time": 0.04, "cpu_time": 0.6, "time_unit": "s"},
                   {"name": "BM_NoUnit", "real_time": 0.004, "time_unit": "us"})") ==
        R"({"op":"add","path":"/BM_NoUnit/time_unit","new":"us"}
{"op":"modify","path":"/BM_SameUnit/cpu_time","old":0.5,"new":0.6,"pct":20,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_SameUnit/real_time","old":0.4,"new":0.04,"pct":-90,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_Unit/real_time","old":1,"new":1e-09,"pct":-99.9999999,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_Unit/time_unit","old":"s","new":"ns"}
)");
}

TEST_CASE("a complexity is compared by its letter and its coefficients, its fit by the RMS row") {
  const auto rows = [](const std::string& cpu, const std::string& real, const std::string& big_o, const std::string& rms) {
    return R"({"name": "BM_Growth_BigO", "run_name": "BM_Growth", "run_type": "aggregate", "aggregate_name": "BigO", "cpu_coefficient": )" + cpu +
           R"(, "real_coefficient": )" + real + R"(, "big_o": ")" + big_o + R"(", "time_unit": "ns"},
              {"name": "BM_Growth_RMS", "run_name": "BM_Growth", "run_type": "aggregate", "aggregate_name": "RMS", "rms": )" + rms + "}";
  };
  CHECK(rows_of(rows("4.25", "4.5", "N", "3.5e-03"), rows("5.6", "4.5", "NlgN", "7.0e-03")) ==
        R"({"op":"modify","path":"/BM_Growth_BigO/big_o","old":"N","new":"NlgN"}
{"op":"modify","path":"/BM_Growth_BigO/cpu_coefficient","old":4.25,"new":5.6,"pct":31.764705882}
{"op":"modify","path":"/BM_Growth_RMS/rms","old":0.0035,"new":0.007,"pct":100}
)");
}

TEST_CASE("rows of one name are repetitions also where no report says so, and rows of aggregates have their own name then") {
  CHECK(rows_of(R"({"name": "BM_One", "iterations": 1000, "real_time": 10, "cpu_time": 100, "time_unit": "ns"},
                   {"name": "BM_Two", "iterations": 1000, "real_time": 9, "cpu_time": 90, "time_unit": "ns"},
                   {"name": "BM_Two", "iterations": 1000, "real_time": 8, "cpu_time": 80, "time_unit": "ns"},
                   {"name": "short", "run_type": "aggregate", "aggregate_name": "mean", "iterations": 3, "real_time": 8, "cpu_time": 80, "time_unit": "ns"},
                   {"name": "medium", "run_type": "iteration", "iterations": 1000, "real_time": 8, "cpu_time": 80, "time_unit": "ns"})",
                R"({"name": "BM_One", "iterations": 1000, "real_time": 9, "cpu_time": 110, "time_unit": "ns"},
                   {"name": "BM_Two", "iterations": 1000, "real_time": 10, "cpu_time": 89, "time_unit": "ns"},
                   {"name": "BM_Two", "iterations": 1000, "real_time": 7, "cpu_time": 71, "time_unit": "ns"},
                   {"name": "short", "run_type": "aggregate", "aggregate_name": "mean", "iterations": 3, "real_time": 8, "cpu_time": 80, "time_unit": "ns"},
                   {"name": "medium", "run_type": "iteration", "iterations": 1000, "real_time": 8, "cpu_time": 60, "time_unit": "ns"})") ==
        R"({"op":"modify","path":"/BM_One/cpu_time","old":100,"new":110,"pct":10,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_One/real_time","old":10,"new":9,"pct":-10,"verdict":"cannot-tell"}
{"op":"modify","path":"/BM_Two/cpu_time","old":85,"new":80,"pct":-5.882352941,"verdict":"cannot-tell"}
{"op":"modify","path":"/medium/cpu_time","old":80,"new":60,"pct":-25,"verdict":"cannot-tell"}
)");
}

TEST_CASE("a share of a program's own statistic is compared as what it is") {
  const auto row = [](const char* real, const char* cpu) {
    return std::string(R"({"name": "whocares", "run_type": "aggregate", "aggregate_name": "zz", "aggregate_unit": "percentage", "iterations": 1000, "real_time": )") +
           real + R"(, "cpu_time": )" + cpu + R"(, "time_unit": "ns"})";
  };
  CHECK(rows_of(row("0.01", "0.10"), row("0.01", "0.20")) ==
        R"({"op":"modify","path":"/whocares/cpu_time","old":0.1,"new":0.2,"pct":100,"verdict":"cannot-tell"})" "\n");
}

TEST_CASE("aggregates only on either side, an error inside, a skip, a bare NaN: all are rows") {
  const auto aggregates = [](double mean, double median, double stddev) {
    const auto row = [](const char* what, double time) {
      std::ostringstream text;
      text << R"({"name": "BM_a/repeats:9_)" << what << R"(", "run_name": "BM_a/repeats:9", "run_type": "aggregate", "repetitions": 9, "threads": 1, "aggregate_name": ")"
           << what << R"(", "aggregate_unit": "time", "iterations": 9, "real_time": )" << time << R"(, "cpu_time": )" << time << R"(, "time_unit": "us"})";
      return text.str();
    };
    return row("mean", mean) + ",\n" + row("median", median) + ",\n" + row("stddev", stddev);
  };
  CHECK(rows_of(aggregates(41, 40, 0.5) + R"(, {"name": "BM_fails", "run_type": "iteration", "iterations": 8, "real_time": 2, "cpu_time": 2, "time_unit": "ms"},
                                               {"name": "BM_skips", "run_type": "iteration", "skipped": true, "skip_message": "needs 4 cores"},
                                               {"name": "BM_nan", "real_time": 3, "ratio": NaN})",
                aggregates(44, 43, 9) + R"(, {"name": "BM_fails", "run_type": "iteration", "error_occurred": true, "error_message": "has-error", "iterations": 0, "real_time": 0, "cpu_time": 0, "time_unit": "ms"},
                                             {"name": "BM_skips", "run_type": "iteration", "skipped": true, "skip_message": "needs 8 cores"},
                                             {"name": "BM_nan", "real_time": 3, "ratio": 0.5})") ==
        R"({"op":"modify","path":"/BM_a~1repeats:9/cpu_time","old":40,"new":43,"pct":7.5,"verdict":"suspect"}
{"op":"modify","path":"/BM_a~1repeats:9/real_time","old":40,"new":43,"pct":7.5,"verdict":"suspect"}
{"op":"remove","path":"/BM_fails/cpu_time","old":2}
{"op":"add","path":"/BM_fails/error_message","new":"has-error"}
{"op":"remove","path":"/BM_fails/real_time","old":2}
{"op":"modify","path":"/BM_nan/ratio","old":null,"new":0.5}
{"op":"modify","path":"/BM_skips/skip_message","old":"needs 4 cores","new":"needs 8 cores"}
)");
}

TEST_CASE("an entry that only one report has is told whole") {
  CHECK(rows_of(R"({"name": "gone~now", "real_time": 1, "cpu_time": 2.5, "time_unit": "ns", "hits": 3})", R"({"name": "BM/new", "real_time": 1, "label": "l"})") ==
        R"({"op":"add","path":"/BM~1new","new":{"label":"l","real_time":1},"verdict":"new"}
{"op":"remove","path":"/gone~0now","old":{"cpu_time":2.5,"hits":3,"real_time":1,"time_unit":"ns"},"verdict":"missing"}
)");
}

TEST_CASE("by case, a solver's versions are compared with each other") {
  CHECK(rows_of(R"({"name": "two-sum/v1.0.0/uniform/64", "cpu_time": 124})", R"({"name": "two-sum/v2.0.0/uniform/64", "cpu_time": 93})", true) ==
        R"({"op":"modify","path":"/two-sum~1uniform~164/cpu_time","old":124,"new":93,"pct":-25,"verdict":"cannot-tell"})" "\n");
}

TEST_CASE("of a key that comes twice in an entry the first counts") {
  CHECK(rows_of(R"({"name": "a", "real_time": 1, "real_time": 7, "name": "b"})", R"({"name": "a", "real_time": 1})").empty());
}

TEST_CASE("reports that do not differ print nothing, and say so to people") {
  const Folder folder;
  const auto same = folder.file("a.json", report_of(R"({"name": "a", "real_time": 1})"));
  CHECK(said({same, same}).out.empty());
  CHECK(said({same, same, "json"}).out == "[]\n");
  CHECK(said({same, same, "table"}).out == "no differences\n");
  CHECK(said({same, same, "markdown"}).out == "no differences\n");
  CHECK(said({same, folder.file("none.json", report_of("")), "table"}).out == "a  missing (real_time 1.00ns)\n\n1 difference: 1 missing\n");
}

TEST_CASE("an unknown format is refused before anything is read") {
  const auto ended = said({"no.json", "such.json", "xml"});
  CHECK(ended.exit == Exit::kUsage);
  CHECK(ended.err == "harness: --format: expected jsonl, json, table or markdown, found \"xml\"\n");
}

TEST_CASE("what is no report is refused in one line, and nothing is printed") {
  CHECK_THAT(refused_text(""), ContainsSubstring("found the end of the file"));
  CHECK_THAT(refused_text("BM_a 10 ns"), ContainsSubstring("byte 0: expected JSON"));
  CHECK_THAT(refused_text("{}"), ContainsSubstring("is no report of Google Benchmark"));
  CHECK_THAT(refused_text("[]"), ContainsSubstring("expected an object, found an array"));
  CHECK_THAT(refused_text(R"({"benchmarks": [{"name": "a"})"), ContainsSubstring("found the end of the file"));
  CHECK_THAT(refused_text("{\"benchmarks\": [{\"name\": \"\xff\"}]}"), ContainsSubstring("byte 26"));
  CHECK_THAT(refused_text(R"({"benchmarks": [], "benchmarks": []})"), ContainsSubstring("a second time"));
  CHECK_THAT(refused_text("{\"x\": " + std::string(100'000, '[')), ContainsSubstring("nesting of at most 64"));
  CHECK_THAT(refused_text(R"({"benchmarks": [{"name": "a", "x": Nan}]})"), ContainsSubstring("byte 35"));
  CHECK_THAT(refused_text(R"({"benchmarks": [{"name": "a", "real_time": "fast"}]})"), ContainsSubstring("/benchmarks/0/real_time: expected a number"));
  CHECK_THAT(refused_text("{\"benchmarks\": [{\"name\": \"" + std::string(1 << 21, 'x') + "\"}]}"), ContainsSubstring("at most 1 MiB"));
}

TEST_CASE("what is no file of a bearable size is refused without a wait") {
  const Folder folder;
  CHECK_THAT(refused(folder, folder.path("missing.json")), ContainsSubstring("No such file"));
  CHECK_THAT(refused(folder, fs::path(folder.path("x")).parent_path().string()), ContainsSubstring("found a directory"));
  REQUIRE(::mkfifo(folder.path("pipe").c_str(), 0600) == 0);
  CHECK_THAT(refused(folder, folder.path("pipe")), ContainsSubstring("found a pipe or device"));
  const auto large = folder.file("large.json", report_of(""));
  fs::resize_file(large, (std::uintmax_t{1} << 30) + 1);
  CHECK_THAT(refused(folder, large), ContainsSubstring("expected at most 1024 MiB"));
}

TEST_CASE("of two bad reports the old one is named") {
  const auto ended = said({"no-old.json", "no-new.json"});
  CHECK_THAT(ended.err, ContainsSubstring("no-old.json"));
  CHECK(ended.err.find("no-new.json") == std::string::npos);
}

TEST_CASE("Ctrl-C ends the reading with 130 and without a word") {
  const Folder folder;
  const auto file = folder.file("a.json", report_of(R"({"name": "a"})"));
  const auto ended = said({file, file}, true);
  CHECK(ended.exit == Exit::kInterrupted);
  CHECK(ended.out + ended.err == "");
}
