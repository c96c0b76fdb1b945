// The small files of /proc and /sys: private to this module. What is missing, too long or garbage is simply not known.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace harness::machine {

class SystemFiles {
 public:
  // `root` stands in for `/`.
  explicit SystemFiles(std::filesystem::path root) : root_(std::move(root)) {}

  // At most 4 MiB, without the white space at the end. `path` is relative: `proc/loadavg`.
  std::optional<std::string> text(const std::string& path) const;
  // A file that holds one word and nothing else: up to 64 letters, digits and signs, safe to be shown.
  std::optional<std::string> word(const std::string& path) const;
  // A file that holds one whole number.
  std::optional<std::uint64_t> number(const std::string& path) const;
  // A file that holds a list of cores such as `0-3,8`.
  std::optional<std::vector<int>> cores(const std::string& path) const;
  // A regular file that this user may execute.
  bool is_program(const std::string& path) const;

 private:
  std::filesystem::path root_;
};

std::vector<std::string_view> words_of(std::string_view text);
std::vector<std::string_view> lines_of(std::string_view text);
std::optional<std::uint64_t> whole_number(std::string_view text);
// Not negative, finite.
std::optional<double> decimal_number(std::string_view text);

// `0-3,8` -> {0, 1, 2, 3, 8}; "" -> {}. Nothing: garbage, or numbers beyond 65535.
std::optional<std::vector<int>> parse_cores(std::string_view text);
// {0, 1, 2, 3, 8} -> `0-3,8`
std::string list_of_cores(const std::vector<int>& cores);

// Printable and short: for texts of the firmware.
std::string shown(std::string_view text);

}  // namespace harness::machine
