#include <harness/compare/diff.hpp>

#include <algorithm>

#include <fmt/format.h>

#include "../catch.hpp"

using namespace harness;
using compare::Difference;
using compare::Document;
using compare::EntrySummary;
using Entries = std::map<std::string, EntrySummary>;
using Lines = std::vector<std::string>;

namespace {

Result<Entries> try_entries(const std::string& rows, bool by_case = false) {
  const auto report = model::read_benchmark_report("{\"benchmarks\": [" + rows + "]}", "r.json");
  INFO((report ? "" : report.error().text()));
  REQUIRE(report);
  Document document(by_case);
  for (const auto& row : report->entries) {
    if (const auto added = document.add(row, "r.json"); !added) return tl::unexpected(added.error());
  }
  return document.take();
}

Entries entries(const std::string& rows, bool by_case = false) {
  auto made = try_entries(rows, by_case);
  INFO((made ? "" : made.error().text()));
  REQUIRE(made);
  return *made;
}

std::string text(const compare::Member& member) {
  return std::visit([](const auto& value) { return fmt::format("{}", value); }, member);
}

// `op name member old -> new pct verdict`, `-` for what is not there.
Lines differences(const Entries& before, const Entries& after) {
  Lines lines;
  compare::diff(before, after, [&](const Difference& one) {
    const char* op = one.op == Difference::Op::kAdd ? "add" : one.op == Difference::Op::kRemove ? "remove" : "modify";
    lines.push_back(fmt::format("{} {} {} {} -> {} {} {}", op, one.name, one.member.empty() ? "-" : one.member,
                                one.old_value ? text(*one.old_value) : "-", one.new_value ? text(*one.new_value) : "-",
                                one.percent ? fmt::format("{}", *one.percent) : "-",
                                one.verdict ? model::verdict_word(*one.verdict) : "-"));
  });
  return lines;
}

Lines differences(const std::string& before, const std::string& after, bool by_case = false) {
  return differences(entries(before, by_case), entries(after, by_case));
}

// Repetitions of one benchmark with these times.
std::string repeated(const std::vector<double>& times, const std::string& name = "a") {
  std::string rows;
  for (const double time : times) {
    rows += fmt::format(R"({}{{"name": "{}", "run_type": "iteration", "repetitions": {}, "cpu_time": {}, "time_unit": "ns"}})",
                        rows.empty() ? "" : ", ", name, times.size(), time);
  }
  return rows;
}

std::string aggregate(const std::string& what, double time, const std::string& more = "") {
  return fmt::format(R"({{"name": "a_{0}", "run_name": "a", "run_type": "aggregate", "repetitions": 5, "aggregate_name": "{0}",
                          "iterations": 5, "cpu_time": {1}, "time_unit": "ns"{2}}})",
                     what, time, more);
}

}  // namespace

TEST_CASE("equal reports differ in nothing, whatever is in them") {
  const auto report = R"({"name": "a", "real_time": NaN, "cpu_time": 2, "x": -Infinity, "label": "l"}, {"name": "b", "error_occurred": true},
                         {"name": "a_BigO", "run_name": "a", "run_type": "aggregate", "aggregate_name": "BigO", "big_o": "N", "cpu_coefficient": 2})";
  CHECK(differences(report, report).empty());
  CHECK(differences("", "").empty());
}

TEST_CASE("every member that differs is a difference, with the change in percent of the old value") {
  CHECK(differences(R"({"name": "a", "cpu_time": 100, "real_time": 80, "time_unit": "ns", "hits": 4, "gone": 1, "label": "x"})",
                    R"({"name": "a", "cpu_time": 110, "real_time": 80, "time_unit": "ns", "hits": 3, "fresh": 0, "label": "y"})") ==
        Lines{"modify a cpu_time 100 -> 110 10 cannot-tell", "add a fresh - -> 0 - -", "remove a gone 1 -> - - -",
              "modify a hits 4 -> 3 -25 -", "modify a label x -> y - -"});
}

TEST_CASE("there is no percentage of nothing, of what is negative, and of what is no number") {
  CHECK(differences(R"({"name": "a", "w": 0, "x": -4, "y": NaN, "z": 1e-300})", R"({"name": "a", "w": 1, "x": 4, "y": 3, "z": 1e300})") ==
        Lines{"modify a w 0 -> 1 - -", "modify a x -4 -> 4 - -", "modify a y nan -> 3 - -", "modify a z 1e-300 -> 1e+300 - -"});
  CHECK(differences(R"({"name": "a", "x": 4})", R"({"name": "a", "x": -4})") == Lines{"modify a x 4 -> -4 -200 -"});
  CHECK(differences(R"({"name": "a", "x": NaN, "y": Infinity})", R"({"name": "a", "x": -Infinity, "y": NaN})").empty());
}

