#include <harness/library/catalog.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <system_error>
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

// Moves the items whose name more than one of them has to `skipped`.
template <class Item>
void skip_twins(std::vector<Item>& items, const std::function<std::string(const Item&)>& name_of,
                std::vector<model::SkippedLibrary>& skipped) {
  std::map<std::string, std::vector<fs::path>> files;
  for (const Item& item : items) files[name_of(item)].push_back(item.file);
  std::erase_if(items, [&](const Item& item) {
    const std::vector<fs::path>& twins = files[name_of(item)];
    if (twins.size() == 1) return false;
    std::string others;
    for (const fs::path& twin : twins) {
      if (twin == item.file) continue;
      const bool neighbour = twin.parent_path() == item.file.parent_path();
      others += (others.empty() ? "" : ", ") + (neighbour ? twin.filename() : twin).string();
    }
    skipped.push_back(
        {item.file, fmt::format("calls itself {}, and so does {}; keep one of them", name_of(item), others)});
    return true;
  });
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
  for (const fs::path& file : files) {
    auto described = read_file(file);
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
