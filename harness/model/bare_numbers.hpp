// A stream of almost JSON made JSON: `NaN`, `nan`, `Infinity` and `inf`, with or without a minus, stand bare in reports
// that C++ programs write. Each becomes a number of the same length, so that the places in messages stay right, and one
// that nobody writes, so that it can be told apart: 0e9, 1e999999, 0E9.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace harness::model {

// What the number, as it stands in the stream now, was before; nothing: itself.
std::optional<double> meant_by_bare_number(std::string_view text);

class BareNumbers {
 public:
  BareNumbers(const std::function<std::size_t(char*, std::size_t)>& next, std::uint64_t most_bytes);

  // The stream as `next` gives it, with the words replaced. 0 = end. REQUIRES: capacity > 16.
  std::size_t read(char* buffer, std::size_t capacity);

  // Why the stream was ended early: more than `most_bytes`, or a text of more than 1 MiB. "" = it was not.
  const std::string& refused() const { return refused_; }

 private:
  bool scan_quickly(const char* text, std::size_t size);
  std::size_t scan(char* text, std::size_t size);
  std::size_t scan_text(const char* text, std::size_t size);
  std::size_t replace_words(char* text, std::size_t begin, std::size_t end, std::optional<char> follower);
  char before(const char* text, std::size_t at) const;

  const std::function<std::size_t(char*, std::size_t)>& next_;
  std::uint64_t left_, most_bytes_;
  std::string held_;                   // letters at the end that may be the first ones of a word
  char last_ = '\0', last_but_one_ = '\0';  // before what is read next; '\0' = nothing
  bool in_text_ = false, escaped_ = false, ended_ = false;
  std::uint64_t text_bytes_ = 0;  // of the text at hand, so far
  std::string refused_;
};

}  // namespace harness::model
