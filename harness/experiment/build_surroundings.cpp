#include <harness/experiment/build_surroundings.hpp>

#include <algorithm>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

namespace harness::experiment {
namespace {

namespace fs = std::filesystem;

// What changes how CMake and compilers speak, whom they obey or where git looks; a `*` at the end is any ending.
constexpr std::string_view kLeftOut[] = {
    "GIT_*",  "LC_*",      "LANGUAGE",     "CLICOLOR_FORCE", "GCC_COLORS", "CMAKE_GENERATOR*", "MAKEFLAGS",
    "MFLAGS", "MAKELEVEL", "NINJA_STATUS", "VERBOSE",        "DESTDIR",    "BENCHMARK_*"};
bool is_left_out(std::string_view name) {
  return std::any_of(std::begin(kLeftOut), std::end(kLeftOut), [&](std::string_view each) {
    return each.ends_with('*') ? name.starts_with(each.substr(0, each.size() - 1)) : name == each;
  });
}

}  // namespace

Environment own_environment() {
  Environment variables;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view variable(*each);
    const auto equals = variable.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    variables.emplace_back(variable.substr(0, equals), variable.substr(equals + 1));
  }
  return variables;
}

Environment environment_of_builds(const Environment& environment) {
  Environment variables;
  for (const auto& variable : environment)
    if (!is_left_out(variable.first)) variables.push_back(variable);
  variables.emplace_back("LC_ALL", "C");  // the log is read by build_log.cpp
  return variables;
}

std::string value_of(const Environment& environment, std::string_view name) {
  for (const auto& [each, value] : environment)
    if (each == name) return value;
  return {};
}

fs::path find_program(const Environment& environment, const std::string& name) {
  const auto can_run = [](const fs::path& file) {
    std::error_code error;
    return fs::is_regular_file(file, error) && ::access(file.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string::npos) return can_run(name) ? fs::path(name) : fs::path();
  const auto path = value_of(environment, "PATH");
  for (std::size_t from = 0; from <= path.size();) {
    const auto colon = std::min(path.find(':', from), path.size());
    if (const auto folder = path.substr(from, colon - from); folder.starts_with('/') && can_run(fs::path(folder) / name))
      return fs::path(folder) / name;
    from = colon + 1;
  }
  return {};
}

Result<fs::path> find_sdk(const Environment& environment) {
  const fs::path folders = fs::path("lib") / "cmake" / "harness", file = "harnessConfig.cmake";
  std::error_code error;
  if (const auto asked = value_of(environment, "HARNESS_SDK"); !asked.empty()) {
    for (const auto& folder : {fs::path(asked), fs::path(asked) / folders})
      if (fs::exists(folder / file, error)) return fs::canonical(folder, error);
    return fail("HARNESS_SDK",
                fmt::format("expected a folder with harnessConfig.cmake or lib/cmake/harness, found `{}`", asked));
  }
  const auto program = fs::read_symlink("/proc/self/exe", error);
  const auto folder = program.parent_path().parent_path() / folders;
  if (!fs::exists(folder / file, error))
    return fail("the SDK of harness", fmt::format("was not found in {}", folder.string()),
                "install it (cmake --install BUILD), or set HARNESS_SDK to the prefix that it was installed to");
  return folder;
}

}  // namespace harness::experiment
