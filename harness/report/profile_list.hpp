// What was profiled in a run, a line a case.
#pragma once

#include <string>
#include <vector>

#include <harness/model/profile.hpp>
#include <harness/report/console.hpp>

namespace harness::report {

// `two-sum/v2.0.0/uniform/64  1a2b3c4d  812 samples, 2 sites  IndexTable::find, twoSum`, then the warnings of each, and last where
// all of it lies and what shows it (`run`: as RUN on the command line). "" where nothing was profiled.
std::string profile_list(const std::vector<model::CaseProfile>& profiles, const std::string& folder,
                         const std::string& run, const ConsoleOptions& options);

}  // namespace harness::report
