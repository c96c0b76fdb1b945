#include <harness/model/history.hpp>

#include "../catch.hpp"
#include "histories.hpp"

using namespace harness::model;

TEST_CASE("each metric has a word of its own, and the word leads back to it") {
  for (const Metric metric : kMetrics) CHECK(metric_of(metric_word(metric)) == metric);
  CHECK(metric_word(Metric::kTime) == "time");
  CHECK(metric_word(Metric::kP95) == "p95");
  CHECK(metric_word(Metric::kAllocBytes) == "alloc_bytes");
  CHECK(metric_word(Metric::kHeapGrowths) == "heap_growths");
  CHECK_FALSE(metric_of("Time"));
  CHECK_FALSE(metric_of(""));
}

TEST_CASE("time and its percentile carry noise, what the heap says does not") {
  CHECK_FALSE(is_exact(Metric::kTime));
  CHECK_FALSE(is_exact(Metric::kP95));
  for (const Metric metric : {Metric::kAllocs, Metric::kAllocBytes, Metric::kPeakHeapBytes, Metric::kHeapGrowths}) {
    CHECK(is_exact(metric));
  }
}

TEST_CASE("a run's time is its ratio to the pin, and what was not measured has no value") {
  RecordedRun run;
  run.ratio_to_pin = 1.25;
  run.real_seconds_per_call = 7;
  for (const Metric metric : kMetrics) CHECK(run.value(metric).has_value() == (metric == Metric::kTime));
  run.p95_seconds = 2, run.allocs = 3, run.alloc_bytes = 4, run.peak_heap_bytes = 5, run.heap_growths = 6;
  CHECK(run.value(Metric::kTime) == 1.25);
  CHECK(run.value(Metric::kP95) == 2.0);
  CHECK(run.value(Metric::kAllocs) == 3.0);
  CHECK(run.value(Metric::kAllocBytes) == 4.0);
  CHECK(run.value(Metric::kPeakHeapBytes) == 5.0);
  CHECK(run.value(Metric::kHeapGrowths) == 6.0);
  run.beyond = {Metric::kP95};
  CHECK(run.is_beyond(Metric::kP95));
  CHECK_FALSE(run.is_beyond(Metric::kTime));
}

TEST_CASE("a history is found by solver and case together") {
  Baseline baseline;
  baseline.cases = {histories::history("v1.0.0", "v1", "uniform/16"), histories::history("v1.0.0", "v1", "uniform/64"),
                    histories::history("v2.0.0", "v2", "uniform/64")};
  CHECK(baseline.find("v1.0.0", "uniform/64") == &baseline.cases[1]);
  CHECK(baseline.find("v2.0.0", "uniform/64") == &baseline.cases[2]);
  CHECK(baseline.find("v2.0.0", "uniform/16") == nullptr);
}

TEST_CASE("a change is relative to the mean, and there is none without a mean or from nothing") {
  MetricJudgement one;
  one.current = 1.5;
  CHECK_FALSE(one.change());
  one.mean = 0;
  CHECK_FALSE(one.change());
  one.mean = 2;
  CHECK(*one.change() == Approx(-0.25));
}

TEST_CASE("memory is worse or better where an exact metric is, both at once too, and time has no say in it") {
  CaseJudgement judgement;
  MetricJudgement time, allocs, peak;
  time.beyond = time.better = true;
  allocs.metric = Metric::kAllocs;
  peak.metric = Metric::kPeakHeapBytes;
  judgement.metrics = {time, allocs, peak};
  CHECK_FALSE(judgement.memory_worse());
  CHECK_FALSE(judgement.memory_better());
  judgement.metrics[1].better = true;
  CHECK(judgement.memory_better());
  CHECK_FALSE(judgement.memory_worse());
  judgement.metrics[2].beyond = true;
  CHECK(judgement.memory_better());
  CHECK(judgement.memory_worse());
  CHECK(judgement.find(Metric::kPeakHeapBytes) == &judgement.metrics[2]);
  CHECK(judgement.find(Metric::kP95) == nullptr);
}
