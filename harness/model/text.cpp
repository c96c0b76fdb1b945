#include <harness/model/text.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace harness::model {
namespace {

// Bytes of the character at the front; 0 where there is none in UTF-8.
std::size_t character_size(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (at(i) & 0xc0) == 0x80; };
  const unsigned first = at(0);
  if (first < 0x80) return text.empty() ? 0 : 1;
  if (first < 0xc2 || first > 0xf4 || !follows(1)) return 0;
  if (first < 0xe0) return 2;
  if ((first == 0xe0 && at(1) < 0xa0) || (first == 0xed && at(1) >= 0xa0) || !follows(2)) return 0;
  if (first < 0xf0) return 3;
  if ((first == 0xf0 && at(1) < 0x90) || (first == 0xf4 && at(1) >= 0x90) || !follows(3)) return 0;
  return 4;
}

bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  return first < 0x20 || first == 0x7f || (first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0);
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(above);
    above.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kMost = 60;
  std::string result = "\"";
  std::size_t characters = 0;
  while (!text.empty() && characters < kMost) {
    const std::size_t size = character_size(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(size, 1));
    if (character == "\n") {
      result += "\\n";
    } else if (size == 0 || is_control(character)) {
      for (const char byte : character) result += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    } else {
      if (character == "\"" || character == "\\") result += '\\';
      result += character;
    }
    text.remove_prefix(character.size());
    ++characters;
  }
  return result + (text.empty() ? "\"" : "...\"");
}

std::string_view nearest(std::string_view name, const std::vector<std::string_view>& known) {
  std::string_view best;
  std::size_t least = 3;
  for (const std::string_view candidate : known) {
    if (name.size() > candidate.size() + 2 || candidate.size() > name.size() + 2) continue;
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < least && 2 * distance < candidate.size()) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

bool has_control_character(std::string_view text) {
  while (!text.empty()) {
    const std::string_view character = text.substr(0, std::max<std::size_t>(character_size(text), 1));
    if (is_control(character) && character != "\t" && character != "\n") return true;
    text.remove_prefix(character.size());
  }
  return false;
}

}  // namespace harness::model
