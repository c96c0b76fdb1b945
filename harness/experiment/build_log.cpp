#include <harness/experiment/build_log.hpp>

#include <algorithm>
#include <cctype>
#include <vector>

#include <harness/report/figures.hpp>

namespace harness::experiment {
namespace {

constexpr std::size_t kMostShown = 300;  // characters of one error
constexpr std::string_view kCompilersWords[] = {": error: ", ": fatal error: "};
constexpr std::string_view kLinkersWords[] = {"undefined reference to ", "ld: cannot find ",
                                              "ld.lld: error: ", "relocation R_"};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    if (lines.back().ends_with('\r')) lines.back().remove_suffix(1);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Without the sequences that colour a terminal: ESC [ digits and semicolons, a letter.
std::string without_colour(std::string_view line) {
  std::string plain;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\x1b' || i + 1 >= line.size() || line[i + 1] != '[') {
      plain += line[i];
      continue;
    }
    for (i += 2; i < line.size() && std::isalpha(static_cast<unsigned char>(line[i])) == 0; ++i) {
    }
  }
  return plain;
}

// Fit for an error of ours.
std::string shown(std::string_view text, const std::filesystem::path& source) {
  std::string line(trimmed(text));
  const auto beginning = source.string() + "/";
  for (std::size_t at = 0; (at = line.find(beginning, at)) != std::string::npos;) line.erase(at, beginning.size());
  return report::printable(line, true, kMostShown);
}

// Takes `:14` off the end, and says whether there was one.
bool take_number(std::string_view& text, std::string_view& number) {
  const auto colon = text.find_last_of(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return false;
  const auto digits = text.substr(colon + 1);
  if (!std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isdigit(c) != 0; })) return false;
  number = digits;
  text.remove_suffix(text.size() - colon);
  return true;
}

// `file:14:5: error: text` as `file:14: error: text`; "" = it is none that names a line.
std::string compilers_error(std::string_view line) {
  for (const auto word : kCompilersWords) {
    const auto at = line.find(word);
    if (at == std::string_view::npos) continue;
    auto place = line.substr(0, at);
    std::string_view column, number;
    if (!take_number(place, column)) continue;
    if (!take_number(place, number)) number = column;
    return std::string(place) + ":" + std::string(number) + std::string(line.substr(at));
  }
  return {};
}

// `CMake Error at file:14 (command):` and the indented paragraphs below it, on one line.
std::string cmakes_error(const std::vector<std::string>& lines, std::size_t at) {
  constexpr std::string_view kAt = "CMake Error at ", kIn = "CMake Error in ", kBare = "CMake Error: ";
  std::string_view head(lines[at]);
  if (head.starts_with(kBare)) return std::string(head.substr(kBare.size()));
  if (!head.starts_with(kAt) && !head.starts_with(kIn)) return {};
  head.remove_prefix(kAt.size());
  const auto place = head.substr(0, std::min(head.find(" ("), head.find_last_not_of(':') + 1));
  std::string text;
  for (++at; at < lines.size() && text.size() <= kMostShown && (lines[at].empty() || lines[at].front() == ' '); ++at)
    if (const auto words = trimmed(lines[at]); !words.empty()) text += (text.empty() ? "" : " ") + std::string(words);
  const bool is_the_sdks = place.find("HarnessSolver.cmake") != std::string_view::npos;
  return is_the_sdks ? text : std::string(place) + ": " + text;
}

bool is_linkers_error(std::string_view line) {
  return std::any_of(std::begin(kLinkersWords), std::end(kLinkersWords),
                     [&](std::string_view word) { return line.find(word) != std::string_view::npos; });
}

}  // namespace

std::string first_error(std::string_view log, const std::filesystem::path& source) {
  std::vector<std::string> lines;
  for (const auto line : lines_of(log)) lines.push_back(without_colour(line));
  std::string_view weaker;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (const auto text = compilers_error(lines[i]); !text.empty()) return shown(text, source);
    if (const auto text = cmakes_error(lines, i); !text.empty()) return shown(text, source);
    if (is_linkers_error(lines[i])) return shown(lines[i], source);
    // Of a tool that names no line; the linker's driver only says that something else failed.
    const auto has = [&](std::string_view word) { return lines[i].find(word) != std::string::npos; };
    const bool is_empty_word = lines[i].starts_with("collect2: error: ") || has("warning: ");
    if (weaker.empty() && !is_empty_word && (has("error: ") || has("Error: "))) weaker = lines[i];
  }
  return weaker.empty() ? last_line(log, source) : shown(weaker, source);
}

std::string last_line(std::string_view log, const std::filesystem::path& source) {
  const auto lines = lines_of(log);
  for (auto line = lines.rbegin(); line != lines.rend(); ++line)
    if (const auto plain = without_colour(*line); !trimmed(plain).empty()) return shown(plain, source);
  return {};
}

}  // namespace harness::experiment
