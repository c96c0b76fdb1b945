// A tree of files that stands in for `/`, removed at the end.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include <harness/machine/spoilers.hpp>

class FakeSystem {
 public:
  FakeSystem() {
    std::string name = (std::filesystem::temp_directory_path() / "harness-system-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    root_ = name;
    surroundings.root = root_;
    surroundings.cores = {0, 1};
  }
  ~FakeSystem() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  FakeSystem(const FakeSystem&) = delete;
  FakeSystem& operator=(const FakeSystem&) = delete;

  FakeSystem& write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path, std::ios::binary) << text;
    return *this;
  }
  FakeSystem& remove(const std::string& path) {
    std::filesystem::remove_all(root_ / path);
    return *this;
  }
  const std::filesystem::path& root() const { return root_; }

  // The finding of this name.
  harness::machine::Spoiler find(const std::string& what) const {
    for (auto& spoiler : harness::machine::spoilers(surroundings)) {
      if (spoiler.what == what) return spoiler;
    }
    throw std::runtime_error("no finding is called " + what);
  }
  // `spoils: powersave on 2 of 2 cores`
  std::string line(const std::string& what) const {
    const auto spoiler = find(what);
    return std::string(harness::machine::word_of(spoiler.state)) + ": " + spoiler.found;
  }

  harness::machine::Surroundings surroundings;

 private:
  std::filesystem::path root_;
};
