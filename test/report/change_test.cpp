#include <harness/report/change.hpp>

#include <cmath>
#include <limits>

#include <harness/report/comparison.hpp>
#include <harness/report/figures.hpp>

#include "../catch.hpp"
#include "comparisons.hpp"

using namespace harness::report;

TEST_CASE("a change has a sign, two digits or a decimal, and becomes a factor beyond three times") {
  CHECK(change_text(std::log(1.021)) == "+2.1%");
  CHECK(change_text(std::log(0.72)) == "-28%");
  CHECK(change_text(std::log(1.004)) == "+0.4%");
  CHECK(change_text(std::log(0.996)) == "-0.4%");
  CHECK(change_text(0) == "0.0%");
  CHECK(change_text(std::log(0.9999)) == "0.0%");
  CHECK(change_text(std::log(2.99)) == "+199%");
  CHECK(change_text(std::log(3.1)) == "x3.1");
  CHECK(change_text(std::log(31.4)) == "x31");
  CHECK(change_text(std::log(1e7)) == "x1.0e+07");
}

TEST_CASE("what is not all of the time is never told as -100%") {
  CHECK(change_text(std::log(0.011)) == "-99%");
  CHECK(change_text(std::log(0.0003)) == "-99.97%");
  CHECK(change_text(std::log(0.0000031)) == "x3.1e-06");
}

TEST_CASE("a change that is no number is a question mark") {
  CHECK(change_text(std::nan("")) == "?");
  CHECK(change_text(std::numeric_limits<double>::infinity()) == "?");
  CHECK(percent_text(std::nan(""), 1) == "?");
}

TEST_CASE("an interval has as many decimals as it is narrow") {
  using comparisons::Verdict;
  const auto interval = [](double log_ratio, double half) {
    return interval_text(comparisons::measured("x", Verdict::kSame, 1, 1, log_ratio, half, 0.1));
  };
  CHECK(interval(-0.3313, 0.0028) == "-28.2 % [-28.4, -28.0]");
  CHECK(interval(0.0101, 0.0004) == "+1.02 % [+0.97, +1.06]");
  CHECK(interval(1.1, 0.02) == "+200 % [+194, +206]");
  CHECK(interval(0.0001, 0.01) == "0.0 % [-1.0, +1.0]");
  CHECK(interval(0.02, std::numeric_limits<double>::infinity()) == "+2.0 %");
  CHECK(interval(std::nan(""), std::nan("")) == "?");
}

TEST_CASE("what would be noticed is rounded up") {
  CHECK(at_least_text(0.0028) == "0.3 %");
  CHECK(at_least_text(0.0021) == "0.3 %");
  CHECK(at_least_text(0.002) == "0.2 %");
  CHECK(at_least_text(0.00012) == "0.02 %");
  CHECK(at_least_text(0.0689) == "6.9 %");
  CHECK(at_least_text(0.111) == "12 %");
}

TEST_CASE("two times that are alike share unit and decimals, others keep their own") {
  using Pair = std::pair<std::string, std::string>;
  CHECK(pair_of_times(124e-6, 89e-6, true) == Pair("124μs", "89μs"));
  CHECK(pair_of_times(0.94e-6, 1.02e-6, true) == Pair("0.94μs", "1.02μs"));
  CHECK(pair_of_times(0.94e-6, 1.02e-6, false) == Pair("0.94us", "1.02us"));
  CHECK(pair_of_times(12.4e-3, 11.25e-3, true) == Pair("12.4ms", "11.2ms"));
  CHECK(pair_of_times(999.7e-9, 500e-9, true) == Pair("1.00μs", "0.50μs"));
  CHECK(pair_of_times(2.5e-3, 12e-6, true) == Pair("2.50ms", "12.0μs"));
  CHECK(pair_of_times(0, 12e-6, true) == Pair("0ns", "12.0μs"));
  CHECK(pair_of_times(0.0004e-9, 0.0005e-9, true) == Pair("0.000ns", "0.001ns"));
  CHECK(pair_of_times(20'000, 30'000, true) == Pair("5.56h", "8.33h"));
  CHECK(pair_of_times(std::nan(""), 1, true) == Pair("?", "1.00s"));
}

TEST_CASE("bytes are short: no letter for the byte beside a prefix, no decimal that says nothing") {
  CHECK(short_bytes_text(410e3) == "410K");
  CHECK(short_bytes_text(80e3) == "80K");
  CHECK(short_bytes_text(1.2e6) == "1.2M");
  CHECK(short_bytes_text(24) == "24B");
  CHECK(short_bytes_text(0) == "0B");
  CHECK(short_bytes_text(std::nan("")) == "?");
}

TEST_CASE("lines are broken at commas, and a part that is too long at its words") {
  using Lines = std::vector<std::string>;
  CHECK(at_commas({"one", "two", "three"}, 0, 2) == Lines{"  one, two, three"});
  CHECK(at_commas({"one", "two", "three"}, 12, 2) == Lines{"  one, two,", "  three"});
  CHECK(at_commas({"one", "two words and more", "three"}, 12, 2) ==
        Lines{"  one,", "  two words", "    and", "    more,", "  three"});
  CHECK(at_commas({}, 12, 2).empty());
}

TEST_CASE("a table that is too wide goes on below, with its first column again") {
  using Lines = std::vector<std::string>;
  const std::vector<std::vector<std::string>> rows{{"n", "aa", "bbbb", "c"}, {"10", "1", "2", "μs"}};
  CHECK(table_lines(rows, 0, 1) == Lines{" n   aa  bbbb   c", " 10   1     2  μs"});
  CHECK(table_lines(rows, 13, 1) == Lines{" n   aa  bbbb", " 10   1     2", " n    c", " 10  μs"});
  CHECK(table_lines(rows, 1, 1).size() == 6);
  CHECK(table_lines({}, 1, 1).empty());
  CHECK(table_lines({{"alone"}}, 80, 1) == Lines{" alone"});
}
