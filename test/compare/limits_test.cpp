#include <harness/compare/limits.hpp>

#include <limits>
#include <numeric>
#include <vector>

#include "../catch.hpp"

using namespace harness::compare;
using harness::model::BrokenLimit;
using harness::model::DeclaredLimits;
using harness::model::Measurement;

namespace {

DeclaredLimits limits_of(std::optional<double> qps, std::optional<double> p95, std::optional<std::uint64_t> bytes) {
  DeclaredLimits limits;
  limits.qps_target = qps;
  limits.p95_latency_seconds = p95;
  limits.mem_bytes_max = bytes;
  return limits;
}

// 1/512 s a call in the median, p95 = 95 ms, peak = 64 MiB.
Measurement measured() {
  Measurement row;
  row.samples = {{1.0, 0}, {1.0 / 512, 0}, {1.0 / 1024, 0}};
  auto& calls = row.latency.emplace().seconds_per_call;
  calls.resize(100);
  std::iota(calls.begin(), calls.end(), 1.0);
  for (double& call : calls) {
    call /= 1000;
  }
  row.memory.emplace().peak_heap_bytes = 64 << 20;
  return row;
}

}  // namespace

TEST_CASE("calls a second are those of the median process, and meeting the target exactly keeps it") {
  CHECK(broken_limits(limits_of(512, {}, {}), measured()).empty());
  const auto broken = broken_limits(limits_of(640, {}, {}), measured());
  REQUIRE(broken.size() == 1);
  CHECK(broken[0].limit == "qps_target");
  CHECK(broken[0].declared == 640);
  CHECK(broken[0].measured == 512);
  CHECK(missed_by(broken[0]) == Approx(0.2));
}

TEST_CASE("the latency is held against p95 in milliseconds") {
  CHECK(broken_limits(limits_of({}, 0.095, {}), measured()).empty());
  const auto broken = broken_limits(limits_of({}, 0.076, {}), measured());
  REQUIRE(broken.size() == 1);
  CHECK(broken[0].limit == "p95_latency_ms");
  CHECK(broken[0].declared == Approx(76));
  CHECK(broken[0].measured == Approx(95));
  CHECK(missed_by(broken[0]) == Approx(0.25));
}

TEST_CASE("the peak of the heap is held against the limit in MiB") {
  CHECK(broken_limits(limits_of({}, {}, 64 << 20), measured()).empty());
  const auto broken = broken_limits(limits_of({}, {}, (64 << 20) - 1), measured());
  REQUIRE(broken.size() == 1);
  CHECK(broken[0].limit == "mem_mb_max");
  CHECK(broken[0].declared == Approx(64));
  CHECK(broken[0].measured == 64);
  CHECK(missed_by(broken_limits(limits_of({}, {}, 32 << 20), measured())[0]) == 1);
}

TEST_CASE("every broken limit is told, in the order of the file's description") {
  const auto broken = broken_limits(limits_of(1e6, 1e-6, 1), measured());
  REQUIRE(broken.size() == 3);
  CHECK(broken[0].limit == "qps_target");
  CHECK(broken[1].limit == "p95_latency_ms");
  CHECK(broken[2].limit == "mem_mb_max");
}

TEST_CASE("a limit whose figure is missing is not judged") {
  const DeclaredLimits all = limits_of(1e6, 1e-6, 1);
  Measurement row = measured();
  row.latency.reset();
  row.memory.reset();
  CHECK(broken_limits(all, row).size() == 1);
  row.samples.clear();
  CHECK(broken_limits(all, row).empty());
  row.latency.emplace();  // a pass without a sample
  CHECK(broken_limits(all, row).empty());
}

TEST_CASE("a row that was not measured keeps its limits, and so does a promise that was not made") {
  for (const auto state :
       {Measurement::State::kFailed, Measurement::State::kSkipped, Measurement::State::kInterrupted}) {
    Measurement row = measured();
    row.state = state;
    CHECK(broken_limits(limits_of(1e6, 1e-6, 1), row).empty());
  }
  CHECK(broken_limits({}, measured()).empty());
}

TEST_CASE("a call faster than the clock keeps every target") {
  Measurement row = measured();
  row.samples = {{0, 0}};
  CHECK(broken_limits(limits_of(1e18, {}, {}), row).empty());
}

TEST_CASE("a worker that was ended at its limit missed it by more than any number") {
  CHECK(missed_by({"mem_mb_max", 64, std::numeric_limits<double>::infinity()}) ==
        std::numeric_limits<double>::infinity());
}
