// Which cases were given other bytes at the base, so that old and new cannot be held against each other on what was
// meant then.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <harness/model/case.hpp>
#include <harness/model/solver_info.hpp>

namespace harness::experiment {

class ChangedInputs {
 public:
  // `base_datasets`: of the base revision; "" = unknown: nothing is taken for changed.
  ChangedInputs(std::filesystem::path base_datasets, const std::vector<model::ProblemLibrary>& base_problems,
                const std::vector<model::ProblemLibrary>& problems);

  // Why the case cannot be compared, in one line; nothing when it can, also when the base does not have it: both sides
  // are then given the new one.
  std::optional<std::string> why_incomparable(const model::Problem& problem, const model::Case& input);

 private:
  struct Known {
    std::optional<std::string> whole;          // why no case of the problem can be compared
    std::map<std::string, model::Case> cases;  // of the base, by `<dataset>/<case>`
  };
  const Known& known(const model::Problem& problem);

  std::filesystem::path base_datasets_;
  std::map<std::string, std::string> base_code_, code_;  // files of problem libraries, by problem
  std::map<std::string, Known> known_;
};

}  // namespace harness::experiment
