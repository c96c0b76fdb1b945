// baselines/: a folder a machine, a file a problem. Readers see the old file or the new one, writers come one after
// another.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <harness/model/error.hpp>
#include <harness/model/history.hpp>

namespace harness::store {

class Baselines {
 public:
  // `directory`: baselines/. `machine`: Identity::key(). Nothing is read or made yet.
  // `most_wait`: for another writer.
  Baselines(std::filesystem::path directory, std::string machine,
            std::chrono::milliseconds most_wait = std::chrono::seconds(30));

  // baselines/<machine in kebab-case>/<problem>.json
  std::filesystem::path file_of(const std::string& problem) const;
  // Problems that have a file here, sorted. No directory: none.
  Result<std::vector<std::string>> problems() const;
  // An empty baseline where there is no file. Errors, exit 2: model::read_baseline's; a file of another machine or
  // problem than its place says; what cannot be opened.
  Result<model::Baseline> read(const std::string& problem) const;
  // Whether `change` could write: asked before anything is measured for it. Makes nothing. Error, exit 2.
  Result<void> check_writable(const std::string& problem) const;
  // Locks the problem, reads it anew, lets `edit` change it, writes it atomically (durable before it is seen) and
  // unlocks. A file that cannot be read stays as it is. The lock is that of a file `.<problem>.lock` beside it, held by
  // the kernel: it ends with its process; a writer waits up to 30 s for another one, then it is an error that says so
  // (exit 4). `edit` may refuse. What could not be read again is not written.
  Result<void> change(const std::string& problem, const std::function<Result<void>(model::Baseline&)>& edit) const;

 private:
  std::filesystem::path directory_;
  std::string machine_;
  std::chrono::milliseconds most_wait_;
};

}  // namespace harness::store
