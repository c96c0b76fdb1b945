// The git repository that is gated. Equal sources give equal commits, on every machine.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace gate_bench {

// Ten solvers, `main`; three with paddings of their own in each commit, `same`; one of the ten slower by 5 %,
// `slower-<solver>`; `sums` with another padding, `padded`; a text beside the solvers, `text`; five solvers, `five`, and the
// same with one of them padded, `five-padded` and `five-other`.
class Repository {
 public:
  // Written into `folder`/origin.git unless that holds the same already. `template_folder`: test/bench_gate/repository;
  // `functions`: what becomes its solvers/functions. `layouts`: commits of `same`.
  Repository(const std::filesystem::path& folder, const std::filesystem::path& template_folder, const std::filesystem::path& functions,
             std::size_t layouts);

  const std::vector<std::string>& solvers() const { return solvers_; }  // `arithmetic`...
  const std::vector<std::string>& same() const { return same_; }        // commits, oldest first
  const std::string& commit(const std::string& branch) const;           // its tip

  // Clones it anew into `clone`, at that commit.
  void clone(const std::filesystem::path& clone, const std::string& commit) const;

 private:
  std::filesystem::path origin_;
  std::vector<std::string> solvers_, same_;
  std::map<std::string, std::string> tips_;
};

// The three solvers of `same`: 10 ns, 100 us, 1 ms.
inline const std::vector<std::string> kSameSolvers = {"arithmetic", "hash-map", "distances"};
inline const std::vector<std::string> kFiveSolvers = {"arithmetic", "hash-map", "distances", "matrix", "sums"};

}  // namespace gate_bench
