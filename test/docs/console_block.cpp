#include "console_block.hpp"

#include <regex>
#include <sstream>

namespace docs {
namespace {

const std::string kAnyText = "\x01";

std::string without_ends(const std::string& text) {
  const auto from = text.find_first_not_of(' ');
  return from == std::string::npos ? "" : text.substr(from, text.find_last_not_of(" \r") - from + 1);
}

// What remains of a line when its figures are forgotten.
std::string canonical(std::string line) {
  static const std::regex kFigure(
      "(-|\\+|~|<|>|≤|≥|≈)*[0-9]+([.,][0-9]+)*([eE][-+]?[0-9]+)?"
      "( ?(±|\\+-) ?[0-9]+([.,][0-9]+)*)?"
      " ?(ns|μs|µs|us|ms|s|min|h|days?|[kMG]?/s|[kKMGT]?i?B(/s)?|bytes|%|x|times|calls)(?![A-Za-z0-9_/])");
  static const std::regex kSpace("[ \\t]+");
  static const std::regex kSharedCpu(" +(CPU|p95) [^ ].*$");
  static const std::regex kWidePlusMinus("± +");
  line = std::regex_replace(std::regex_replace(line, kSharedCpu, ""), kWidePlusMinus, "±");
  line = std::regex_replace(line, kFigure, "#");
  return without_ends(std::regex_replace(line, kSpace, " "));
}

bool line_matches(const std::string& expected, const std::string& actual) {
  std::string pattern = expected;
  for (auto at = pattern.find("..."); at != std::string::npos; at = pattern.find("...", at + 1)) {
    pattern.replace(at, 3, kAnyText);
  }
  pattern = canonical(pattern);
  const std::string text = canonical(actual);
  // Pieces between the ellipses must follow one another.
  std::size_t at = 0;
  std::size_t from = 0;
  while (true) {
    const auto to = pattern.find(kAnyText, from);
    const bool last = to == std::string::npos;
    const std::string piece = without_ends(pattern.substr(from, last ? to : to - from));
    if (last && from > 0) {
      return text.size() >= at + piece.size() && text.compare(text.size() - piece.size(), piece.size(), piece) == 0;
    }
    const auto found = text.find(piece, at);
    if (found == std::string::npos || (from == 0 && found != 0)) {
      return false;
    }
    if (last) {
      return text == piece;
    }
    at = found + piece.size();
    from = to + kAnyText.size();
  }
}

// Do the expected lines from `e` on match the actual ones from `a` on? Remembers how far it came, for the message.
bool lines_match(const std::vector<std::string>& expected, std::size_t e, const std::vector<std::string>& actual,
                 std::size_t a, std::pair<std::size_t, std::size_t>& furthest) {
  if (e > furthest.first) {
    furthest = {e, a};
  }
  if (e == expected.size()) {
    return a == actual.size();
  }
  if (without_ends(expected[e]) == "...") {
    for (std::size_t skip = a; skip <= actual.size(); ++skip) {
      if (lines_match(expected, e + 1, actual, skip, furthest)) {
        return true;
      }
    }
    return false;
  }
  return a < actual.size() && line_matches(expected[e], actual[a]) && lines_match(expected, e + 1, actual, a + 1, furthest);
}

}  // namespace

std::vector<Block> console_blocks(const std::string& markdown) {
  std::vector<Block> blocks;
  std::istringstream in(markdown);
  bool inside = false;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.rfind("```", 0) == 0) {
      inside = !inside && line == "```console";
      if (inside) {
        blocks.push_back(Block{number, {}});
      }
    } else if (inside && line.rfind("$ ", 0) == 0) {
      blocks.back().steps.push_back(Step{number, line.substr(2), {}});
    } else if (inside && !blocks.back().steps.empty()) {
      blocks.back().steps.back().expected.push_back(line);
    }
  }
  return blocks;
}

std::vector<std::string> fenced_texts(const std::string& markdown, const std::string& language) {
  std::vector<std::string> texts;
  std::istringstream in(markdown);
  bool fenced = false;
  bool wanted = false;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("```", 0) == 0) {
      fenced = !fenced;
      wanted = fenced && line == "```" + language;
      if (wanted) {
        texts.emplace_back();
      }
    } else if (wanted) {
      texts.back() += line + "\n";
    }
  }
  return texts;
}

bool is_executed(const Block& block) {
  static const std::regex kRunnable("^(scripts/)?harness( .*)?$|^(echo|cat|ls) .*$");
  bool any = false;
  for (const auto& step : block.steps) {
    if (!std::regex_match(step.command, kRunnable)) {
      return false;
    }
    any = any || step.command.find("harness") != std::string::npos;
  }
  return any;
}

std::optional<std::string> first_difference(const std::vector<std::string>& expected,
                                            const std::vector<std::string>& actual) {
  std::pair<std::size_t, std::size_t> furthest{0, 0};
  if (lines_match(expected, 0, actual, 0, furthest)) {
    return std::nullopt;
  }
  const auto [e, a] = furthest;
  const std::string wanted = e < expected.size() ? "`" + expected[e] + "`" : "the end";
  const std::string found = a < actual.size() ? "`" + actual[a] + "`" : "the end";
  return "output line " + std::to_string(a + 1) + ": the document says " + wanted + ", the program " + found;
}

}  // namespace docs
