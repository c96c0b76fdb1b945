#include <harness/machine/system_files.hpp>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

namespace harness::machine {
namespace {

constexpr std::size_t kMostBytes = std::size_t{4} << 20;
constexpr int kMostCores = 65'535;
constexpr std::string_view kSpace = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(kSpace);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

}  // namespace

std::optional<std::string> SystemFiles::text(const std::string& path) const {
  const auto full = root_ / path;
  std::error_code error;
  if (!std::filesystem::is_regular_file(full, error)) return {};
  std::ifstream file(full, std::ios::binary);
  std::string text;
  char piece[4096];
  while (file.read(piece, sizeof piece) || file.gcount() > 0) {
    text.append(piece, static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMostBytes) return {};
  }
  if (file.bad() || !file.eof()) return {};
  text.erase(text.find_last_not_of(kSpace) + 1);
  return text;
}

std::optional<std::string> SystemFiles::word(const std::string& path) const {
  const auto whole = text(path);
  if (!whole || whole->empty() || whole->size() > 64) return {};
  const bool fine = std::all_of(whole->begin(), whole->end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  });
  return fine ? whole : std::nullopt;
}

std::optional<std::uint64_t> SystemFiles::number(const std::string& path) const {
  const auto whole = text(path);
  return whole ? whole_number(*whole) : std::nullopt;
}

std::optional<std::vector<int>> SystemFiles::cores(const std::string& path) const {
  const auto whole = text(path);
  return whole ? parse_cores(*whole) : std::nullopt;
}

bool SystemFiles::is_program(const std::string& path) const {
  const auto full = root_ / path;
  std::error_code error;
  return std::filesystem::is_regular_file(full, error) && ::access(full.c_str(), X_OK) == 0;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = text.find_first_not_of(kSpace); at != std::string_view::npos;) {
    const auto end = std::min(text.find_first_of(kSpace, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(kSpace, end);
  }
  return words;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::optional<double> decimal_number(std::string_view text) {
  const bool digits =
      !text.empty() && text.size() < 64 && text.find_first_not_of("0123456789.") == std::string_view::npos;
  if (!digits || text.find_first_of("0123456789") == std::string_view::npos) return {};
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

std::optional<std::vector<int>> parse_cores(std::string_view text) {
  std::vector<int> cores;
  text = trimmed(text);
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    const std::string_view range = text.substr(0, end);
    if (end + 1 == text.size()) return {};
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto dash = range.find('-');
    const auto first = whole_number(range.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : whole_number(range.substr(dash + 1));
    if (!first || !last || *first > *last || *last > kMostCores) return {};
    for (auto core = static_cast<int>(*first); core <= static_cast<int>(*last); ++core) cores.push_back(core);
    if (cores.size() > kMostCores) return {};
  }
  std::sort(cores.begin(), cores.end());
  cores.erase(std::unique(cores.begin(), cores.end()), cores.end());
  return cores;
}

std::string list_of_cores(const std::vector<int>& cores) {
  std::string list;
  for (std::size_t i = 0; i < cores.size();) {
    std::size_t last = i;
    while (last + 1 < cores.size() && cores[last + 1] == cores[last] + 1) ++last;
    list += list.empty() ? "" : ",";
    list += last == i ? fmt::format("{}", cores[i]) : fmt::format("{}-{}", cores[i], cores[last]);
    i = last + 1;
  }
  return list;
}

std::string shown(std::string_view text) {
  std::string out(trimmed(text).substr(0, 60));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

}  // namespace harness::machine
