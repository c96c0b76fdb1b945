// Real trees, a real CMake and a real compiler.
#include <harness/experiment/solver_build.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string_view>
#include <thread>

#include <signal.h>
#include <unistd.h>

#include <harness/library/catalog.hpp>
#include <harness/library/code_hash.hpp>

#include <test/catch.hpp>

using namespace harness;
using experiment::build_key;
using experiment::build_solvers;
using experiment::BuildOptions;
namespace fs = std::filesystem;

namespace {

struct Directory {
  fs::path path;
  Directory() {
    auto name = (fs::temp_directory_path() / "harness-build-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = fs::canonical(name);
  }
  ~Directory() { fs::remove_all(path); }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name) << text;
  }
};

void set_variable(BuildOptions& options, const std::string& name, const std::string& value) {
  std::erase_if(options.environment, [&](const auto& variable) { return variable.first == name; });
  options.environment.emplace_back(name, value);
}

// The compiler of this build; sanitizers on one side only would be refused. And what must not get through to the build.
BuildOptions options() {
  BuildOptions options;
  const std::string sanitizers = SANITIZERS, flags = sanitizers.empty() ? "" : "-fsanitize=" + sanitizers;
  set_variable(options, "CXX", COMPILER);
  set_variable(options, "CXXFLAGS", flags.empty() ? "" : flags + " -fno-sanitize-recover=all");
  set_variable(options, "LDFLAGS", flags);
  set_variable(options, "HARNESS_SDK", "");
  set_variable(options, "GIT_DIR", "/nonexistent");
  set_variable(options, "LC_ALL", "de_DE.UTF-8");
  return options;
}

// Instrumented code names its source files, whatever the compiler is told of paths.
constexpr bool kHashesHold = std::string_view(SANITIZERS).empty();

constexpr const char* kSolver = R"(#include <harness/sdk/solver.hpp>
#include <span>
long add(std::span<const int> numbers) {
  long sum = 0;
  for (const int number : numbers) sum += number;
  return sum;
}
std::string where() { return __FILE__; }
HARNESS_SOLVER("add-numbers", [](std::span<const int> numbers, const std::string& word) {
  return word == where() ? -1 : add(numbers);
});
)";
constexpr const char* kVersion = "plugin: add-numbers\nversion: 1.0.0\n";
constexpr const char* kVersionFolder = "solvers/add-numbers/v1.0.0/";

