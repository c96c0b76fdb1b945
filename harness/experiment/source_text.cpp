#include <harness/experiment/source_text.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <system_error>

#include <harness/store/input_file.hpp>

namespace harness::experiment {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostBytes = 256 << 10;

// `two-sum-v2.1.0/sub/a.cpp` -> solvers/two-sum/v2.1.0/sub/a.cpp, or below another folder of the root than solvers/.
std::vector<fs::path> in_solvers(const fs::path& root, const std::string& compiled) {
  std::vector<fs::path> places;
  const auto slash = compiled.find('/');
  if (slash == std::string::npos) return places;
  const auto target = compiled.substr(0, slash), rest = compiled.substr(slash + 1);
  std::vector<fs::path> folders = {root / "solvers"};
  std::error_code failed;
  constexpr std::size_t kMostFolders = 100;
  for (fs::directory_iterator each(root, failed), end; !failed && each != end && folders.size() < kMostFolders;
       each.increment(failed)) {
    std::error_code ignored;
    if (each->is_directory(ignored) && each->path().filename() != "solvers") folders.push_back(each->path());
  }
  for (auto dash = target.rfind('-'); dash != std::string::npos && dash > 0; dash = target.rfind('-', dash - 1)) {
    const auto problem = target.substr(0, dash), version = target.substr(dash + 1);
    for (const auto& folder : folders) {
      places.push_back(folder / problem / version / rest);
      if (version.starts_with("v")) places.push_back(folder / problem / version.substr(1) / rest);
    }
  }
  return places;
}

}  // namespace

SourceRoots roots_here() {
  std::error_code ignored;
  SourceRoots roots = {fs::current_path(ignored)};
  for (auto above = roots.front(); !above.empty(); above = above.parent_path()) {
    if (fs::exists(above / ".git", ignored)) {
      if (above != roots.front()) roots.push_back(above);
      break;
    }
    if (above == above.parent_path()) break;
  }
  return roots;
}

namespace {

// What a library claims to be its source may be any file of this machine: only C and C++ below a root is taken.
bool may_be_read(const fs::path& place, const SourceRoots& roots) {
  static const std::set<std::string> kExtensions = {".c",   ".cc",  ".cpp", ".cxx", ".h",   ".hh",
                                                    ".hpp", ".hxx", ".inc", ".ipp", ".tpp", ".inl"};
  std::error_code failed;
  const auto real = fs::canonical(place, failed);
  if (failed || !kExtensions.contains(real.extension().string())) return false;
  return std::any_of(roots.begin(), roots.end(), [&](const auto& root) {
    std::error_code ignored;
    const auto inside = real.lexically_relative(fs::canonical(root, ignored));
    return !inside.empty() && *inside.begin() != "..";
  });
}

}  // namespace

model::SourceText source_text(const std::string& compiled, const SourceRoots& roots, const fs::path& library) {
  model::SourceText source{compiled, "", false};
  std::vector<fs::path> places;
  if (fs::path(compiled).is_absolute()) {
    places.emplace_back(compiled);
  } else if (compiled.find("..") == std::string::npos) {
    for (const auto& root : roots) {
      const auto mapped = in_solvers(root, compiled);
      places.insert(places.end(), mapped.begin(), mapped.end());
      places.push_back(root / (compiled.starts_with("./") ? compiled.substr(2) : compiled));
    }
  }
  for (const auto& place : places) {
    if (!may_be_read(place, roots)) continue;
    auto text = store::read_text(place, kMostBytes);
    if (!text) continue;
    source.text = std::move(*text);
    std::error_code failed;
    const auto written = fs::last_write_time(place, failed);
    const auto built = failed ? fs::file_time_type::max() : fs::last_write_time(library, failed);
    source.newer = !failed && written > built;
    break;
  }
  return source;
}

std::string line_of(const model::SourceText& source, std::uint32_t line) {
  std::size_t begin = 0;
  for (std::uint32_t number = 1; begin < source.text.size(); ++number) {
    const auto end = std::min(source.text.find('\n', begin), source.text.size());
    if (number == line) return source.text.substr(begin, end - begin);
    begin = end + 1;
  }
  return {};
}

}  // namespace harness::experiment
