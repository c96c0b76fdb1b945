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
  ready_.clear();
  while (ready_.empty() && !ended_) {
    raw_.resize(capacity - kLongestWord - 1);  // what was held back comes on top
    const auto size = next_(raw_.data(), raw_.size());
    if (size > left_) refused_ = fmt::format("expected at most {} MiB, found more", most_bytes_ >> 20);
    left_ -= std::min<std::uint64_t>(size, left_);
    for (std::size_t i = 0; i < size && refused_.empty(); ++i) take(raw_[i]);
    ended_ = size == 0 || !refused_.empty();
    if (ended_) end_word('\0');
  }
  if (!refused_.empty()) return 0;
  std::memcpy(buffer, ready_.data(), ready_.size());
  return ready_.size();
}

void BareNumbers::take(char c) {
  if (in_text_) {
    ready_ += c;
    if (!escaped_ && c == '"') in_text_ = false;
    escaped_ = !escaped_ && c == '\\';
    if (++text_bytes_ > kMostTextBytes) refused_ = "expected texts of at most 1 MiB, found a longer one";
    return;
  }
  if (is_letter(c) && word_.size() < kLongestWord) {
    if (word_.empty()) before_word_ = last_;
    word_ += c;
    last_ = c;
    return;
  }
  end_word(c);
  ready_ += c;
  in_text_ = c == '"';
  text_bytes_ = 0;
  // Whether a word that follows a minus stands alone is decided by what stands before the minus.
  if (c != '-' || !separates(last_)) last_ = c;
}

void BareNumbers::end_word(char follower) {
  if (word_.empty()) return;
  const auto bare = std::find_if(kBare.begin(), kBare.end(), [this](const Bare& each) { return each.word == word_; });
  const bool alone = separates(before_word_) && separates(follower);
  ready_ += bare != kBare.end() && alone ? bare->number : std::string_view(word_);
  word_.clear();
}

}  // namespace harness::model