TEST_CASE("a percentage has nine decimals, and a change too small for that is still told") {
  CHECK(differences(R"({"name": "a", "x": 0.0035, "y": 1, "z": 3})", R"({"name": "a", "x": 0.007, "y": 1.0000000000001, "z": 2})") ==
        Lines{"modify a x 0.0035 -> 0.007 100 -", "modify a y 1 -> 1.0000000000001 9.992007221626409e-12 -", "modify a z 3 -> 2 -33.333333333 -"});
}

TEST_CASE("what merely says how it was measured is not compared") {
  CHECK(differences(R"({"name": "a", "iterations": 10, "family_index": 0, "per_family_instance_index": 0, "repetitions": 1, "repetition_index": 0, "threads": 1, "cpu_time": 1})",
                    R"({"name": "a", "iterations": 99, "family_index": 7, "per_family_instance_index": 4, "repetitions": 2, "repetition_index": 1, "threads": 2, "cpu_time": 1})")
            .empty());
}

TEST_CASE("an entry of one report only is new or missing, whole") {
  const auto before = entries(R"({"name": "a", "cpu_time": 1}, {"name": "gone", "cpu_time": 2, "label": "l"})");
  const auto after = entries(R"({"name": "a", "cpu_time": 1}, {"name": "fresh", "cpu_time": 3})");
  CHECK(differences(before, after) == Lines{"add fresh - - -> - - new", "remove gone - - -> - - missing"});
  compare::diff(before, after, [&](const Difference& one) {
    CHECK((one.old_entry != nullptr) == (one.op == Difference::Op::kRemove));
    CHECK((one.new_entry != nullptr) == (one.op == Difference::Op::kAdd));
  });
  CHECK(before.at("gone").members == std::vector<std::pair<std::string, compare::Member>>{{"cpu_time", 2.0}, {"label", "l"}});
}

TEST_CASE("differences come in the order of their paths, in which a slash is ~1 and a tilde ~0") {
  const auto of = [](double time) {
    std::string rows;
    for (const char* name : {"a/b", "a", "a-b", "a~b", "ab", "a b", "\xc3\xa4", "a\x7f" "b"}) {
      rows += fmt::format(R"({}{{"name": "{}", "m/s": {}, "m": {}, "mz": {}, "m~": {}}})", rows.empty() ? "" : ", ", name, time, time, time, time);
    }
    return rows;
  };
  const auto escaped = [](const std::string& name) {
    std::string token;
    for (const char c : name) token += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return token;
  };
  Lines paths;
  compare::diff(entries(of(1) + R"(, {"name": "a!"}, {"name": "a0"})"), entries(of(2) + R"(, {"name": "a."})"), [&](const Difference& one) {
    paths.push_back("/" + escaped(one.name) + (one.member.empty() ? "" : "/" + escaped(one.member)));
  });
  CHECK(paths.size() == 8 * 4 + 3);
  CHECK(std::is_sorted(paths.begin(), paths.end()));
  CHECK(paths[0] == "/a b/m");
}

TEST_CASE("repetitions are one entry of their medians, in whatever order they come") {
  const auto both = entries(repeated({9, 1, 5, 3}, "a") + ", " + repeated({7}, "b") + ", " + repeated({200}, "a"));
  CHECK(both.size() == 2);
  CHECK(both.at("a").members == std::vector<std::pair<std::string, compare::Member>>{{"cpu_time", 5.0}, {"time_unit", "ns"}});
  CHECK(both.at("a").repetitions == 5);
  CHECK(both.at("b").repetitions == 1);
  CHECK_FALSE(both.at("b").cpu_sd);
  const auto counted = entries(R"({"name": "a", "hits": 1, "misses": 10, "label": "first"}, {"name": "a", "misses": 30, "hits": 3, "label": "second", "late": 2},
                                  {"name": "a", "late": 4, "hits": 2})");
  CHECK(counted.at("a").members == std::vector<std::pair<std::string, compare::Member>>{{"hits", 2.0}, {"label", "first"}, {"late", 3.0}, {"misses", 20.0}});
}

TEST_CASE("a hundred counters that come in another order each time keep to their names") {
  std::string rows;
  for (int row = 0; row < 3; ++row) {
    rows += row == 0 ? R"({"name": "a")" : R"(, {"name": "a")";
    for (int i = 0; i < 100; ++i) rows += fmt::format(R"(, "c{}": {})", (i * 37 + row * 11) % 100, (i * 37 + row * 11) % 100 + 1000 * row);
    rows += "}";
  }
  const auto made = entries(rows);
  REQUIRE(made.at("a").members.size() == 100);
  for (const auto& [name, value] : made.at("a").members) CHECK(std::get<double>(value) == std::stod(name.substr(1)) + 1000);
}

