#include <harness/store/run_folder.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include <fmt/format.h>

#include <harness/model/sha256.hpp>
#include <harness/store/atomic_file.hpp>
#include <harness/store/input_file.hpp>
#include <harness/store/user_directory.hpp>

namespace harness::store {
namespace {

namespace fs = std::filesystem;

// `20261124T101500Z-1a2b3c`: ids sort by time.
bool is_run_id(const std::string& text) {
  constexpr std::string_view kShape = "00000000T000000Z-xxxxxx";
  if (text.size() != kShape.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9', hex = digit || (text[i] >= 'a' && text[i] <= 'f');
    if (kShape[i] == '0' ? !digit : kShape[i] == 'x' ? !hex : text[i] != kShape[i]) return false;
  }
  return true;
}

// Newest first.
std::vector<std::string> runs_in(const fs::path& directory) {
  std::vector<std::string> ids;
  std::error_code failed;
  for (fs::directory_iterator entry(directory, failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    std::error_code ignored;
    const auto name = entry->path().filename().string();
    if (is_run_id(name) && entry->is_directory(ignored) && !entry->is_symlink(ignored)) ids.push_back(name);
  }
  std::sort(ids.rbegin(), ids.rend());
  return ids;
}

Error no_such_run(const fs::path& directory, const std::string& wanted, const std::vector<std::string>& near) {
  constexpr std::size_t kNamed = 3;
  std::string latest;
  for (std::size_t i = 0; i < std::min(near.size(), kNamed); ++i) latest += (i == 0 ? "" : ", ") + near[i];
  return {wanted, fmt::format("is no run in {}", directory.string()),
          latest.empty() ? "runs with --profile are kept there" : "name one of the last ones: " + latest, Exit::kUsage};
}

}  // namespace

fs::path RunFolder::default_directory() {
  const auto base = user_directory("XDG_STATE_HOME", ".local/state");
  return base.empty() ? base : base / "runs";
}

Result<RunFolder> RunFolder::create(const fs::path& directory, const std::string& id) {
  if (directory.empty()) {
    return fail("runs", "expected XDG_STATE_HOME or HOME to be an absolute path, found neither", "set one of them");
  }
  const auto path = directory / id;
  if (const int error = make_user_directories(path); error != 0) {
    return fail(path.string(), "cannot be created: " + system_words(error));
  }
  // Another run may be at work in its folder, whatever the ids say.
  constexpr std::chrono::hours kStillRunning{1};
  const auto now = fs::file_time_type::clock::now();
  const auto runs = runs_in(directory);
  for (std::size_t i = kKeptRuns; i < runs.size(); ++i) {
    std::error_code failed;
    const auto written = fs::last_write_time(directory / runs[i], failed);
    if (runs[i] == id || failed || written > now - kStillRunning) continue;
    fs::remove_all(directory / runs[i], failed);
  }
  return RunFolder(path);
}

Result<RunFolder> RunFolder::find(const fs::path& directory, const std::string& id_or_folder) {
  std::error_code ignored;
  const fs::path folder(id_or_folder);
  if (id_or_folder.find('/') != std::string::npos || fs::is_directory(folder, ignored)) {
    if (fs::is_directory(folder / "profiles", ignored) || fs::is_regular_file(folder / "report.json", ignored))
      return RunFolder(folder);
    return fail(id_or_folder, "is no folder of a run", "name a folder, or the id of a run");
  }
  const auto runs = runs_in(directory);
  std::vector<std::string> meant;
  for (const auto& run : runs) {
    if (!id_or_folder.empty() && run.starts_with(id_or_folder)) meant.push_back(run);
  }
  if (meant.size() == 1) return RunFolder(directory / meant.front());
  if (meant.size() > 1) {
    return fail(id_or_folder, fmt::format("is the beginning of {} runs", meant.size()),
                fmt::format("write more of it: {}, {}...", meant[0], meant[1]));
  }
  return tl::unexpected(no_such_run(directory, id_or_folder, runs));
}

Result<fs::path> RunFolder::keep_library(const std::string& sha256, std::span<const std::uint8_t> bytes) const {
  const auto name = "libraries/" + sha256 + ".so";
  std::error_code ignored;
  if (fs::is_regular_file(path_ / name, ignored)) return path_ / name;
  return write(name, bytes);
}

Result<fs::path> RunFolder::write(const std::string& name, std::span<const std::uint8_t> bytes) const {
  const auto goal = path_ / name;
  if (const int error = make_user_directories(goal.parent_path()); error != 0) {
    return fail(goal.parent_path().string(), "cannot be created: " + system_words(error));
  }
  auto file = AtomicFile::create(goal);
  if (!file) return tl::unexpected(file.error());
  if (auto written = file->write(bytes); !written) return tl::unexpected(written.error());
  if (auto kept = file->commit(); !kept) return tl::unexpected(kept.error());
  return goal;
}

Result<fs::path> RunFolder::write(const std::string& name, std::string_view text) const {
  return write(name, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

std::vector<fs::path> RunFolder::files(const std::string& folder) const {
  std::vector<fs::path> found;
  std::error_code failed;
  for (fs::directory_iterator entry(path_ / folder, failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) found.push_back(entry->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<fs::path> RunFolder::earlier(const std::string& name) const {
  std::vector<fs::path> found;
  const auto self = path_.filename().string();
  for (const auto& run : runs_in(path_.parent_path())) {
    std::error_code ignored;
    const auto file = path_.parent_path() / run / name;
    if (run < self && fs::is_regular_file(file, ignored)) found.push_back(file);
  }
  return found;
}

std::string file_stem(const std::string& name) {
  constexpr std::size_t kMost = 150;
  std::string stem;
  for (const char c : name) {
    const bool kept =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+';
    stem += kept ? c : '_';
  }
  if (stem.size() <= kMost) return stem;
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(name.data()), name.size());
  return stem.substr(0, kMost) + "_" + model::sha256_hex(bytes).substr(0, 12);
}

}  // namespace harness::store
