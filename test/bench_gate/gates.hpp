// One gate: a fresh clone, and the program run in it.
#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "plan.hpp"
#include "records.hpp"
#include "repository.hpp"

namespace gate_bench {

class Gates {
 public:
  // Builds are kept below `folder`/cache, for `build` of harness alone. `stop`: became true by Ctrl-C.
  Gates(std::filesystem::path harness, std::filesystem::path folder, std::string build, const Repository& repository,
        const std::atomic<bool>& stop);

  // What has to be built before these can be measured without a compiler running.
  std::set<std::string> unbuilt(const std::set<std::string>& commits) const;
  // Builds a commit as the base of a gate that has no time to measure.
  void build(const std::string& commit);

  // Nothing: `stop` became true.
  std::optional<Record> decide(const Series& series, std::size_t index);

 private:
  struct Ran;
  Ran run(const std::string& head, const std::string& base, const std::vector<std::string>& flags, bool cold);
  void read_report(Record& record) const;

  std::filesystem::path harness_, folder_;
  std::string build_;
  const Repository& repository_;
  const std::atomic<bool>& stop_;
  std::set<std::string> built_;
};

}  // namespace gate_bench
