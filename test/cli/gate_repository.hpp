// A repository of tiny solvers whose commits are what a gate has to tell apart. Made once a test program; so is the cache of builds.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "program.hpp"

namespace harness::test {

// `git` with these words in that directory; it must succeed.
void git(const std::filesystem::path& directory, const std::string& words);

// A clone of its own of
//   empty     a README
//   base      total/v1.0.0, total/v2.0.0 and pick/v1.0.0 with their problems; pick has a checker
//   slow      total/v1.0.0 counts three times as far
//   reverted  as base again; where the branch main is
//   reshaped  of base: both v1.0.0 edited, total/v1.1.0 new (it promises a p95 that it breaks), total/v2.0.0 renamed to v3.0.0, a case of total and the checker of pick changed
//   broken    of base: total/v1.0.0 does not compile
class Clone {
 public:
  explicit Clone(const std::string& tag, const std::string& options = "");
  std::filesystem::path path() const { return scratch_.path() / "clone"; }
  std::filesystem::path scratch() const { return scratch_.path(); }
  void write(const std::string& name, const std::string& content) const { scratch_.write("clone/" + name, content); }

  // `harness gate` in it.
  Ran gate(std::vector<std::string> arguments = {}, Surround surround = {}) const;

 private:
  Scratch scratch_;
};

// Folders of builds in a cache; those that are being made are `<key>.<process>.tmp`.
std::vector<std::string> builds_in(const std::filesystem::path& cache);
std::filesystem::path shared_cache();

// `total` with so many steps before it adds up, and what else is to stand in the file.
std::string total_source(int steps, const std::string& more = "");

}  // namespace harness::test
