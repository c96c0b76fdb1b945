#include <harness/profile/line_map.hpp>

#include <algorithm>

namespace harness::profile {
namespace {

constexpr std::uint32_t kMostLines = 5000;
constexpr std::uint32_t kLongestBlank = 200;
constexpr std::size_t kMostCells = 4'000'000;

// Which lines of `a` and `b` are in their longest common subsequence, as pairs of indices.
std::vector<std::pair<std::size_t, std::size_t>> common(const std::vector<std::string>& a,
                                                        const std::vector<std::string>& b) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  std::size_t front = 0, back = 0;
  const std::size_t shorter = std::min(a.size(), b.size());
  while (front < shorter && a[front] == b[front]) ++front;
  while (back < shorter - front && a[a.size() - 1 - back] == b[b.size() - 1 - back]) ++back;
  const std::size_t rows = a.size() - front - back, columns = b.size() - front - back;
  for (std::size_t i = 0; i < front; ++i) pairs.emplace_back(i, i);
  if (rows > 0 && columns > 0 && (rows + 1) * (columns + 1) <= kMostCells) {
    const auto cell = [&](std::size_t i, std::size_t j) { return i * (columns + 1) + j; };
    std::vector<std::uint16_t> longest((rows + 1) * (columns + 1), 0);  // of what follows i and j
    for (std::size_t i = rows; i-- > 0;) {
      for (std::size_t j = columns; j-- > 0;) {
        longest[cell(i, j)] = a[front + i] == b[front + j] ? static_cast<std::uint16_t>(longest[cell(i + 1, j + 1)] + 1)
                                                           : std::max(longest[cell(i + 1, j)], longest[cell(i, j + 1)]);
      }
    }
    for (std::size_t i = 0, j = 0; i < rows && j < columns;) {
      if (a[front + i] == b[front + j]) {
        pairs.emplace_back(front + i++, front + j++);
      } else if (longest[cell(i + 1, j)] >= longest[cell(i, j + 1)]) {
        ++i;
      } else {
        ++j;
      }
    }
  }
  for (std::size_t i = back; i > 0; --i) pairs.emplace_back(a.size() - i, b.size() - i);
  return pairs;
}

}  // namespace

LineMap::LineMap(const std::vector<std::string>& old_lines, const std::vector<std::string>& new_lines)
    : old_of_(new_lines.size(), 0) {
  auto kept = common(old_lines, new_lines);
  kept.emplace_back(old_lines.size(), new_lines.size());
  std::size_t next_old = 0, next_new = 0;
  for (const auto& [old_line, new_line] : kept) {
    // Blank lines, and such as no code stands in, take no part.
    const auto is_code = [](const std::string& text) {
      return text.find_first_not_of(" \t{}();") != std::string::npos;
    };
    for (std::size_t o = next_old, n = next_new; o < old_line && n < new_line;) {
      if (!is_code(old_lines[o])) {
        ++o;
      } else if (!is_code(new_lines[n])) {
        ++n;
      } else {
        old_of_[n++] = static_cast<std::uint32_t>(o++ + 1);
      }
    }
    if (new_line < new_lines.size()) old_of_[new_line] = static_cast<std::uint32_t>(old_line + 1);
    next_old = old_line + 1;
    next_new = new_line + 1;
  }
}

std::optional<std::uint32_t> LineMap::old_line(std::uint32_t new_line) const {
  if (new_line == 0 || new_line > old_of_.size() || old_of_[new_line - 1] == 0) return std::nullopt;
  return old_of_[new_line - 1];
}

std::vector<std::string> lines_of_file(const std::function<std::string(const std::string&, std::uint32_t)>& text,
                                       const std::string& file) {
  std::vector<std::string> lines;
  if (!text) return lines;
  std::size_t known = 0;
  for (std::uint32_t line = 1; line <= kMostLines && line <= known + kLongestBlank; ++line) {
    lines.push_back(text(file, line));
    if (!lines.back().empty()) known = lines.size();
  }
  lines.resize(known);
  return lines;
}

}  // namespace harness::profile
