#include <harness/model/bare_numbers.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include <fmt/format.h>

namespace harness::model {
namespace {

constexpr std::size_t kMostTextBytes = std::size_t{1} << 20;
constexpr std::size_t kLongestWord = 8;
constexpr const char* kTooLong = "expected texts of at most 1 MiB, found a longer one";

struct Bare {
  std::string_view word, number;
  double value;
};
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<Bare, 4> kBare{{{"NaN", "0e9", kUndefined},
                                     {"nan", "0e9", kUndefined},
                                     {"Infinity", "1e999999", kInfinity},
                                     {"inf", "0E9", kInfinity}}};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Between such characters a value stands alone.
bool separates(char c) { return std::strchr(" \t\r\n,:[]{}", c) != nullptr; }  // the end of the stream too

}  // namespace

std::optional<double> meant_by_bare_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  for (const auto& bare : kBare) {
    if (text == bare.number) return negative ? -bare.value : bare.value;
  }
  return std::nullopt;
}

BareNumbers::BareNumbers(const std::function<std::size_t(char*, std::size_t)>& next, std::uint64_t most_bytes)
    : next_(next), left_(most_bytes), most_bytes_(most_bytes) {}

std::size_t BareNumbers::read(char* buffer, std::size_t capacity) {
  std::size_t ready = 0;
  while (ready == 0 && !ended_) {
    const auto held = held_.size();
    std::memcpy(buffer, held_.data(), held);
    held_.clear();
    const auto fresh = next_(buffer + held, capacity - held);
    if (fresh > left_) refused_ = fmt::format("expected at most {} MiB, found more", most_bytes_ >> 20);
    left_ -= std::min<std::uint64_t>(fresh, left_);
    ended_ = fresh == 0;
    ready = held + fresh;
    if (!scan_quickly(buffer, ready)) ready = scan(buffer, ready);
    if (!refused_.empty()) {
      ended_ = true;
      return 0;
    }
    if (ready > 0) {
      last_but_one_ = ready > 1 ? buffer[ready - 2] : last_;
      last_ = buffer[ready - 1];
    }
  }
  return ready;
}

// Almost all of a report has neither words nor escapes. Written so that compilers make it a loop over vectors. False: it is
// to be looked at closely, and nothing has changed.
bool BareNumbers::scan_quickly(const char* text, std::size_t size) {
  if (size == 0 || size > kMostTextBytes || escaped_) return false;
  const auto doubtful_at = [](unsigned char prior, unsigned char c) -> unsigned char {
    const unsigned char lower = c | 0x20;
    const unsigned char bracket = prior & 0xdf;  // a brace too
    const bool may_begin = ((prior <= '-') & (prior != '"')) | (prior == ':') | (bracket == '[') | (bracket == ']');
    return static_cast<unsigned char>((((lower == 'n') | (lower == 'i')) & may_begin) | (c == '\\'));
  };
  const auto* bytes = reinterpret_cast<const unsigned char*>(text);
  unsigned char doubtful = doubtful_at(static_cast<unsigned char>(last_), bytes[0]);
  unsigned char quotes = bytes[0] == '"';
  for (std::size_t i = 1; i < size; ++i) {
    doubtful |= doubtful_at(bytes[i - 1], bytes[i]);
    quotes ^= static_cast<unsigned char>(bytes[i] == '"');
  }
  if (doubtful != 0) return false;
  const auto* first = in_text_ ? static_cast<const char*>(std::memchr(text, '"', size)) : text;
  text_bytes_ += static_cast<std::uint64_t>((first == nullptr ? text + size : first) - text);
  if (in_text_ && text_bytes_ > kMostTextBytes) refused_ = kTooLong;
  if (quotes != 0) in_text_ = !in_text_;
  if (first != nullptr) text_bytes_ = in_text_ ? static_cast<std::uint64_t>(text + size - static_cast<const char*>(memrchr(text, '"', size)) - 1) : 0;
  return true;
}

// Returns how much of it is ready.
std::size_t BareNumbers::scan(char* text, std::size_t size) {
  std::size_t at = 0;
  while (at < size && refused_.empty()) {
    if (in_text_) {
      at += scan_text(text + at, size - at);
      continue;
    }
    const auto* quote = static_cast<const char*>(std::memchr(text + at, '"', size - at));
    const auto end = quote == nullptr ? size : static_cast<std::size_t>(quote - text);
    const std::optional<char> follower = quote != nullptr ? std::optional('"') : ended_ ? std::optional('\0') : std::nullopt;
    const auto held = replace_words(text, at, end, follower);
    if (quote == nullptr) return size - held;
    at = end;
    in_text_ = true;
    text_bytes_ = 0;
    ++at;
  }
  return size;
}

// Behind the quote that ends the text, or the end of what there is.
std::size_t BareNumbers::scan_text(const char* text, std::size_t size) {
  // Whether the character at `end` is escaped: by an odd number of backslashes.
  const auto is_escaped = [&](std::size_t end) {
    std::size_t begin = end;
    while (begin > 0 && text[begin - 1] == '\\') --begin;
    return (end - begin) % 2 == (begin == 0 && escaped_ ? 0U : 1U);
  };
  std::size_t end = 0;
  for (;; ++end) {
    const auto* quote = static_cast<const char*>(std::memchr(text + end, '"', size - end));
    end = quote == nullptr ? size : static_cast<std::size_t>(quote - text);
    if (quote == nullptr || !is_escaped(end)) break;
  }
  text_bytes_ += end;
  if (text_bytes_ > kMostTextBytes) refused_ = kTooLong;
  in_text_ = end == size;
  escaped_ = in_text_ && is_escaped(end);
  return in_text_ ? end : end + 1;
}

char BareNumbers::before(const char* text, std::size_t at) const {
  if (at > 1 || (at == 1 && text[0] != '-')) return text[at - 1] == '-' ? text[at - 2] : text[at - 1];
  if (at == 1) return last_;
  return last_ == '-' ? last_but_one_ : last_;
}

// Outside of texts. Letters at the end are held back where nobody knows what follows; returns how many.
std::size_t BareNumbers::replace_words(char* text, std::size_t begin, std::size_t end, std::optional<char> follower) {
  for (std::size_t at = begin; at < end; ++at) {
    if (!is_letter(text[at])) continue;
    const auto first = at;
    while (at < end && is_letter(text[at])) ++at;
    const std::string_view word(text + first, at - first);
    if (word.size() > kLongestWord) continue;
    if (at == end && !follower) {
      held_ = word;
      return word.size();
    }
    const auto bare = std::find_if(kBare.begin(), kBare.end(), [&](const Bare& each) { return each.word == word; });
    if (bare == kBare.end() || !separates(before(text, first)) || !separates(at < end ? text[at] : *follower)) continue;
    std::memcpy(text + first, bare->number.data(), bare->number.size());
  }
  return 0;
}

}  // namespace harness::model