TEST_CASE("a change of time is suspect beyond two sigma of the old repetitions and from 5 % on, in either direction") {
  // Range 2 of three values: sigma 2 / 1.693 = 1.18, twice that 2.36.
  const auto before = repeated({99, 100, 101});
  CHECK(differences(before, repeated({106, 106, 106})) == Lines{"modify a cpu_time 100 -> 106 6 suspect"});
  CHECK(differences(before, repeated({94, 94, 94})) == Lines{"modify a cpu_time 100 -> 94 -6 suspect"});
  CHECK(differences(before, repeated({104})) == Lines{"modify a cpu_time 100 -> 104 4 same"});
  CHECK(differences(repeated({90, 100, 110}), repeated({120, 120})) == Lines{"modify a cpu_time 100 -> 120 20 same"});
  CHECK(differences(repeated({90, 100, 110}), repeated({124, 124})) == Lines{"modify a cpu_time 100 -> 124 24 suspect"});
  CHECK(differences(repeated({100, 100, 100}), repeated({105})) == Lines{"modify a cpu_time 100 -> 105 5 suspect"});
}

TEST_CASE("fewer than three repetitions say nothing about noise") {
  CHECK(differences(repeated({100}), repeated({1000, 1000, 1000})) == Lines{"modify a cpu_time 100 -> 1000 900 cannot-tell"});
  CHECK(differences(repeated({100, 100}), repeated({1000, 1000, 1000})) == Lines{"modify a cpu_time 100 -> 1000 900 cannot-tell"});
  CHECK(differences(R"({"name": "a", "cpu_time": 1}, {"name": "a", "cpu_time": NaN}, {"name": "a", "cpu_time": 1})", repeated({3})) ==
        Lines{"modify a cpu_time nan -> 3 - cannot-tell", "add a time_unit - -> ns - -"});
}

TEST_CASE("of aggregates alone the median counts, else the mean, and their stddev is the noise") {
  const auto sigma = aggregate("stddev", 2) + ", " + aggregate("cv", 0.02, R"(, "aggregate_unit": "percentage")");
  const auto before = aggregate("mean", 110) + ", " + aggregate("median", 100) + ", " + sigma;
  CHECK(entries(before).size() == 1);
  CHECK(entries(before).at("a").repetitions == 5);
  CHECK(entries(before).at("a").cpu_sd == 2.0);
  CHECK(differences(before, repeated({106})) == Lines{"modify a cpu_time 100 -> 106 6 suspect"});
  CHECK(differences(before, repeated({103})) == Lines{"modify a cpu_time 100 -> 103 3 same"});
  CHECK(differences(aggregate("mean", 110) + ", " + sigma, repeated({100})) == Lines{"modify a cpu_time 110 -> 100 -9.090909091 suspect"});
  CHECK(differences(aggregate("median", 100), repeated({120})) == Lines{"modify a cpu_time 100 -> 120 20 cannot-tell"});
}

TEST_CASE("aggregates beside the repetitions that they are of are not compared, but a program's own are") {
  const auto made = entries(repeated({1, 2, 3}) + ", " + aggregate("mean", 50) + ", " + aggregate("median", 50) + ", " + aggregate("stddev", 50) +
                            ", " + aggregate("worst", 3));
  CHECK(made.size() == 2);
  CHECK(std::get<double>(made.at("a").members[0].second) == 2);
  CHECK(std::get<double>(made.at("a_worst").members[0].second) == 3);
}

TEST_CASE("spreads without anything that they are of are entries of their own") {
  const auto made = entries(aggregate("stddev", 2) + ", " + aggregate("cv", 0.02));
  CHECK(made.size() == 2);
  CHECK(std::get<double>(made.at("a_stddev").members[0].second) == 2);
  CHECK(made.at("a_cv").percentage);
}

TEST_CASE("BigO and RMS rows are compared under their own names") {
  const auto rows = [](double coefficient, const char* big_o, double rms) {
    return fmt::format(R"({{"name": "a_BigO", "run_name": "a", "run_type": "aggregate", "aggregate_name": "BigO", "cpu_coefficient": {}, "real_coefficient": 4,
                           "big_o": "{}", "time_unit": "ns"}},
                          {{"name": "a_RMS", "run_name": "a", "run_type": "aggregate", "aggregate_name": "RMS", "aggregate_unit": "percentage", "rms": {}}})",
                       coefficient, big_o, rms);
  };
  CHECK(differences(rows(2, "N", 0.25), rows(3, "N^2", 0.5)) ==
        Lines{"modify a_BigO big_o N -> N^2 - -", "modify a_BigO cpu_coefficient 2 -> 3 50 -", "modify a_RMS rms 0.25 -> 0.5 100 -"});
}

