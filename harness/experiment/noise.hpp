// baselines/<machine>/noise.json: what this machine would notice, case by case. Written by `harness calibrate`.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <harness/model/error.hpp>

namespace harness::experiment {

struct CaseNoise {
  double spread = 0;        // robust standard deviation of the log ratios between processes of identical code
  double would_notice = 0;  // the least effect that the duet would have shown within its budget, relative
  std::uint64_t processes = 0;
  double seconds = 0;  // that the duet took
};
using Noise = std::map<std::string, CaseNoise>;  // by `<problem>/<dataset>/<case>`: of the solver that is worst at it

// No file: nothing is known, which is no error. A damaged file: exit 2, one line.
Result<Noise> read_noise(const std::filesystem::path& directory, const std::string& machine);
Result<void> write_noise(const std::filesystem::path& directory, const std::string& machine, const Noise& noise);
bool would_not_notice(const Noise& noise, const std::string& problem, const std::string& dataset_and_case,
                      double effect);

}  // namespace harness::experiment
