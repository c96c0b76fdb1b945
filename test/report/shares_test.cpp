#include <limits>

#include <harness/report/shares.hpp>

#include "../catch.hpp"

using namespace harness::report;

TEST_CASE("a share is a whole percentage, and what is not nothing or not all never looks so") {
  CHECK(share_text(0) == "0%");
  CHECK(share_text(1) == "100%");
  CHECK(share_text(0.294) == "29%");
  CHECK(share_text(0.0001) == "<1%");
  CHECK(share_text(0.0099) == "<1%");
  CHECK(share_text(0.01) == "1%");
  CHECK(share_text(0.99) == "99%");
  CHECK(share_text(0.9975) == ">99%");
  CHECK(share_text(std::numeric_limits<double>::quiet_NaN()) == "?");
  CHECK(share_change_text(0, 0.24) == "0% -> 24%");
  CHECK(exact_share_text(0.2944) == "29.4%");
}

TEST_CASE("a frame without a symbol is called after its module") {
  CHECK(frame_name("std::vector<int>::at(unsigned long)", "a.so") == "std::vector::at");
  CHECK(frame_name("", "libc.so.6") == "[libc.so.6]");
  CHECK(frame_name("", "") == "[unknown]");
}

TEST_CASE("a place is as much as is known of it") {
  CHECK(place_text("a/b.cpp", 14) == "a/b.cpp:14");
  CHECK(place_text("a/b.cpp", 0) == "a/b.cpp");
  CHECK(place_text("", 14) == "");
  CHECK(file_name("/usr/include/c++/12/bits/hashtable.h") == "hashtable.h");
  CHECK(file_name("a.cpp") == "a.cpp");
  CHECK(file_name("a/") == "");
}

TEST_CASE("sampling is told in as many words as are known of it") {
  harness::model::CpuProfile profile;
  profile.samples = 1;
  profile.seconds_per_sample = 0.01;
  CHECK(sampling_text(profile) == "1 sample of 10 ms");
  profile.samples = 802;
  profile.seconds_per_sample = 0;
  profile.calls = 320;
  profile.outside = 12;
  CHECK(sampling_text(profile) == "802 samples in 320 calls, 12 outside of the solver left out");
}
