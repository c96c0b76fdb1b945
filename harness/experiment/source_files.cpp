#include <harness/experiment/source_files.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string_view>

#include <harness/store/input_file.hpp>

namespace harness::experiment {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 10'000;
constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20, kMostFileBytes = std::uint64_t{4} << 20;

// What stands between the quotes or brackets of each #include (also #embed, #import).
std::vector<std::string> included_in(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t at = text.find('#'); at != text.npos; at = text.find('#', at + 1)) {
    auto line = text.substr(at + 1, text.find('\n', at) - at - 1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (!line.starts_with("include") && !line.starts_with("embed") && !line.starts_with("import")) continue;
    const auto open = line.find_first_of("\"<");
    if (open == line.npos) continue;
    const auto close = line.find_first_of("\">", open + 1);
    if (close != line.npos) names.emplace_back(line.substr(open + 1, close - open - 1));
  }
  return names;
}

// `../../common/turns.hpp` -> `common/turns.hpp`
std::string without_dots(const std::string& name) {
  fs::path kept;
  for (const auto& part : fs::path(name).lexically_normal()) {
    if (part != "..") kept /= part;
  }
  return kept.generic_string();
}

class Look {
 public:
  explicit Look(fs::path root) : root_(std::move(root)) {}

  std::vector<std::string> files() {
    std::error_code ignored;
    if (!fs::is_directory(root_ / "solvers", ignored) || !collect()) return {};
    for (const auto& file : inside_) {
      if (!read(file)) return {};
    }
    while (!waiting_.empty()) {
      const auto name = std::move(waiting_.front());
      waiting_.pop_front();
      const auto named = by_file_name_.find(fs::path(name).filename().string());
      if (named == by_file_name_.end()) continue;
      for (const auto& file : named->second) {
        const bool ends_so = file == name || file.ends_with("/" + name);
        if (ends_so && outside_.insert(file).second && !read(file)) return {};
      }
    }
    std::vector<std::string> parts = {"solvers", "datasets"};
    parts.insert(parts.end(), outside_.begin(), outside_.end());
    return parts;
  }

 private:
  // Lists the tree without what no compiler looks into. False: too much.
  bool collect() {
    std::error_code failed;
    std::size_t count = 0;
    for (fs::recursive_directory_iterator entry(root_, fs::directory_options::skip_permission_denied, failed), end;
         !failed && entry != end; entry.increment(failed)) {
      const auto path = entry->path().lexically_relative(root_).generic_string();
      const bool is_inside = path.starts_with("solvers/") || path.starts_with("datasets/");
      if (entry->is_symlink(failed)) {
        if (is_inside) return false;
        continue;
      }
      if (entry->is_directory(failed)) {
        if (entry->path().filename() == ".git" || fs::exists(entry->path() / "CMakeCache.txt", failed))
          entry.disable_recursion_pending();
        continue;
      }
      if (++count > kMostFiles) return false;
      if (is_inside)
        inside_.push_back(path);
      else
        by_file_name_[entry->path().filename().string()].push_back(path);
    }
    return !failed;
  }

  // Notes what the file includes. False: it cannot be judged by a look.
  bool read(const std::string& file) {
    const auto extension = fs::path(file).extension();
    if (extension == ".json" || extension == ".yaml" || extension == ".bin") return true;
    const auto text = store::read_text(root_ / file, kMostFileBytes);
    if (!text || (bytes_ += text->size()) > kMostBytes) return false;
    if (fs::path(file).filename() == "CMakeLists.txt" || extension == ".cmake") {
      for (const char* out : {"..", "CMAKE_SOURCE_DIR", "PROJECT_SOURCE_DIR"}) {
        if (text->find(out) != text->npos) return false;
      }
      return true;
    }
    for (const auto& name : included_in(*text)) {
      auto plain = without_dots(name);
      if (!plain.starts_with("harness/sdk/") && seen_.insert(plain).second) waiting_.push_back(std::move(plain));
    }
    return true;
  }

  fs::path root_;
  std::vector<std::string> inside_;
  std::map<std::string, std::vector<std::string>> by_file_name_;  // of the files outside
  std::set<std::string> outside_, seen_;
  std::deque<std::string> waiting_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

std::vector<std::string> files_that_matter(const fs::path& root) { return Look(root).files(); }

}  // namespace harness::experiment
