// Rows of libraries that are kept: pins and last good ones, on the cases of a run.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include <tl/expected.hpp>

#include <harness/experiment/preparation.hpp>
#include <harness/experiment/row.hpp>
#include <harness/experiment/run.hpp>
#include <harness/experiment/terminal.hpp>
#include <harness/report/progress.hpp>
#include <harness/store/library_cache.hpp>
#include <harness/trial/input.hpp>
#include <harness/worker/worker.hpp>

namespace harness::experiment {

// Why a kept library cannot be had.
struct NotKept {
  std::string words;  // one line
  bool gone = false;  // for good: it is not there, or does not fit any more; else it may run next time
};

class KeptRows {
 public:
  KeptRows(const RunRequest& request, const Terminal& terminal, const worker::Settings& settings, trial::Inputs& inputs,
           report::Progress& progress, const store::LibraryCache& libraries);

  // The library on the case of `like`, prepared: `like` itself where it is the same file. Why it cannot be had, in one
  // line, else. Addresses hold as long as this object.
  tl::expected<const Row*, NotKept> row(const std::string& sha256, const Row& like);

 private:
  struct Library {
    std::shared_ptr<const model::SolverInfo> solver;
    std::shared_ptr<const trial::Loaded> loaded;
    std::string fault;  // why there is none
  };
  const Library& library(const std::string& sha256);

  RunRequest request_;
  const Terminal& terminal_;
  const worker::Settings& settings_;
  trial::Inputs& inputs_;
  report::Progress& progress_;
  const store::LibraryCache& libraries_;
  std::map<std::string, Library> known_;                            // by SHA-256
  std::map<std::pair<std::string, std::string>, const Row*> rows_;  // by SHA-256 and case
  std::deque<trial::Trial> trials_;
  std::deque<std::vector<Row>> prepared_;
};

}  // namespace harness::experiment