// As far as (a) needs it, with a project of its own that must not be asked.
void write_tree(const Directory& directory, const std::string& name) {
  directory.write(name + "/" + kVersionFolder + "add.cpp", kSolver);
  directory.write(name + "/" + kVersionFolder + "version.yaml", kVersion);
  directory.write(name + "/CMakeLists.txt", "message(FATAL_ERROR \"not to be asked\")\n");
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

std::string code_hash(const fs::path& library) {
  const auto bytes = library::read_library_bytes(library);
  REQUIRE(bytes);
  return library::identify(*bytes)->code_hash;
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string why_not(const fs::path& source, const fs::path& build, const BuildOptions& with = options()) {
  const auto built = build_solvers(source, build, with);
  if (built) return "built";
  CHECK(built.error().exit == Exit::kUsage);
  CHECK_FALSE(fs::exists(build / "plugins"));
  CHECK_FALSE(fs::exists(build / "work"));
  return built.error().text();
}

// A project without a compiler: it configures in no time.
std::string project(const std::string& text) {
  return "cmake_minimum_required(VERSION 3.25)\nproject(x NONE)\nif(FALSE)\nfind_package(harness)\nendif()\n" + text;
}

bool vanishes(int process) {
  for (int i = 0; i < 200 && ::kill(process, 0) == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return ::kill(process, 0) != 0;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

TEST_CASE("equal sources in different directories become equal code, whatever repository lies around them") {
  const Directory directory;
  write_tree(directory, "here");
  write_tree(directory, "another and/deeper/place");
  directory.write("here/datasets/add-numbers/problem.yaml", "problem: add-numbers\n");
  // The first one lies in a repository that knows its files, the second one is a repository.
  const auto commit = [&](const std::string& folder, const std::string& what) {
    const auto git =
        "git -C '" + (directory.path / folder).string() + "' -c user.name=a -c user.email=a@b -c commit.gpgsign=false ";
    return std::system(
        ("(" + git + "init -q && " + git + "add " + what + " && " + git + "commit -q -m c) >/dev/null 2>&1").c_str());
  };
  REQUIRE(commit("another and/deeper/place", ".") == 0);
  REQUIRE(commit(".", "here") == 0);

  const auto first = build_solvers(directory.path / "here", directory.path / "builds/1", options());
  if (!first) FAIL(first.error().text());
  CHECK(first->plugin_directories == std::vector<fs::path>{directory.path / "builds/1/plugins"});
  CHECK(first->dataset_directory == directory.path / "here/datasets");
  CHECK_THAT(first->log, ContainsSubstring("add-numbers-v1.0.0.so"));
  CHECK(names_in(directory.path / "builds/1") == std::set<std::string>{"build.log", "plugins"});
  CHECK(text_of(directory.path / "builds/1/build.log") == first->log);
  // From another working directory, with a path that is relative to it.
  const auto place = fs::current_path();
  fs::current_path(directory.path / "another and");
  const auto second = build_solvers("deeper/place", "../builds/2", options());
  fs::current_path(place);
  if (!second) FAIL(second.error().text());
  CHECK(second->dataset_directory.empty());

  const auto one = directory.path / "builds/1/plugins/add-numbers-v1.0.0.so",
             two = directory.path / "builds/2/plugins/add-numbers-v1.0.0.so";
  if (kHashesHold) CHECK(code_hash(one) == code_hash(two));
  CHECK(library::read_solver(one)->git_sha == "");
  CHECK(library::read_solver(two)->git_sha.size() == 40);

  fs::rename(directory.path / "builds/1", directory.path / "moved");
  const auto moved = experiment::built_solvers(directory.path / "here", directory.path / "moved");
  CHECK(library::find_libraries(moved.plugin_directories)->solvers.size() == 1);
}

TEST_CASE("a shipped solver is built as the same code as by the build of this repository") {
  const Directory directory;
  const auto shipped = fs::path(SOURCES) / "solvers/two-sum/v0.8.3";
  fs::create_directories(directory.path / "tree/solvers/two-sum");
  fs::copy(shipped, directory.path / "tree/solvers/two-sum/v0.8.3");
  const auto built = build_solvers(directory.path / "tree", directory.path / "build", options());
  if (!built) FAIL(built.error().text());
  if (kHashesHold)
    CHECK(code_hash(built->plugin_directories[0] / "two-sum-v0.8.3.so") ==
          code_hash(fs::path(PLUGINS) / "two-sum-v0.8.3.so"));
}

TEST_CASE("a project that asks for the SDK is built as it is, wherever it puts its libraries") {
  const Directory directory;
  directory.write("tree/mine/v1.0.0/add.cpp", "#include \"constant.hpp\"\n" + std::string(kSolver));
  directory.write("tree/mine/v1.0.0/version.yaml", kVersion);
  directory.write("tree/include/constant.hpp", "#pragma once\n");
  directory.write("tree/CMakeLists.txt",
                  "cmake_minimum_required(VERSION 3.25)\nproject(mine CXX)\n"
                  "find_package( harness REQUIRED)\ninclude_directories(include)\n"
                  "set(HARNESS_PLUGIN_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/somewhere/else)\n"
                  "add_subdirectory(mine)\n");
  directory.write("tree/mine/CMakeLists.txt", "harness_add_solver(v1.0.0 SOURCES add.cpp)\n");
  const auto built = build_solvers(directory.path / "tree", directory.path / "build", options());
  if (!built) FAIL(built.error().text());
  CHECK(names_in(directory.path / "build/plugins") == std::set<std::string>{"add-numbers-v1.0.0.so"});
  CHECK(names_in(directory.path / "build") == std::set<std::string>{"build.log", "plugins"});
}

TEST_CASE("a tree without solvers says what was looked for") {
  const Directory directory;
  directory.write("empty/solvers/README.md", "");
  directory.write("other/CMakeLists.txt", "project(x)\n# find_package(harness)\nfind_package(harness_of_another)\n");
  const std::string told =
      ": has no solvers: neither a solvers/<problem>/<version>/version.yaml nor a CMakeLists.txt with "
      "find_package(harness) "
      "was found";
  CHECK(why_not(directory.path / "empty", directory.path / "b") == (directory.path / "empty").string() + told);
  CHECK(why_not(directory.path / "other", directory.path / "b") == (directory.path / "other").string() + told);
  CHECK(why_not("/nonexistent", directory.path / "b") == "/nonexistent: cannot be read: No such file or directory");
  directory.write("file", "");
  CHECK(why_not(directory.path / "file", directory.path / "b") ==
        (directory.path / "file").string() + ": expected a directory with solvers, found a file");
  CHECK_FALSE(fs::exists(directory.path / "b"));
}

TEST_CASE("what does not compile is told with file and line, and the log is kept where it is asked for") {
  const Directory directory;
  write_tree(directory, "tree");
  directory.write(std::string("tree/") + kVersionFolder + "add.cpp", "int f() {\n  return nothing;\n}\n");
  auto with = options();
  with.log_file = directory.path / "logs/failed.log";
  CHECK(why_not(directory.path / "tree", directory.path / "build", with) ==
        "does not build: solvers/add-numbers/v1.0.0/add.cpp:2: error: " +
            std::string(text_of(with.log_file).find("undeclared identifier") != std::string::npos
                            ? "use of undeclared identifier 'nothing'"
                            : "'nothing' was not declared in this scope") +
            "; the log is " + with.log_file.string());
  CHECK_THAT(text_of(with.log_file), StartsWith("$ ") && ContainsSubstring("nothing"));

  directory.write(std::string("tree/") + kVersionFolder + "version.yaml", "plugin: add-numbers\nversion: 1.0\n");
  CHECK(why_not(directory.path / "tree", directory.path / "build", with) ==
        "does not build: solvers/add-numbers/v1.0.0/version.yaml: version: expected a version such as 2.0.0, found "
        "`1.0`; "
        "the log is " +
            with.log_file.string());
}

TEST_CASE("a build that hangs is ended with all that it started, while it configures and while it builds") {
  const Directory directory;
  const auto hang = "sh -c \"echo $$ >" + (directory.path / "pid").string() + "; exec sleep 1000\"";
  const auto pid = [&] { return std::atoi(text_of(directory.path / "pid").c_str()); };
  auto with = options();
  with.seconds = 2;
  directory.write("tree/CMakeLists.txt",
                  project("message(STATUS \"soon\")\nexecute_process(COMMAND sh -c [[" + hang + "]])\n"));
  auto begin = std::chrono::steady_clock::now();
  CHECK(why_not(directory.path / "tree", directory.path / "build", with) ==
        "does not build: configuring it did not end within 2 s and was ended after `-- soon`; the log is " +
            (directory.path / "build/build.log").string());
  CHECK(vanishes(pid()));
  fs::remove(directory.path / "pid");
  // The build tool gives each command a process group of its own.
  directory.write("hang.sh", "echo $$ >'" + (directory.path / "pid").string() + "'\nexec sleep 1000\n");
  directory.write("tree/CMakeLists.txt", project("add_custom_target(hang ALL COMMAND sh \"" +
                                                 (directory.path / "hang.sh").string() + "\" VERBATIM)\n"));
  with.seconds = 3;
  CHECK_THAT(why_not(directory.path / "tree", directory.path / "build", with),
             StartsWith("does not build: building it did not end within 3 s and was ended"));
  REQUIRE(pid() > 1);
  CHECK(vanishes(pid()));
  CHECK(seconds_since(begin) < 20);
}

TEST_CASE("a build that writes without end, or is interrupted, ends") {
  const Directory directory;
  directory.write("tree/CMakeLists.txt", project("while(TRUE)\nmessage(STATUS \"again and again\")\nendwhile()\n"));
  auto with = options();
  with.output_bytes = 1 << 20;
  CHECK_THAT(
      why_not(directory.path / "tree", directory.path / "build", with),
      StartsWith("does not build: configuring it: wrote more than 1 MiB to its output after `-- again and again`"));
  std::atomic<bool> stop = false;
  with.stop = &stop;
  with.output_bytes = std::size_t{1} << 40;
  directory.write("tree/CMakeLists.txt", project("execute_process(COMMAND sleep 1000)\n"));
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    stop = true;
  });
  const auto built = build_solvers(directory.path / "tree", directory.path / "build", with);
  other.join();
  REQUIRE_FALSE(built);
  CHECK(built.error().exit == Exit::kInterrupted);
}

TEST_CASE("a build of which no solver comes, or that cannot begin, says why") {
  const Directory directory;
  directory.write("tree/CMakeLists.txt", project(""));
  CHECK_THAT(why_not(directory.path / "tree", directory.path / "build"),
             StartsWith("does not build: no solver's library came out of it; the log is "));
  directory.write("text.so", "no library");
  directory.write("tree/CMakeLists.txt", project("file(COPY ../text.so DESTINATION ${CMAKE_BINARY_DIR})\n"));
  CHECK_THAT(why_not(directory.path / "tree", directory.path / "build"),
             StartsWith("does not build: no solver that can be used came out of it: text.so: "));

  auto with = options();
  set_variable(with, "PATH", "/nonexistent::.");
  CHECK(why_not(directory.path / "tree", directory.path / "build", with) ==
        "cmake: was not found in $PATH; install it to build solvers");
  with = options();
  set_variable(with, "HARNESS_SDK", directory.path.string());
  CHECK(why_not(directory.path / "tree", directory.path / "build", with) ==
        "HARNESS_SDK: expected a folder with harnessConfig.cmake or lib/cmake/harness, found `" +
            directory.path.string() + "`");
  directory.write("file", "");
  CHECK(build_solvers(directory.path / "tree", directory.path / "file/below", options()).error().text() ==
        (directory.path / "file/below/work").string() + ": cannot be written: Not a directory");
}

TEST_CASE("the SDK is found beside the program, or where HARNESS_SDK says: a prefix or the folder itself") {
  const auto beside = experiment::find_sdk({});
  if (!beside) FAIL(beside.error().text());
  CHECK(fs::exists(*beside / "HarnessSolver.cmake"));
  const auto prefix = beside->parent_path().parent_path().parent_path();
  CHECK(fs::exists(prefix / "include/harness/sdk/solver.hpp"));
  CHECK(*experiment::find_sdk({{"HARNESS_SDK", prefix.string()}}) == *beside);
  CHECK(*experiment::find_sdk({{"HARNESS_SDK", beside->string()}}) == *beside);
}

TEST_CASE("a build's key differs where the build could") {
  const Directory directory;
  const auto key = build_key({"a", "b"}, options());
  CHECK(key.size() == 64);
  std::set<std::string> keys{key, build_key({"a"}, options()), build_key({"ab"}, options()),
                             build_key({"b", "a"}, options())};
  const auto also_with = [&](const std::string& name, const std::string& value) {
    auto with = options();
    set_variable(with, name, value);
    keys.insert(build_key({"a", "b"}, with));
  };
  also_with("CXXFLAGS", "-march=native");
  also_with("LDFLAGS", "-s");
  also_with("CPATH", "/opt/include");
  also_with("CXX", "/nonexistent/c++");
  // Another compiler of the same name, then a newer version of it.
  const auto compiler = directory.path / "c++";
  for (const auto* version : {"one", "two"}) {
    directory.write("c++", std::string("#!/bin/sh\necho ") + version + "\necho rest\n");
    fs::permissions(compiler, fs::perms(0755));
    also_with("CXX", compiler.string());
  }
  // A changed header, a changed function of CMake.
  const auto sdk = experiment::find_sdk({}), prefix = Result<fs::path>(directory.path / "prefix");
  fs::create_directories(*prefix / "lib/cmake");
  fs::create_directories(*prefix / "include/harness");
  fs::copy(*sdk, *prefix / "lib/cmake/harness");
  fs::copy(sdk->parent_path().parent_path().parent_path() / "include/harness/sdk", *prefix / "include/harness/sdk");
  auto with = options();
  set_variable(with, "HARNESS_SDK", prefix->string());
  CHECK(build_key({"a", "b"}, with) == key);
  std::ofstream(*prefix / "include/harness/sdk/solver.hpp", std::ios::app) << "\n";
  also_with("HARNESS_SDK", prefix->string());
  std::ofstream(*prefix / "lib/cmake/harness/HarnessSolver.cmake", std::ios::app) << "\n";
  also_with("HARNESS_SDK", prefix->string());
  CHECK(keys.size() == 12);
  CHECK(build_key({"a", "b"}, options()) == key);
}
