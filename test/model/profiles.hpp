// Profiles of a case as tests need them: one in small, and any number of random ones.
#pragma once

#include <cstdint>
#include <string>

#include <harness/model/profile.hpp>

#include "ab_reports.hpp"

namespace profiles {

using namespace harness::model;

// Most of the time goes to a rehash, which also allocates.
inline CaseProfile small_profile() {
  CaseProfile profile;
  profile.problem = "two-sum";
  profile.solver = "v2.0.0";
  profile.case_name = "uniform/64";
  profile.library_file = "two-sum-v2.0.0.so";
  profile.library_sha256 = std::string(64, 'a');
  profile.real_seconds_per_call = 1.5e-6;
  profile.warnings = {"libc.so.6: no debug information"};
  CpuProfile cpu;
  cpu.places = {
      {CodePlace::Origin::kSolver, "std::_Hashtable<int>::_M_rehash_aux(unsigned long)",
       "/usr/include/c++/12/bits/hashtable.h", 2562, 2558, "two-sum-v2.0.0.so", true},
      {CodePlace::Origin::kSolver, "twoSum(int)", "two-sum-v2.0.0/hash_map.cpp", 14, 9, "two-sum-v2.0.0.so", false}};
  cpu.stacks = {{{0, 1}, 400, false}, {{1}, 112, true}};
  cpu.samples = 512;
  cpu.outside = 3;
  cpu.calls = 1'000'000;
  cpu.wall_seconds = 2.125;
  cpu.cpu_seconds = 2.0625;
  cpu.minor_faults = 7;
  profile.cpu = cpu;
  profile.heap = HeapProfile{{cpu.places[1]}, {{{0}, 2, 4096}}};
  profile.fingerprint = {std::string(64, 'b'),
                         {"hashtable.h:std::_Hashtable::_M_rehash_aux"},
                         {"twoSum hash_map.cpp:14 allocs=2 bytes=4096"},
                         "O(n)",
                         {0.5, 0},
                         512};
  profile.sources = {{"two-sum-v2.0.0/hash_map.cpp", "int twoSum(int target) {\n}\n", false}};
  profile.compared_with = "v1.0.0@abc1234";
  profile.ratio = 1.25;
  return profile;
}

// Anything that the values may hold and a document is read back with.
class Random {
 public:
  explicit Random(std::uint64_t seed) : of_(seed) {}

  CaseProfile profile() {
    CaseProfile one;
    one.problem = of_.text();
    one.solver = of_.text();
    one.case_name = of_.text();
    one.library_file = of_.text();
    one.library_sha256 = of_.text();
    one.real_seconds_per_call = of_.number();
    for (std::uint64_t i = of_.below(3); i > 0; --i) one.warnings.push_back(of_.text());
    for (std::uint64_t i = of_.below(3); i > 0; --i) one.sources.push_back({of_.text(), of_.text(), of_.coin()});
    one.compared_with = of_.text();
    one.ratio = of_.number();
    if (of_.coin()) one.cpu = cpu();
    if (of_.coin()) one.heap = heap();
    one.fingerprint = {of_.text(), {}, {}, of_.text(), {}, of_.below(1'000)};
    for (std::uint64_t i = of_.below(3); i > 0; --i) one.fingerprint.hot.push_back(of_.text());
    for (std::uint64_t i = of_.below(3); i > 0; --i) one.fingerprint.sites.push_back(of_.text());
    for (std::uint64_t i = of_.below(4); i > 0; --i) one.fingerprint.vector.push_back(of_.number());
    return one;
  }

 private:
  std::vector<CodePlace> places() {
    std::vector<CodePlace> some;
    for (std::uint64_t i = of_.below(5) + 1; i > 0; --i)
      some.push_back({static_cast<CodePlace::Origin>(of_.below(5)), of_.text(), of_.text(),
                      static_cast<std::uint32_t>(of_.below(std::uint64_t{1} << 32)),
                      static_cast<std::uint32_t>(of_.below(100)), of_.text(), of_.coin()});
    return some;
  }
  std::vector<std::uint32_t> frames(std::size_t places) {
    std::vector<std::uint32_t> some;
    for (std::uint64_t i = of_.below(6) + 1; i > 0; --i) some.push_back(static_cast<std::uint32_t>(of_.below(places)));
    return some;
  }
  CpuProfile cpu() {
    CpuProfile one;
    one.places = places();
    for (std::uint64_t i = of_.below(5); i > 0; --i) {
      one.stacks.push_back({frames(one.places.size()), of_.below(std::uint64_t{1} << 40), of_.coin()});
      one.samples += one.stacks.back().samples;
    }
    one.outside = of_.below(100);
    one.seconds_per_sample = of_.number();
    one.calls = of_.below(100);
    one.wall_seconds = of_.number();
    one.cpu_seconds = of_.number();
    one.voluntary_switches = of_.below(100);
    one.involuntary_switches = of_.below(100);
    one.minor_faults = of_.below(100);
    one.thin_because = of_.text();
    return one;
  }
  HeapProfile heap() {
    HeapProfile one;
    one.places = places();
    for (std::uint64_t i = of_.below(5); i > 0; --i)
      one.sites.push_back({frames(one.places.size()), of_.number(), of_.number()});
    return one;
  }

  ab_reports::Random of_;
};

}  // namespace profiles
