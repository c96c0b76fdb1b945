#include <harness/report/trace.hpp>

#include <cmath>
#include <limits>

#include <boost/json.hpp>

#include "../catch.hpp"

using namespace harness;
using harness::report::chrome_trace;
namespace json = boost::json;

namespace {

model::TimelineEvent event(const std::string& trial, const std::string& step, std::int64_t process, double begin,
                           double seconds) {
  return {trial, step, "two-sum-v2.0.0.so", process, begin, seconds, ""};
}

json::array events_of(const std::vector<model::TimelineEvent>& events) {
  return json::parse(chrome_trace(events, {})).at("traceEvents").as_array();
}

}  // namespace

TEST_CASE("a step is a complete event in microseconds, labelled with solver and case") {
  const auto events = events_of({event("two-sum/v2.0.0/uniform/64", "run", 41, 1.5, 0.25)});
  REQUIRE(events.size() == 3);
  CHECK(events[2] == json::parse(R"({"ph": "X", "name": "run", "cat": "two-sum/v2.0.0/uniform/64", "pid": 41, "tid": 41,
    "ts": 1500000, "dur": 250000, "args": {"solver": "two-sum/v2.0.0", "case": "uniform/64", "step": "run",
    "library": "two-sum-v2.0.0.so"}})"));
}

TEST_CASE("each worker has a track with a name, told once") {
  const auto events =
      events_of({event("two-sum/v2.0.0/a", "load", 41, 0, 1), event("two-sum/v2.0.0/a", "run", 41, 1, 1),
                 event("two-sum/v2.0.0/b", "load", 42, 2, 1)});
  std::vector<std::string> names;
  for (const auto& one : events) {
    if (one.at("ph") != "M") continue;
    CHECK(one.at("pid") == one.at("tid"));
    names.emplace_back(one.at("name").as_string());
    names.emplace_back(one.at("args").at("name").as_string());
  }
  CHECK(names == std::vector<std::string>{"process_name", "worker 41: two-sum-v2.0.0.so", "thread_name", "worker 41",
                                          "process_name", "worker 42: two-sum-v2.0.0.so", "thread_name", "worker 42"});
  CHECK(events.size() == 7);
}

TEST_CASE("a step that failed says why, and one of no trial is the harness's own") {
  auto failed = event("two-sum/v2.0.0/a", "run", 41, 0, 1);
  failed.failed = "signal 11: \"crash\"\n";
  const auto events = events_of({failed, {"", "scan", "", 0, 0, 1, ""}});
  CHECK(events[2].at("args").at("failed") == failed.failed.c_str());
  CHECK(events[3].at("args").at("name") == "harness");
  CHECK(events[5].at("cat") == "harness");
  CHECK(events[5].at("args").at("solver") == "");
  CHECK(events[5].at("args").at("case") == "");
  CHECK_FALSE(events[5].at("args").as_object().contains("failed"));
}

TEST_CASE("a trial's name parts into solver and case, and stays one category") {
  const auto events = events_of({event("BM_Sort/64", "run", 41, 0, 1), event("a/b/c,d", "run", 41, 1, 1)});
  CHECK(events[2].at("args").at("solver") == "");
  CHECK(events[2].at("args").at("case") == "BM_Sort/64");
  CHECK(events[3].at("args").at("case") == "c,d");
  CHECK(events[3].at("cat") == "a/b/c;d");
}

TEST_CASE("times that are none, texts that are no UTF-8 and keys that come again leave a trace valid") {
  auto odd = event("a/b/\xff\n", "r\"un", -1, -1, std::numeric_limits<double>::quiet_NaN());
  const auto trace = json::parse(chrome_trace({odd}, {{"machine", "m\x01"}, {"machine", "again"}, {"run_id", "r1"}}));
  CHECK(trace.at("traceEvents").at(2).at("ts") == 0);
  CHECK(trace.at("traceEvents").at(2).at("dur") == 0);
  CHECK(trace.at("traceEvents").at(2).at("args").at("case") == "\xef\xbf\xbd\n");
  CHECK(trace.at("otherData") == json::parse(R"({"machine": "m\u0001", "run_id": "r1"})"));
  CHECK(trace.at("displayTimeUnit") == "ms");
}

TEST_CASE("the trace of a run that never began is valid") {
  CHECK(json::parse(chrome_trace({}, {})).at("traceEvents").as_array().empty());
}
