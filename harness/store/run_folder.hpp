// What a run leaves behind for looking into it later: $XDG_STATE_HOME/harness/runs/<run id>/ (else
// ~/.local/state/harness/runs) with report.json (of an A/B or a gate), the libraries that ran (libraries/<sha256>.so) and profiles/. The last
// 20 are kept.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harness/model/error.hpp>

namespace harness::store {

inline constexpr std::size_t kKeptRuns = 20;

class RunFolder {
 public:
  static std::filesystem::path default_directory();  // of all runs; "" = neither XDG_STATE_HOME nor HOME is set

  // Makes the folder of a new run, and removes the oldest beyond kKeptRuns that are older than an hour. `id`: `20261124T101500Z-1a2b3c`. Errors: what
  // the system says, exit 2.
  static Result<RunFolder> create(const std::filesystem::path& directory, const std::string& id);
  // An id, a folder, or the beginning of an id that only one run has. Error: no such run, with the latest ones.
  static Result<RunFolder> find(const std::filesystem::path& directory, const std::string& id_or_folder);

  const std::filesystem::path& path() const { return path_; }
  // libraries/<sha256>.so; a file that is there already is left alone.
  Result<std::filesystem::path> keep_library(const std::string& sha256, std::span<const std::uint8_t> bytes) const;
  // `name` below the folder, `profiles/two-sum_v2.0.0_uniform_64.cpu.prof`; directories are made.
  Result<std::filesystem::path> write(const std::string& name, std::span<const std::uint8_t> bytes) const;
  Result<std::filesystem::path> write(const std::string& name, std::string_view text) const;
  // Files of a folder below it, by name; empty where there is none.
  std::vector<std::filesystem::path> files(const std::string& folder) const;

  // The same name in earlier runs, latest first.
  std::vector<std::filesystem::path> earlier(const std::string& name) const;

 private:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

// A name for files: `two-sum/v2.0.0/uniform/64` -> `two-sum_v2.0.0_uniform_64`; whatever is no letter, digit, `.`, `-` or `+`
// becomes `_`, and a long one ends with a part of its hash.
std::string file_stem(const std::string& name);

}  // namespace harness::store
