#include <harness/experiment/gate_sides.hpp>

#include <set>
#include <utility>

#include <fmt/format.h>

#include <harness/experiment/solver_build.hpp>
#include <harness/experiment/source_files.hpp>
#include <harness/model/sha256.hpp>
#include <harness/store/input_file.hpp>

namespace harness::experiment {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostSourceBytes = std::uint64_t{64} << 20;

// C++ files as they were compiled: what the lines of a profile mean once the tree has changed.
void keep_sources(const fs::path& from, const fs::path& to) {
  static const std::set<std::string> kExtensions = {".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".inc", ".ipp"};
  constexpr std::size_t kMostFiles = 5000;
  constexpr std::uintmax_t kMostBytes = 256 << 10;
  std::error_code failed;
  std::size_t count = 0;
  for (fs::recursive_directory_iterator each(from, fs::directory_options::skip_permission_denied, failed), end;
       !failed && each != end && count < kMostFiles; each.increment(failed)) {
    std::error_code ignored;
    const auto name = each->path().filename().string();
    if (each->is_directory(ignored) && (name.starts_with(".") || name.starts_with("build"))) each.disable_recursion_pending();
    if (each->is_symlink(ignored) || !each->is_regular_file(ignored) || !kExtensions.contains(each->path().extension().string())) continue;
    if (each->file_size(ignored) > kMostBytes) continue;
    const auto goal = to / each->path().lexically_relative(from);
    fs::create_directories(goal.parent_path(), ignored);
    if (fs::copy_file(each->path(), goal, ignored)) {
      fs::last_write_time(goal, each->last_write_time(ignored), ignored);
      ++count;
    }
  }
}

class Sides {
 public:
  Sides(const GateRequest& request, const Terminal& terminal, const std::function<void(const std::string&)>& say)
      : request_(request), terminal_(terminal), say_(say) {
    sides_.builds = std::make_shared<store::BuildCache>(store::BuildCache::default_directory());
    options_.stop = &terminal.stop;
  }

  Result<GateSides> prepare() {
    std::error_code ignored;
    const auto here = fs::current_path(ignored);
    sides_.datasets = request_.run.places.dataset_directory;
    sides_.candidate = request_.run.places.plugin_directories;
    if (!request_.base_directory.empty()) {
      if (!fs::is_directory(request_.base_directory, ignored)) {
        return fail("--base-dir=" + request_.base_directory.string(), "is no directory",
                    "name one that holds the old libraries");
      }
      // A repository is not needed then; where there is one, its working tree is the candidate, unless libraries were
      // given.
      auto revisions = store::find_revisions(here, "HEAD", request_.environment);
      if (revisions)
        sides_.revisions = std::move(*revisions);
      else if (!request_.plugins_given)
        say_(fmt::format("no repository here: the candidates are {}", sides_.candidate.front().string()));
      sides_.revisions.base_sha.clear();
      sides_.revisions.base = request_.base_directory.string();
      sides_.base = {request_.base_directory};
      if (revisions && !request_.plugins_given) {
        if (auto built = take_candidate(); !built) return tl::unexpected(built.error());
      }
      return std::move(sides_);
    }
    auto revisions = store::find_revisions(here, request_.base, request_.environment, files_that_matter);
    if (!revisions) return tl::unexpected(revisions.error());
    sides_.revisions = std::move(*revisions);
    const auto& root = sides_.revisions.root;
    const auto changed = store::changed_files(root, sides_.revisions.base_sha, files_that_matter(root));
    if (!changed) return tl::unexpected(changed.error());
    if (changed->empty() && !request_.plugins_given) {
      sides_.nothing_changed = true;
      return std::move(sides_);
    }
    auto base = build_base();
    if (!base) return tl::unexpected(base.error());
    sides_.base = base->plugin_directories;
    sides_.base_sources = {base->plugin_directories.front().parent_path() / "sources"};
    sides_.base_datasets = base->dataset_directory;
    if (!request_.plugins_given) {
      if (auto built = take_candidate(); !built) return tl::unexpected(built.error());
    }
    return std::move(sides_);
  }

 private:
  Result<void> take_candidate() {
    auto candidate = build_candidate();
    if (!candidate) return tl::unexpected(candidate.error());
    sides_.candidate = candidate->plugin_directories;
    sides_.candidate_sources = {candidate->plugin_directories.front().parent_path() / "sources"};
    std::error_code ignored;
    const auto datasets = sides_.revisions.root / "datasets";
    if (fs::is_directory(datasets, ignored)) sides_.datasets = datasets;
    return {};
  }

  // All of the tree: a solver may include whatever lies in it.
  Result<std::vector<std::string>> id_at(const std::string& sha) const {
    auto id = store::object_at(sides_.revisions.root, sha, "");
    if (!id) return tl::unexpected(id.error());
    return std::vector{std::move(*id)};
  }

  Result<BuiltSolvers> build_base() {
    const auto& revisions = sides_.revisions;
    return build_commit(revisions.base_sha, fmt::format("{} ({})", revisions.base_sha.substr(0, 7), revisions.base));
  }

  Result<BuiltSolvers> build_commit(const std::string& sha, const std::string& name) {
    const auto ids = id_at(sha);
    if (!ids) return tl::unexpected(ids.error());
    return build(*ids, name, [&](const fs::path& folder) -> Result<fs::path> {
      const auto source = folder / "source";
      if (auto out = store::check_out(sides_.revisions.root, sha, source); !out) return tl::unexpected(out.error());
      return source;
    });
  }

  // What the working tree is: HEAD, and what differs from it.
  Result<std::vector<std::string>> id_of_tree() const {
    const auto& revisions = sides_.revisions;
    auto ids = id_at(revisions.head_sha);
    if (!ids || !revisions.dirty) return ids;
    const auto changed = store::changed_files(revisions.root, revisions.head_sha, {});
    if (!changed) return tl::unexpected(changed.error());
    for (const auto& file : *changed) {
      const auto text = store::read_text(revisions.root / file, kMostSourceBytes);
      ids->push_back(fmt::format("{}={}", file, text ? model::Sha256().add(*text).hex() : "gone"));
    }
    return ids;
  }

  // A clean tree is built from its commit, so that nothing which is saved meanwhile, or ignored, gets into a build that
  // is kept for that commit. A dirty one is built where it is; when it changed while it was built, the build is not
  // kept.
  Result<BuiltSolvers> build_candidate() {
    const auto& revisions = sides_.revisions;
    if (!revisions.dirty) return build_commit(revisions.head_sha, revisions.head_sha.substr(0, 7));
    const auto ids = id_of_tree();
    if (!ids) return tl::unexpected(ids.error());
    return build(
        *ids, "the working tree", [&](const fs::path&) -> Result<fs::path> { return revisions.root; },
        [&]() -> Result<void> {
          const auto after = id_of_tree();
          if (!after) return tl::unexpected(after.error());
          if (*after == *ids) return {};
          return fail("the working tree", "changed while it was built", "run the gate again");
        });
  }

  Result<BuiltSolvers> build(const std::vector<std::string>& ids, const std::string& name,
                             const std::function<Result<fs::path>(const fs::path& folder)>& source,
                             const std::function<Result<void>()>& still_the_same = {}) {
    const auto folder = sides_.builds->get(
        build_key(ids, options_),
        [&](const fs::path& making) -> Result<void> {
          say_(fmt::format("building the solvers of {}", name));
          const auto from = source(making);
          if (!from) return tl::unexpected(from.error());
          auto options = options_;
          // Outside of what is cleared away when it fails: the error names it.
          options.log_file = store::BuildCache::default_directory().parent_path() /
                             (*from == making / "source" ? "build-base.log" : "build-candidate.log");
          auto built = build_solvers(*from, making / "build", options);
          std::error_code failed;
          if (!built) {
            auto error = built.error();
            error.what = name + ": " + error.what;
            return tl::unexpected(std::move(error));
          }
          if (still_the_same) {
            if (auto same = still_the_same(); !same) return same;
          }
          fs::remove(options.log_file, failed);
          // What stands in it must hold after it was moved to its place.
          fs::create_directories(making / "plugins", failed);
          for (const auto& directory : built->plugin_directories) {
            for (const auto& library : fs::directory_iterator(directory, failed)) {
              // Debug information that was put aside goes with its library.
              if (library.path().extension() == ".so" || library.path().extension() == ".debug")
                fs::copy_file(library.path(), making / "plugins" / library.path().filename(), failed);
              if (failed) return fail((making / "plugins").string(), "cannot be written: " + failed.message());
            }
          }
          const bool checked_out = *from == making / "source";
          if (checked_out && !built->dataset_directory.empty())
            fs::rename(built->dataset_directory, making / "datasets", failed);
          keep_sources(*from, making / "sources");
          fs::remove_all(making / "build", failed);
          fs::remove_all(making / "source", failed);
          return {};
        },
        [this] { return terminal_.stop.load(); });
    if (!folder) return tl::unexpected(folder.error());
    std::error_code ignored;
    BuiltSolvers built;
    built.plugin_directories = {*folder / "plugins"};
    if (fs::is_directory(*folder / "datasets", ignored)) built.dataset_directory = *folder / "datasets";
    return built;
  }

  const GateRequest& request_;
  const Terminal& terminal_;
  const std::function<void(const std::string&)>& say_;
  BuildOptions options_;
  GateSides sides_;
};

}  // namespace

Result<GateSides> prepare_sides(const GateRequest& request, const Terminal& terminal,
                                const std::function<void(const std::string&)>& say) {
  return Sides(request, terminal, say).prepare();
}

}  // namespace harness::experiment
