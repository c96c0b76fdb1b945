// Profiles by hand: stacks from their roots on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <harness/model/profile.hpp>

namespace profiles {

using harness::model::CodePlace;
using Origin = CodePlace::Origin;

struct Recorder {
  harness::model::CpuProfile profile;

  std::uint32_t append(Origin origin, const std::string& function, const std::string& file, std::uint32_t line,
                       const std::string& module, bool inlined = false) {
    profile.places.push_back({origin, function, file, line, 0, module, inlined});
    return static_cast<std::uint32_t>(profile.places.size() - 1);
  }
  // The same index for the same place.
  std::uint32_t place(Origin origin, const std::string& function, const std::string& file, std::uint32_t line,
                      const std::string& module, bool inlined = false) {
    const CodePlace wanted{origin, function, file, line, 0, module, inlined};
    const auto known = std::find(profile.places.begin(), profile.places.end(), wanted);
    if (known != profile.places.end()) return static_cast<std::uint32_t>(known - profile.places.begin());
    return append(origin, function, file, line, module, inlined);
  }
  void add(std::uint64_t samples, const std::vector<std::uint32_t>& outermost_first, bool truncated = false) {
    profile.stacks.push_back({{outermost_first.rbegin(), outermost_first.rend()}, samples, truncated});
    profile.samples += samples;
  }
};

// A version of two-sum that hashes: what both have.
inline Recorder two_sum(const std::string& version, std::uint64_t own, std::uint64_t find, std::uint64_t emplace,
                        std::uint64_t rehash, std::uint64_t allocating) {
  Recorder recorder;
  const std::string module = "two-sum-" + version + ".so", table = "/usr/include/c++/12/bits/hashtable.h";
  const auto at = [&](std::uint32_t line) {
    return recorder.place(Origin::kSolver, "two_sum::twoSum(std::vector<int> const&, int)",
                          "two-sum-" + version + "/hash_map.cpp", line, module);
  };
  const auto emplacing =
      recorder.place(Origin::kSolver, "std::_Hashtable<int>::_M_emplace(int const&)", table, 2011, module, true);
  const auto rehashing =
      recorder.place(Origin::kSolver, "std::_Hashtable<int>::_M_rehash_aux(unsigned long)", table, 2532, module);
  recorder.add(own, {at(12)});
  recorder.add(find, {at(13), recorder.place(Origin::kSolver, "std::_Hashtable<int>::find(int const&)", table, 1644,
                                             module, true)});
  recorder.add(emplace, {at(14), emplacing});
  recorder.add(rehash, {at(14), emplacing, rehashing});
  recorder.add(allocating,
               {at(14), emplacing, rehashing,
                recorder.place(Origin::kLibrary, "operator new(unsigned long)", "", 0, "libtcmalloc.so.4")});
  return recorder;
}

// 1,000 samples; `two_sum::reserve` is gone in the other one.
inline harness::model::CpuProfile before() {
  Recorder recorder = two_sum("v2.0.0", 50, 280, 300, 100, 50);
  const auto root = recorder.profile.stacks[0].frames[0];
  const auto reserve = recorder.place(Origin::kSolver, "two_sum::reserve(unsigned long)", "two-sum-v2.0.0/hash_map.cpp",
                                      21, "two-sum-v2.0.0.so");
  recorder.add(100, {root, reserve});
  recorder.add(
      100, {root, reserve, recorder.place(Origin::kLibrary, "operator new(unsigned long)", "", 0, "libtcmalloc.so.4")});
  recorder.add(20, {root, recorder.place(Origin::kLibrary, "", "", 0, "libc.so.6")});
  return recorder.profile;
}
// 800 samples: more hashing again, and a copy.
inline harness::model::CpuProfile after() {
  Recorder recorder = two_sum("v2.1.0", 60, 120, 160, 160, 80);
  const auto root = recorder.profile.stacks[2].frames[1];  // at line 14
  recorder.add(200, {root, recorder.place(Origin::kLibrary, "__memmove_avx_unaligned_erms", "", 0, "libc.so.6")});
  recorder.add(20, {root, recorder.place(Origin::kLibrary, "", "", 0, "libc.so.6")});
  return recorder.profile;
}

}  // namespace profiles
