// A library of test/profile/symbols in this process, with the addresses of its marks.
#pragma once

#include <dlfcn.h>
#include <link.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <harness/profile/cpu_profile.hpp>
#include <harness/profile/symbols.hpp>
#include <test/catch.hpp>

namespace harness::test {

inline const std::filesystem::path kLibraries = SYMBOLS_DIRECTORY;

inline std::string own_maps() {
  std::ifstream in("/proc/self/maps");
  return {std::istreambuf_iterator<char>(in), {}};
}

// Of the C library itself, whatever stands before it in this process.
inline std::uint64_t c_library_address(const char* function) {
  void* const c_library = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
  REQUIRE(c_library != nullptr);
  void* const at = dlsym(c_library, function);
  REQUIRE(at != nullptr);
  return reinterpret_cast<std::uint64_t>(at);
}

// The line of the library's source that ends in `// line: <name>`.
inline std::uint32_t line_of(const std::string& name) {
  std::ifstream in(SYMBOLS_SOURCE);
  std::string text;
  for (std::uint32_t line = 1; std::getline(in, text); ++line)
    if (text.ends_with("// line: " + name)) return line;
  FAIL("no line " << name);
  return 0;
}

class LoadedLibrary {
 public:
  explicit LoadedLibrary(const std::string& file)
      : file_(file), handle_(dlopen((kLibraries / file).c_str(), RTLD_NOW | RTLD_LOCAL)) {
    INFO(file);
    REQUIRE(handle_ != nullptr);
    mappings = profile::read_mappings(own_maps());
  }
  ~LoadedLibrary() { dlclose(handle_); }
  LoadedLibrary(const LoadedLibrary&) = delete;
  LoadedLibrary& operator=(const LoadedLibrary&) = delete;

  std::uint64_t address(const char* symbol) const {
    void* at = dlsym(handle_, symbol);
    INFO(file_ << ": " << symbol);
    REQUIRE(at != nullptr);
    return reinterpret_cast<std::uint64_t>(at);
  }
  std::uint64_t end_of(const char* function) const {
    Dl_info info{};
    ElfW(Sym)* symbol = nullptr;
    const std::uint64_t begin = address(function);
    REQUIRE(dladdr1(reinterpret_cast<void*>(begin), &info, reinterpret_cast<void**>(&symbol), RTLD_DL_SYMENT) != 0);
    REQUIRE(symbol != nullptr);
    return begin + symbol->st_size;
  }
  // Places of a solver's library that is this file.
  profile::SymbolPlaces places(std::vector<std::filesystem::path> debug_directories = {}) const {
    return {std::filesystem::path(file_).filename().string(), kLibraries / file_, std::move(debug_directories)};
  }

  std::vector<profile::Mapping> mappings;

 private:
  std::string file_;
  void* handle_;
};

}  // namespace harness::test
