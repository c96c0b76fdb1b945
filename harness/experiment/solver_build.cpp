#include <harness/experiment/solver_build.hpp>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <set>
#include <string_view>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include <harness/experiment/build_log.hpp>
#include <harness/library/catalog.hpp>
#include <harness/model/sha256.hpp>
#include <harness/worker/command.hpp>

namespace harness::experiment {
namespace {

namespace fs = std::filesystem;

// The project that stands around the folders of a tree which has no project of its own, or one that is not asked.
constexpr const char* kProject = R"(cmake_minimum_required(VERSION 3.25)
project(solvers LANGUAGES CXX)
find_package(harness REQUIRED)
harness_add_solvers_below("${HARNESS_SOLVERS}")
if(HARNESS_DATASETS)
  harness_add_problems_below("${HARNESS_DATASETS}")
endif()
)";

constexpr const char* kPlugins = "plugins";
constexpr const char* kWork = "work";  // what goes when the build has ended
constexpr const char* kLog = "build.log";
constexpr std::size_t kMostProjectBytes = 1 << 20;  // of a CMakeLists.txt that is read for a word
constexpr double kVersionSeconds = 20;

// What tells a compiler what to do and where to look, besides its own command line.
constexpr const char* kOfTheKey[] = {"CXX",
                                     "CXXFLAGS",
                                     "LDFLAGS",
                                     "CPPFLAGS",
                                     "CPATH",
                                     "CPLUS_INCLUDE_PATH",
                                     "LIBRARY_PATH",
                                     "COMPILER_PATH",
                                     "GCC_EXEC_PREFIX",
                                     "CMAKE_PREFIX_PATH",
                                     "CMAKE_CXX_COMPILER_LAUNCHER"};
constexpr const char* kUsualCompilers[] = {"c++", "g++", "clang++"};  // as CMake looks for them

std::string read_text(const fs::path& file, std::size_t most) {
  std::ifstream in(file, std::ios::binary);
  std::string text(most, '\0');
  in.read(text.data(), static_cast<std::streamsize>(most));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

bool has_below(const fs::path& folder, int depth, const std::string& file) {
  std::error_code error;
  if (depth == 0) return fs::is_regular_file(folder / file, error);
  for (fs::directory_iterator each(folder, error), end; !error && each != end; each.increment(error))
    if (std::error_code ignored; each->is_directory(ignored) && has_below(each->path(), depth - 1, file)) return true;
  return false;
}

// Whether a project asks for the SDK, other than in a comment.
bool uses_the_sdk(const fs::path& project) {
  auto text = read_text(project, kMostProjectBytes);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  for (auto at = text.find("find_package"); at != std::string::npos; at = text.find("find_package", at + 1)) {
    const auto line = text.rfind('\n', at) + 1;
    if (text.find('#', line) < at) continue;
    auto next = text.find_first_not_of(" \t", at + std::string_view("find_package").size());
    if (next == std::string::npos || text[next] != '(') continue;
    next = text.find_first_not_of(" \t\r\n", next + 1);
    constexpr std::string_view kName = "harness";
    if (next == std::string::npos || text.compare(next, kName.size(), kName) != 0) continue;
    const auto after = next + kName.size() < text.size() ? text[next + kName.size()] : ')';
    if (after == ')' || after == ' ' || after == '\t' || after == '\n' || after == '\r') return true;
  }
  return false;
}

class Build {
 public:
  Build(const BuildOptions& options, fs::path source, fs::path directory)
      : options_(options),
        source_(std::move(source)),
        directory_(std::move(directory)),
        log_file_(options.log_file.empty() ? directory_ / kLog : options.log_file) {}

  Result<BuiltSolvers> make() {
    const bool has_folders = has_below(source_ / "solvers", 2, "version.yaml");
    if (!has_folders && !uses_the_sdk(source_ / "CMakeLists.txt"))
      return fail(source_.string(),
                  "has no solvers: neither a solvers/<problem>/<version>/version.yaml nor a CMakeLists.txt with "
                  "find_package(harness) was found");
    const auto cmake = find_program(options_.environment, "cmake");
    if (cmake.empty()) return fail("cmake", "was not found in $PATH", "install it to build solvers");
    const auto sdk = find_sdk(options_.environment);
    if (!sdk) return tl::unexpected(sdk.error());
    if (const auto made = make_directories(); !made) return tl::unexpected(made.error());

    std::vector<std::string> configure{cmake,
                                       "-S",
                                       has_folders ? directory_ / kWork / "project" : source_,
                                       "-B",
                                       directory_ / kWork / "build",
                                       "-G",
                                       find_program(options_.environment, "ninja").empty() ? "Unix Makefiles" : "Ninja",
                                       "-Wno-dev",
                                       "-DCMAKE_BUILD_TYPE=Release",
                                       "-Dharness_DIR:PATH=" + sdk->string(),
                                       "-DHARNESS_PLUGIN_OUTPUT_DIRECTORY:PATH=" + (directory_ / kPlugins).string()};
    if (has_folders) {
      configure.push_back("-DHARNESS_SOLVERS:PATH=" + (source_ / "solvers").string());
      const bool has_problems = has_below(source_ / "datasets", 1, "problem.cpp");
      configure.push_back("-DHARNESS_DATASETS:PATH=" + (has_problems ? (source_ / "datasets").string() : ""));
    }
    if (const auto done = step("configuring", configure); !done) return give_up(done.error());
    const auto jobs = options_.jobs > 0 ? options_.jobs : std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
    const std::vector<std::string> build{cmake, "--build", directory_ / kWork / "build", "--parallel",
                                         std::to_string(jobs)};
    if (const auto done = step("building", build); !done) return give_up(done.error());
    if (const auto done = gather(); !done) return give_up(done.error());
    clear();
    auto built = built_solvers(source_, directory_);
    built.log = std::move(log_);
    return built;
  }

 private:
  Result<void> make_directories() {
    std::error_code error;
    const auto cannot = [&](const fs::path& path) {
      return fail(path.string(), "cannot be written: " + error.message());
    };
    for (const auto& left : {directory_ / kWork, directory_ / kPlugins, log_file_})
      if (fs::remove_all(left, error); error) return cannot(left);
    for (const auto& needed : {directory_ / kWork / "project", directory_ / kPlugins})
      if (fs::create_directories(needed, error); error) return cannot(needed);
    const auto project = directory_ / kWork / "project" / "CMakeLists.txt";
    if (std::ofstream out(project); !(out << kProject << std::flush)) {
      error.assign(errno, std::generic_category());
      return cannot(project);
    }
    return {};
  }

  Environment environment() const {
    auto variables = environment_of_builds(options_.environment);
    // A tree without a repository of its own is nobody's: not of one that happens to lie around it.
    std::error_code error;
    if (!fs::exists(source_ / ".git", error))
      variables.emplace_back("GIT_CEILING_DIRECTORIES", source_.parent_path().string());
    return variables;
  }

  // One limited child; its words and all that it writes go into the log.
  Result<void> step(const char* name, const std::vector<std::string>& words) {
    worker::Command command;
    command.words = words;
    command.environment = environment();
    command.directory = directory_ / kWork;
    command.seconds = std::max(options_.seconds - seconds_used(), 0.0);
    command.output_bytes = options_.output_bytes;
    command.errors_in_output = true;
    command.stop = options_.stop;
    const auto finished = worker::run_command(command);
    const auto& output = finished ? finished->output : finished.error().output;
    log_ += fmt::format("$ {}\n{}\n", fmt::join(words, " "), output);
    const bool is_kept = keep_log();
    if (finished && finished->status == 0) return {};

    const auto next =
        is_kept ? "the log is " + log_file_.string() : "the log could not be kept in " + log_file_.string();
    if (finished) {
      const auto why = first_error(output, source_);
      return fail("does not build", why.empty() ? fmt::format("{} ended with status {}", name, finished->status) : why,
                  next);
    }
    const auto& failure = finished.error();
    if (failure.kind == worker::FailureKind::kInterrupted) return fail("", "interrupted", "", Exit::kInterrupted);
    auto why = failure.kind == worker::FailureKind::kTimedOut
                   ? fmt::format("{} it did not end within {:.4g} s and was ended", name, options_.seconds)
                   : fmt::format("{} it: {}", name, failure.text);
    if (const auto last = last_line(output, source_); !last.empty()) why += fmt::format(" after `{}`", last);
    return fail("does not build", why, next);
  }

  double seconds_used() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

  bool keep_log() const {
    std::error_code error;
    if (log_file_.has_parent_path()) fs::create_directories(log_file_.parent_path(), error);
    std::ofstream out(log_file_, std::ios::binary);
    return static_cast<bool>(out << log_ << std::flush);
  }

  // A project of its own may have put its libraries elsewhere: those that are ours are brought together.
  Result<void> gather() {
    const auto plugins = directory_ / kPlugins;
    if (usable_in(plugins)) return {};
    std::set<fs::path> found;
    std::error_code error;
    for (fs::recursive_directory_iterator each(directory_ / kWork / "build", error), end; !error && each != end;
         each.increment(error))
      if (std::error_code ignored; (each->path().extension() == ".so" || each->path().extension() == ".debug") &&
                                   each->is_regular_file(ignored))
        found.insert(each->path());
    for (const auto& library : found) fs::rename(library, plugins / library.filename(), error);
    if (const auto usable = usable_in(plugins); !usable)
      return fail("does not build", usable.error(), "the log is " + log_file_.string());
    return {};
  }

  // Whether there is a solver; why not else.
  tl::expected<void, std::string> usable_in(const fs::path& plugins) const {
    const auto catalog = library::find_libraries({plugins});
    if (!catalog) return tl::unexpected<std::string>(catalog.error().text());
    if (!catalog->solvers.empty()) return {};
    if (catalog->skipped.empty()) return tl::unexpected<std::string>("no solver's library came out of it");
    const auto& skipped = catalog->skipped.front();
    return tl::unexpected(fmt::format("no solver that can be used came out of it: {}: {}",
                                      fs::path(skipped.file).filename().string(), skipped.reason));
  }

  void clear() {
    std::error_code error;
    fs::remove_all(directory_ / kWork, error);
  }
  tl::unexpected<Error> give_up(const Error& error) {
    clear();
    std::error_code ignored;
    fs::remove_all(directory_ / kPlugins, ignored);
    return tl::unexpected(error);
  }

  const BuildOptions& options_;
  fs::path source_, directory_, log_file_;
  std::string log_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// Its path, the file that is behind it, its arguments and its first line on `--version`.
std::string compiler_facts(const BuildOptions& options) {
  std::vector<std::string> words;
  const auto asked = value_of(options.environment, "CXX");
  for (std::size_t from = 0; (from = asked.find_first_not_of(" \t", from)) != std::string::npos;) {
    const auto end = std::min(asked.find_first_of(" \t", from), asked.size());
    words.push_back(asked.substr(from, end - from));
    from = end;
  }
  fs::path program;
  if (!words.empty()) {
    program = find_program(options.environment, words[0]);
  } else {
    for (const auto* name : kUsualCompilers)
      if (program = find_program(options.environment, name); !program.empty()) break;
    words.emplace_back();
  }
  if (program.empty()) return "none";
  words[0] = program.string();
  worker::Command command;
  command.words = words;
  command.words.emplace_back("--version");
  command.environment = environment_of_builds(options.environment);
  command.seconds = kVersionSeconds;
  command.stop = options.stop;
  const auto finished = worker::run_command(command);
  std::error_code error;
  return fmt::format("{}\n{}\n{}", fmt::join(words, " "), fs::canonical(program, error).string(),
                     finished ? finished->output.substr(0, finished->output.find('\n')) : "none");
}

// Every file of the SDK: what CMake reads and what is included.
std::string sdk_hash(const fs::path& sdk) {
  model::Sha256 hash;
  for (const auto& folder : {sdk, sdk.parent_path().parent_path().parent_path() / "include" / "harness" / "sdk"}) {
    std::set<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator each(folder, error), end; !error && each != end; each.increment(error))
      if (std::error_code ignored; each->is_regular_file(ignored)) files.insert(each->path());
    for (const auto& file : files) {
      const auto text = read_text(file, kMostProjectBytes);
      hash.add(fmt::format("{} {}\n", file.filename().string(), text.size())).add(text);
    }
  }
  return hash.hex();
}

}  // namespace

BuiltSolvers built_solvers(const fs::path& source, const fs::path& build_directory) {
  std::error_code error;
  const auto datasets = source / "datasets";
  return {{build_directory / kPlugins}, fs::is_directory(datasets, error) ? datasets : fs::path(), {}};
}

Result<BuiltSolvers> build_solvers(const fs::path& source, const fs::path& build_directory,
                                   const BuildOptions& options) {
  std::error_code error;
  const auto tree = fs::canonical(source, error);
  if (error) return fail(source.string(), "cannot be read: " + error.message());
  if (!fs::is_directory(tree, error)) return fail(source.string(), "expected a directory with solvers, found a file");
  const auto directory = fs::weakly_canonical(fs::absolute(build_directory, error), error);
  if (error) return fail(build_directory.string(), "cannot be written: " + error.message());
  return Build(options, tree, directory).make();
}

std::string build_key(const std::vector<std::string>& sources, const BuildOptions& options) {
  model::Sha256 hash;
  const auto add = [&](std::string_view name, const std::string& value) {
    hash.add(fmt::format("{} {}\n", name, value.size())).add(value).add("\n");
  };
  add("harness", HARNESS_VERSION);
  add("project", kProject);
  for (const auto& source : sources) add("source", source);
  add("compiler", compiler_facts(options));
  for (const auto* name : kOfTheKey) add(name, value_of(options.environment, name));
  const auto sdk = find_sdk(options.environment);
  add("sdk", sdk ? sdk_hash(*sdk) : "none");
  return hash.hex();
}

}  // namespace harness::experiment
