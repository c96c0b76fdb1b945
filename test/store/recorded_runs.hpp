// A prepared report of three cases, as the writers that are killed record it.
#pragma once

#include <cstdint>
#include <string>

#include <test/model/histories.hpp>

namespace recorded_runs {

inline constexpr const char* kMachine = "a machine, 2 cores";
inline constexpr std::size_t kCases = 3;

inline std::string run_id(const std::string& writer, std::uint64_t number) {
  return writer + "-" + std::to_string(number);
}

// One run of each case.
inline void append(harness::model::Baseline& baseline, const std::string& id) {
  for (std::size_t i = baseline.cases.size(); i < kCases; ++i) {
    baseline.cases.push_back(histories::history("v2.0.0", "v2", "uniform/" + std::to_string(i)));
  }
  for (auto& one : baseline.cases) {
    one.runs.push_back(histories::run(one.runs.size()));
    one.runs.back().run_id = id;
  }
}

}  // namespace recorded_runs
