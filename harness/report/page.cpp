#include <harness/report/page.hpp>

#include <algorithm>

namespace harness::report {

std::vector<std::string> folded(const std::string& text, std::size_t columns, std::size_t first, std::size_t indent) {
  if (columns == 0) {
    return {text};
  }
  std::vector<std::string> lines(1);
  std::size_t taken = first;
  bool empty = true;  // nothing but the text's own leading blanks stands in this line yet
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = std::min(text.find_first_not_of(' ', at), text.size());
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    const std::string gap = text.substr(at, begin - at);
    const bool fits = taken + gap.size() + characters_in(word) <= columns;
    const bool may_break = lines.size() == 1 ? !empty || first > indent : !empty;
    if (!fits && may_break && !word.empty()) {
      lines.emplace_back(indent, ' ');
      lines.back() += word;
      taken = indent + characters_in(word);
    } else {
      lines.back() += gap + word;
      taken += gap.size() + characters_in(word);
    }
    empty = false;
    at = end;
  }
  return lines;
}

std::vector<std::string> in_phrases(const std::vector<std::string>& phrases, std::size_t columns, std::size_t indent) {
  const auto trim = [](std::string text) { return text.erase(text.find_last_not_of(' ') + 1); };
  std::vector<std::string> lines;
  std::string line;
  for (const std::string& phrase : phrases) {
    if (phrase.empty()) {
      continue;
    }
    const std::string joined = line + (trim(line).empty() ? "" : "  ") + phrase;
    if (columns == 0 || characters_in(trim(joined)) <= columns) {
      line = joined;
      continue;
    }
    if (!trim(line).empty()) {
      lines.push_back(trim(line));
      line = std::string(indent, ' ');
    }
    std::vector<std::string> parts = folded(line + phrase, columns, 0, indent);
    line = parts.back();
    lines.insert(lines.end(), parts.begin(), parts.end() - 1);
  }
  if (!trim(line).empty()) {
    lines.push_back(trim(line));
  }
  return lines;
}

void Page::phrases(const std::vector<std::string>& phrases, std::size_t indent) {
  std::vector<std::string> indented = phrases;
  if (!indented.empty()) {
    indented.front().insert(0, 2, ' ');
  }
  std::vector<std::string> lines = in_phrases(indented, options_.columns, indent);
  lines_.insert(lines_.end(), lines.begin(), lines.end());
}

void Page::folded_line(const std::string& text, std::size_t indent, bool strong) {
  std::vector<std::string> lines = folded(text, options_.columns, 0, indent);
  if (strong) {
    lines.front() = paint_.strong(lines.front());
  }
  lines_.insert(lines_.end(), lines.begin(), lines.end());
}

void Page::cut_line(const std::string& text) {
  add(options_.columns == 0 ? text : cut(text, options_.columns, options_.utf8));
}

}  // namespace harness::report
