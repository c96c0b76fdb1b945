#include <harness/report/figures.hpp>

#include <cmath>
#include <limits>

#include "../catch.hpp"
#include "rows.hpp"

using namespace harness::report;

TEST_CASE("a time has three significant digits and the unit of its magnitude") {
  CHECK(time_text(1.234e-6) == "1.23 μs");
  CHECK(time_text(89.0e-9) == "89.0 ns");
  CHECK(time_text(4.149e-3) == "4.15 ms");
  CHECK(time_text(0.81249) == "812 ms");
  CHECK(time_text(12.3) == "12.3 s");
  CHECK(time_text(4321) == "4321 s");
  CHECK(time_text(36'000) == "10.0 h");
  CHECK(time_text(0.2e-9) == "0.200 ns");
  CHECK(time_text(1.5e-12) == "0.002 ns");
  CHECK(time_text(1.23e-6, false) == "1.23 us");
}

TEST_CASE("a time that rounds up to the next unit is written in it") {
  CHECK(time_text(9.996e-9) == "10.0 ns");
  CHECK(time_text(99.96e-9) == "100 ns");
  CHECK(time_text(999.4e-9) == "999 ns");
  CHECK(time_text(999.6e-9) == "1.00 μs");
  CHECK(time_text(999.6e-6) == "1.00 ms");
  CHECK(time_text(999.6e-3) == "1.00 s");
  CHECK(time_text(0.9996e-9) == "1.00 ns");
}

TEST_CASE("times of every magnitude keep to eight characters") {
  for (double seconds = 1e-12; seconds < 1e6; seconds *= 1.0137) {
    CHECK(characters_in(time_text(seconds)) <= 8);
    CHECK(characters_in(rate_text(1 / seconds)) <= 7);
  }
}

TEST_CASE("what is no finite time is no number, and nothing is nothing") {
  CHECK(time_text(0) == "0 ns");
  CHECK(time_text(-2e-6) == "-2.00 μs");
  CHECK(time_text(std::nan("")) == "?");
  CHECK(time_text(std::numeric_limits<double>::infinity()) == "?");
  CHECK(rate_text(std::numeric_limits<double>::infinity()) == "?");
  CHECK(rate_text(-1) == "?");
}

TEST_CASE("a rate has a prefix of its magnitude") {
  CHECK(rate_text(11.2e6) == "11.2M/s");
  CHECK(rate_text(812e3) == "812k/s");
  CHECK(rate_text(89.1) == "89.1/s");
  CHECK(rate_text(4.76e9) == "4.76G/s");
  CHECK(rate_text(999.6) == "1.00k/s");
  CHECK(rate_text(0.25) == "0.25/s");
  CHECK(rate_text(0) == "0.00/s");
}

TEST_CASE("bytes are decimal, with one digit after the point while there is room for it") {
  CHECK(bytes_text(1.2e6) == "1.2MB");
  CHECK(bytes_text(410e3) == "410KB");
  CHECK(bytes_text(80) == "80B");
  CHECK(bytes_text(0) == "0B");
  CHECK(bytes_text(999) == "999B");
  CHECK(bytes_text(1000) == "1.0KB");
  CHECK(bytes_text(99'940) == "99.9KB");
  CHECK(bytes_text(99'960) == "100KB");
  CHECK(bytes_text(999'600) == "1.0MB");
  CHECK(bytes_text(3.25e9) == "3.2GB");
  CHECK(bytes_text(-1.2e6) == "-1.2MB");
  CHECK(bytes_text(std::nan("")) == "?");
}

TEST_CASE("a leak of less than a byte a call is not nothing") {
  CHECK(bytes_text(0.04) == "0.04B");
  CHECK(bytes_text(0.0001) == "<0.01B");
  CHECK(bytes_text(12.5) == "12.5B");
  CHECK(count_text(0.0001) == "<0.01");
}

TEST_CASE("whole counts are exact below a million") {
  CHECK(count_text(0) == "0");
  CHECK(count_text(10010) == "10010");
  CHECK(count_text(999'999) == "999999");
  CHECK(count_text(1'048'576) == "1.05M");
  CHECK(count_text(12.3e9) == "12.3G");
  CHECK(count_text(2.5) == "2.50");
  CHECK(count_text(123456.5) == "123456");
  CHECK(count_text(-3) == "-3");
  CHECK(count_text(std::numeric_limits<double>::infinity()) == "?");
}

TEST_CASE("bytes and counts of every magnitude keep to six characters, and absurd ones stay short") {
  for (double amount = 1e-6; amount < 9e17; amount *= 1.0137) {
    CAPTURE(amount);
    CHECK(bytes_text(amount).size() <= 6);
    CHECK(count_text(amount).size() <= 6);
  }
  CHECK(count_text(1e300).size() < 12);
  CHECK(bytes_text(1e300).size() < 12);
  CHECK(rate_text(1e300).size() < 12);
}

TEST_CASE("a percentile is a time that was measured, by nearest rank") {
  harness::model::Latency latency;
  for (int i = 1; i <= 20; ++i) {
    latency.seconds_per_call.push_back(i);
  }
  CHECK(percentile(latency, 0.5) == 10);
  CHECK(percentile(latency, 0.95) == 19);
  CHECK(percentile(latency, 0.951) == 20);
  CHECK(percentile(latency, 0.99) == 20);
  CHECK(percentile(latency, 0) == 1);
  CHECK(percentile(latency, 1) == 20);
  latency.seconds_per_call = {7};
  CHECK(percentile(latency, 0.5) == 7);
  CHECK(percentile(latency, 0.99) == 7);
}

TEST_CASE("a tail is long when p95 is beyond 1.5 times p50, and too few samples have none") {
  const auto row = rows::measured("v1.0.0", "uniform", "16", 1e-6);
  CHECK(has_long_tail(*rows::with_latency(row, 1, 1.6).latency));
  CHECK_FALSE(has_long_tail(*rows::with_latency(row, 1, 1.5).latency));
  CHECK_FALSE(has_long_tail(*rows::with_latency(row, 0, 1).latency));
  harness::model::Latency few;
  few.seconds_per_call.assign(18, 1);
  few.seconds_per_call.push_back(100);
  CHECK_FALSE(has_long_tail(few));
}

TEST_CASE("samples are counted with the calls that they hold") {
  const auto row = rows::measured("v1.0.0", "uniform", "16", 1e-6);
  CHECK(samples_text(*rows::with_latency(row, 1, 1).latency) == "100 samples");
  CHECK(samples_text(*rows::with_latency(row, 1, 1, 32).latency) == "100 samples of 32 calls");
}

TEST_CASE("a spread is as wide whatever it is") {
  CHECK(spread_text(0.012) == "± 1.2 %");
  CHECK(spread_text(0.123) == "±12.3 %");
  CHECK(spread_text(1.23) == "± 123 %");
  CHECK(spread_text(0) == "± 0.0 %");
  CHECK(spread_text(0.012, false) == "+- 1.2 %");
}

TEST_CASE("a ratio loses decimals as it grows, and its spread has as many") {
  CHECK(ratio_text(1.338, 1.338) == "1.34");
  CHECK(ratio_text(0.021, 1.338) == "0.02");
  CHECK(ratio_text(12.34, 12.34) == "12.3");
  CHECK(ratio_text(1043.2, 1043.2) == "1043");
  CHECK(ratio_text(0.5, 12.34) == "0.5");
  CHECK(ratio_text(1.2e7, 1.2e7) == "1.2e+07");
}

TEST_CASE("text of others cannot steer the terminal") {
  CHECK(printable("plain text, [0, 1] | μ") == "plain text, [0, 1] | μ");
  CHECK(printable("\x1b[31mred\x07") == "\\x1b[31mred\\x07");
  CHECK(printable("two\nlines\r\n\tend") == "two lines   end");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\x9b31m");  // CSI as one C1 character
  CHECK(printable("a\xe2\x80\xae"
                  "b") == "a\\u202eb");  // right-to-left override
  CHECK(printable(std::string("\0x", 2)) == "\\x00x");
}

TEST_CASE("bytes that are not UTF-8 are shown as bytes") {
  CHECK(printable("\xff\xfe") == "\\xff\\xfe");
  CHECK(printable("\xc0\xaf") == "\\xc0\\xaf");                    // overlong
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // surrogate
  CHECK(printable("\xe2\x82") == "\\xe2\\x82");                    // cut short
  CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
  CHECK(printable("\xf0\x9f\x98\x80") == "\xf0\x9f\x98\x80");
  CHECK(printable("5 μs \xff", false) == "5 ?s ?");
}

TEST_CASE("long text ends in an ellipsis") {
  CHECK(printable("abcdef", true, 3) == "abc…");
  CHECK(printable("abc", true, 3) == "abc");
  CHECK(printable(std::string(1'000'000, 'x')).size() < 500);
  CHECK(cut("μμμμ", 3, true) == "μμ…");
  CHECK(cut("abcdef", 5, false) == "ab...");
  CHECK(cut("abcdef", 6, false) == "abcdef");
  CHECK(cut("abcdef", 2, false).empty());
}

TEST_CASE("padding counts characters, not bytes") {
  CHECK(padded_right("μs", 4) == "μs  ");
  CHECK(padded_left("μs", 4) == "  μs");
  CHECK(padded_left("longer", 3) == "longer");
}

TEST_CASE("a row's figures are medians over its processes") {
  auto row = rows::trial("v1.0.0", "uniform", "16");
  row.samples = {{4, 2}, {1, 1}, {2, 2}, {2, 9}};
  const Figures figures = figures_of(row);
  CHECK(figures.seconds == 2);
  CHECK(figures.cpu_seconds == 2);
  CHECK(figures.spread == Approx(0.75));
  CHECK(figures.processes == 4);
  CHECK(figures.noisy());
  CHECK_FALSE(figures.cpu_differs());
}

TEST_CASE("CPU time differs from real time beyond five per cent, and a time of nothing has no share") {
  CHECK_FALSE(figures_of(rows::measured("v1", "d", "c", 1e-6, 0, 0.96)).cpu_differs());
  CHECK(figures_of(rows::measured("v1", "d", "c", 1e-6, 0, 0.94)).cpu_differs());
  CHECK(figures_of(rows::measured("v1", "d", "c", 1e-6, 0, 1.06)).cpu_differs());
  CHECK_FALSE(figures_of(rows::measured("v1", "d", "c", 0, 0, 1)).cpu_differs());
}