TEST_CASE("times of another unit are put into the old one's, exactly, and the unit is a difference too") {
  CHECK(differences(R"({"name": "a", "cpu_time": 1500, "real_time": 2, "time_unit": "us", "hits": 7})",
                    R"({"name": "a", "cpu_time": 1.1, "real_time": 0.002, "time_unit": "ms", "hits": 7})") ==
        Lines{"modify a cpu_time 1500 -> 1100 -26.666666667 cannot-tell", "modify a time_unit us -> ms - -"});
  CHECK(differences(R"({"name": "a", "cpu_time": 1, "time_unit": "s"})", R"({"name": "a", "cpu_time": 1, "time_unit": "ns"})") ==
        Lines{"modify a cpu_time 1 -> 1e-09 -99.9999999 cannot-tell", "modify a time_unit s -> ns - -"});
  CHECK(differences(R"({"name": "a_BigO", "run_type": "aggregate", "aggregate_name": "BigO", "cpu_coefficient": 2, "time_unit": "us"})",
                    R"({"name": "a_BigO", "run_type": "aggregate", "aggregate_name": "BigO", "cpu_coefficient": 2000, "time_unit": "ns"})") ==
        Lines{"modify a_BigO time_unit us -> ns - -"});
}

TEST_CASE("shares have no unit to be put into") {
  const auto share = [](const char* unit) {
    return fmt::format(R"({{"name": "a_zz", "run_name": "a", "run_type": "aggregate", "aggregate_name": "zz", "aggregate_unit": "percentage", "cpu_time": 0.1, "time_unit": "{}"}})", unit);
  };
  CHECK(differences(share("ns"), share("us")) == Lines{"modify a_zz time_unit ns -> us - -"});
}

TEST_CASE("what failed or was skipped has words instead of times") {
  const auto good = R"({"name": "a", "cpu_time": 4, "time_unit": "ns", "hits": 1})";
  CHECK(differences(good, R"({"name": "a", "error_occurred": true, "error_message": "no \"file\"", "cpu_time": 0, "time_unit": "ns", "hits": 0})") ==
        Lines{"remove a cpu_time 4 -> - - -", "add a error_message - -> no \"file\" - -", "remove a hits 1 -> - - -"});
  CHECK(differences(R"({"name": "a", "skipped": true, "time_unit": "ns"})", good) ==
        Lines{"add a cpu_time - -> 4 - -", "add a hits - -> 1 - -", "remove a skip_message  -> - - -"});
  const auto one_failed = entries(repeated({5, 7, 9}) + R"(, {"name": "a", "cpu_time": 0, "error_occurred": true, "error_message": "once"})");
  CHECK(one_failed.at("a").repetitions == 3);
  CHECK(one_failed.at("a").members == std::vector<std::pair<std::string, compare::Member>>{{"cpu_time", 7.0}, {"error_message", "once"}, {"time_unit", "ns"}});
}

TEST_CASE("by case, two versions of a solver are one entry, and other names stay") {
  CHECK(differences(R"({"name": "two-sum/v1.0.0/uniform/64", "x": 1}, {"name": "BM_a/1/2/3", "x": 1}, {"name": "BM_b/8", "x": 1})",
                    R"({"name": "two-sum/v2.0.0-optimized/uniform/64", "x": 2}, {"name": "BM_a/1/2/3", "x": 2}, {"name": "BM_b/8", "x": 2})", true) ==
        Lines{"modify BM_a/1/2/3 x 1 -> 2 100 -", "modify BM_b/8 x 1 -> 2 100 -", "modify two-sum/uniform/64 x 1 -> 2 100 -"});
  CHECK(differences(R"({"name": "two-sum/v1.0.0/uniform/64", "x": 1})", R"({"name": "two-sum/v2.0.0/uniform/64", "x": 1})") ==
        Lines{"remove two-sum/v1.0.0/uniform/64 - - -> - - missing", "add two-sum/v2.0.0/uniform/64 - - -> - - new"});
}

TEST_CASE("by case, a second solver of the same case is refused") {
  const auto twice = try_entries(R"({"name": "two-sum/v1.0.0/uniform/64"}, {"name": "two-sum/v1.0.0/uniform/64"}, {"name": "two-sum/v2.0.0/uniform/64"})", true);
  REQUIRE_FALSE(twice);
  CHECK(twice.error().exit == Exit::kUsage);
  CHECK(twice.error().text() ==
        "r.json: two-sum/uniform/64: expected one solver a case, found v1.0.0 and v2.0.0; compare without --by=case, or reports of one solver each");
  CHECK_FALSE(try_entries(R"({"name": "two-sum/uniform/64"}, {"name": "two-sum/v2.0.0/uniform/64"})", true));
}
