#include <harness/library/catalog.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include <harness/library/byte_source.hpp>
#include <harness/library/descriptor.hpp>

namespace harness::library {
namespace {

namespace fs = std::filesystem;

Result<Described> read_file(const fs::path& file) {
  auto source = FileSource::open(file);
  if (!source) return tl::unexpected(source.error());
  auto described = read_library_from(*source, file.string());
  if (described) {
    described->solver.file = file;
    described->problem.file = file;
  }
  return described;
}

// In the files' order. Many files are shared among threads, all of which have ended when it returns.
std::vector<std::optional<Result<Described>>> read_files(const std::vector<fs::path>& files) {
  constexpr std::size_t kFilesPerThread = 32;
  std::vector<std::optional<Result<Described>>> answers(files.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < files.size(); i = next++) answers[i].emplace(read_file(files[i]));
  };
  const std::size_t most = std::min<std::size_t>(8, std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::jthread> threads;
  while (threads.size() + 1 < most && (threads.size() + 1) * kFilesPerThread < files.size()) threads.emplace_back(work);
  work();
  threads.clear();
  return answers;
}

// `skipped` names the file itself: an error's text without it, but with the place inside of it.
std::string reason_of(Error error, const fs::path& file) {
  const std::string name = file.string();
  if (error.what == name) {
    error.what.clear();
  } else if (error.what.starts_with(name + ": ")) {
    error.what.erase(0, name.size() + 2);
  }
  return error.text();
}

Result<std::vector<fs::path>> libraries_in(const fs::path& directory) {
  const auto refuse = [&](const std::error_code& reason) {
    return fail(directory.string(), fmt::format("cannot be read: {}", reason.message()),
                "name a directory of libraries with --plugin-dir, or build the solvers");
  };
  std::error_code reason;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(directory, reason), end; entry != end || reason; entry.increment(reason)) {
    if (reason) return refuse(reason);
    if (entry->path().extension() == ".so") files.push_back(entry->path());
  }
  return files;
}

// Moves the items whose name another one has too to `skipped`.
template <class Item>
void skip_twins(std::vector<Item>& items, const std::function<std::string(const Item&)>& name_of,
                std::vector<model::SkippedLibrary>& skipped) {
  std::map<std::string, std::vector<const Item*>> by_name;
  for (const Item& item : items) by_name[name_of(item)].push_back(&item);
  if (by_name.size() == items.size()) return;
  std::set<fs::path> twins;
  for (const auto& [name, bearers] : by_name) {
    if (bearers.size() == 1) continue;
    for (const Item* item : bearers) {
      const fs::path& other = (item == bearers.front() ? bearers.back() : bearers.front())->file;
      const bool neighbour = other.parent_path() == item->file.parent_path();
      const std::string more = bearers.size() > 2 ? fmt::format(" and {} more", bearers.size() - 2) : "";
      skipped.push_back({item->file, fmt::format("calls itself {}, as does {}{}; keep one of them", name,
                                                 (neighbour ? other.filename() : other).string(), more)});
      twins.insert(item->file);
    }
  }
  std::erase_if(items, [&](const Item& item) { return twins.contains(item.file); });
}

bool solver_before(const model::SolverInfo& a, const model::SolverInfo& b) {
  const model::SolverIdentity& left = a.identity;
  const model::SolverIdentity& right = b.identity;
  if (left.problem != right.problem) return left.problem < right.problem;
  if (const auto order = left.version <=> right.version; order != 0) return order < 0;
  return std::tie(left.variant, left.version.build, a.file) < std::tie(right.variant, right.version.build, b.file);
}

}  // namespace

Result<Catalog> find_libraries(const std::vector<fs::path>& directories) {
  std::set<fs::path> seen;  // a directory that is named twice holds no twins
  std::vector<fs::path> files;
  for (const fs::path& directory : directories) {
    std::error_code ignored;
    const fs::path real = fs::canonical(directory, ignored);
    if (!ignored && !seen.insert(real).second) continue;
    auto found = libraries_in(directory);
    if (!found) return tl::unexpected(found.error());
    files.insert(files.end(), std::make_move_iterator(found->begin()), std::make_move_iterator(found->end()));
  }
  std::sort(files.begin(), files.end());

  Catalog catalog;
  std::vector<std::optional<Result<Described>>> answers = read_files(files);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const fs::path& file = files[i];
    Result<Described>& described = *answers[i];
    if (!described) {
      catalog.skipped.push_back({file, reason_of(described.error(), file)});
    } else if (described->kind == Kind::kSolver) {
      catalog.solvers.push_back(std::move(described->solver));
    } else {
      catalog.problems.push_back(std::move(described->problem));
    }
  }
  skip_twins<model::SolverInfo>(
      catalog.solvers, [](const model::SolverInfo& solver) { return solver.name(); }, catalog.skipped);
  skip_twins<model::ProblemLibrary>(
      catalog.problems, [](const model::ProblemLibrary& library) { return "the problem " + library.problem; },
      catalog.skipped);
  std::sort(catalog.solvers.begin(), catalog.solvers.end(), solver_before);
  std::sort(catalog.problems.begin(), catalog.problems.end(),
            [](const auto& a, const auto& b) { return a.problem < b.problem; });
  std::sort(catalog.skipped.begin(), catalog.skipped.end(),
            [](const auto& a, const auto& b) { return a.file < b.file; });
  return catalog;
}

Result<model::SolverInfo> read_solver(const fs::path& file) {
  auto source = FileSource::open(file);
  if (!source) return tl::unexpected(source.error());
  auto solver = read_solver_from(*source, file.string());
  if (solver) solver->file = file;
  return solver;
}

}  // namespace harness::library
