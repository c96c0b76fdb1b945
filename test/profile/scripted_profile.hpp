// Profiles made by hand: stacks of frames with samples, without a clock or a library.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <harness/model/profile.hpp>

namespace harness::test {

class ScriptedProfile {
 public:
  explicit ScriptedProfile(std::string module = "two-sum-v2.0.0.so") : module_(std::move(module)) {}

  // Frames of the solver's library; `inlined` ones are inlined into what stands outside of them in a stack.
  std::uint32_t solver(const std::string& function, const std::string& file, std::uint32_t line,
                       std::uint32_t function_line = 0, bool inlined = false) {
    return add({model::CodePlace::Origin::kSolver, function, file, line, function_line, module_, inlined});
  }
  std::uint32_t inlined(const std::string& function, const std::string& file, std::uint32_t line) {
    return solver(function, file, line, 0, true);
  }
  std::uint32_t library(const std::string& function, const std::string& module) {
    return add({model::CodePlace::Origin::kLibrary, function, "", 0, 0, module, false});
  }
  ScriptedProfile& stack(std::vector<std::uint32_t> frames, std::uint64_t samples) {
    profile_.stacks.push_back({std::move(frames), samples, false});
    profile_.samples += samples;
    return *this;
  }
  const model::CpuProfile& cpu() const { return profile_; }
  model::CaseProfile of_case() const {
    model::CaseProfile profile;
    profile.cpu = profile_;
    return profile;
  }

 private:
  std::uint32_t add(model::CodePlace place) {
    profile_.places.push_back(std::move(place));
    return static_cast<std::uint32_t>(profile_.places.size() - 1);
  }
  std::string module_;
  model::CpuProfile profile_;
};

// `samples` samples of a solver whose functions have these shares: each is called from a line of its own.
inline model::CpuProfile sampled(const std::vector<double>& shares, std::uint64_t samples, std::mt19937_64& random) {
  std::vector<std::uint64_t> counts(shares.size());
  // Not std::discrete_distribution, whose draws differ from one standard library to another.
  for (std::uint64_t i = 0; i < samples; ++i) {
    double left = static_cast<double>(random() >> 11) * 0x1p-53;
    std::size_t k = 0;
    while (k + 1 < shares.size() && left >= shares[k]) left -= shares[k++];
    ++counts[k];
  }
  ScriptedProfile profile;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    const auto number = static_cast<std::uint32_t>(k);
    const auto work = profile.inlined("work_" + std::to_string(k) + "(int)", "two-sum-v2.0.0/a.cpp", 100 + number);
    const auto entry = profile.solver("two_sum(int)", "two-sum-v2.0.0/a.cpp", 10 + number, 8);
    if (counts[k] > 0) profile.stack({work, entry}, counts[k]);
  }
  return profile.cpu();
}

}  // namespace harness::test
