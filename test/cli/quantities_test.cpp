#include <harness/cli/quantities.hpp>

#include <string>

#include "../catch.hpp"

using harness::cli::read_percent;
using harness::cli::read_seconds;

TEST_CASE("percentages carry their sign") {
  CHECK(*read_percent("--min-effect", "2%") == Approx(0.02));
  CHECK(*read_percent("--min-effect", "0.5%") == Approx(0.005));
  for (const auto* text : {"", "2", "%", "2 %", "-1%", "0%", "0.001%", "1e9%", "nan%", "inf%", "2%%", "0x2%"}) {
    INFO(text);
    const auto share = read_percent("--min-effect", text);
    REQUIRE(!share);
    CHECK(share.error().text() ==
          "--min-effect: expected a percentage from 0.01% to 1000%, found \"" + std::string(text) + "\"; write --min-effect=2%");
  }
}

TEST_CASE("times may carry a unit") {
  CHECK(*read_seconds("--budget", "5s") == Approx(5));
  CHECK(*read_seconds("--budget", "500ms") == Approx(0.5));
  CHECK(*read_seconds("--budget", "2min") == Approx(120));
  CHECK(*read_seconds("--budget", "0.25") == Approx(0.25));
  for (const auto* text : {"", "s", "5 s", "-1s", "0", "0.1ms", "25h", "nan", "1e3s", "5m"}) {
    INFO(text);
    const auto seconds = read_seconds("--budget", text);
    REQUIRE(!seconds);
    CHECK_THAT(seconds.error().text(), StartsWith("--budget: expected a time from 1ms to 24h"));
  }
}
