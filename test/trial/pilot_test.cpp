#include <harness/trial/pilot.hpp>

#include "../catch.hpp"

using namespace harness;
using trial::predict_seconds;

TEST_CASE("a larger size is predicted by the power law through the two largest sizes so far") {
  CHECK(predict_seconds({{1024, 1e-3}, {4096, 16e-3}}, 16384) == Approx(256e-3));
  CHECK(predict_seconds({{16, 5.0}, {1024, 1e-3}, {4096, 4e-3}}, 65536) == Approx(64e-3));
}

TEST_CASE("with fewer than two sizes, or times too short to judge by, nothing is predicted") {
  CHECK(predict_seconds({}, 1000) == 0);
  CHECK(predict_seconds({{100, 1.0}}, 1000) == 0);
  CHECK(predict_seconds({{16, 1e-9}, {256, 50e-6}}, 65536) == 0);
}

TEST_CASE("the exponent stays within reason: faster on a larger size predicts no gain, noise no explosion") {
  CHECK(predict_seconds({{100, 2e-3}, {1000, 1e-3}}, 10000) == Approx(1e-3));
  CHECK(predict_seconds({{1000, 1e-9}, {1001, 1e-3}}, 2002) == Approx(64e-3));
}

TEST_CASE("a failure is one line with the worker's last words, control characters made harmless") {
  worker::Failure failure;
  failure.text = "crashed: SIGABRT";
  CHECK(trial::in_one_line(failure) == "crashed: SIGABRT");
  failure.output = "starting\nassertion \x1b[31mfailed\n\n";
  CHECK(trial::in_one_line(failure) == "crashed: SIGABRT (its last words: assertion ?[31mfailed)");
}
