// CBOR documents as values: numbers whatever their encoding, arrays in either encoding, text for messages, and one form
// for equal values. For verification.cpp; every document given here is well-formed, else what comes out means nothing.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <compare>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <harness/sdk/cbor.hpp>

namespace harness::trial {

namespace cbor = sdk::cbor;
using cbor::Kind;
using cbor::Reader;
using Document = std::span<const std::uint8_t>;

// A number by value: whole ones of every encoding in one form, so that equal values have equal members.
struct Number {
  enum class Form : std::uint8_t { kUnsigned, kNegative, kFloating };
  Form form = Form::kUnsigned;
  std::uint64_t bits = 0;  // the value; -1 - value; or the bits of the double

  auto operator<=>(const Number&) const = default;

  static Number of(double value) {
    if (std::isnan(value)) {
      return {Form::kFloating, std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN())};
    }
    constexpr double kBeyond = 18446744073709551616.0;  // 2^64
    if (value == std::floor(value) && value < kBeyond && value >= 0) {
      return {Form::kUnsigned, static_cast<std::uint64_t>(value)};
    }
    if (value == std::floor(value) && value < 0 && value >= -kBeyond) {
      // -2^64 is the least: its predecessor's distance from zero still fits.
      return {Form::kNegative, value == -kBeyond ? UINT64_MAX : static_cast<std::uint64_t>(-value) - 1};
    }
    return {Form::kFloating, std::bit_cast<std::uint64_t>(value)};
  }
  static Number of(std::uint64_t value) { return {Form::kUnsigned, value}; }
  static Number of(std::int64_t value) {
    return value < 0 ? Number{Form::kNegative, ~static_cast<std::uint64_t>(value)}
                     : of(static_cast<std::uint64_t>(value));
  }

  double as_double() const {
    switch (form) {
      case Form::kUnsigned: return static_cast<double>(bits);
      case Form::kNegative: return -1.0 - static_cast<double>(bits);
      case Form::kFloating: break;
    }
    return std::bit_cast<double>(bits);
  }
  std::string text() const {
    switch (form) {
      case Form::kUnsigned: return fmt::format("{}", bits);
      case Form::kNegative: return bits == UINT64_MAX ? "-18446744073709551616" : fmt::format("-{}", bits + 1);
      case Form::kFloating: break;
    }
    const double value = as_double();
    return std::isnan(value)   ? "NaN"
           : std::isinf(value) ? (value > 0 ? "Infinity" : "-Infinity")
                               : fmt::format("{}", value);
  }
};

inline Number element(const cbor::Numbers& numbers, std::size_t index) {
  return numbers.with(index, [](auto value) {
    if constexpr (std::is_floating_point_v<decltype(value)>) {
      return Number::of(static_cast<double>(value));
    } else if constexpr (std::is_signed_v<decltype(value)>) {
      return Number::of(static_cast<std::int64_t>(value));
    } else {
      return Number::of(static_cast<std::uint64_t>(value));
    }
  });
}

inline bool is_number(Kind kind) {
  return kind == Kind::kUnsigned || kind == Kind::kNegative || kind == Kind::kFloating;
}
inline bool is_array(Kind kind) { return kind == Kind::kArray || kind == Kind::kNumbers; }

inline Document next_item(Reader& reader, Document document) {
  const std::size_t begin = reader.offset();
  reader.skip();
  return document.subspan(begin, reader.offset() - begin);
}

// Precondition: a number is next, of this kind.
inline Number read_number(Reader& reader, Document document, Kind kind) {
  if (kind == Kind::kUnsigned) {
    std::uint64_t value = 0;
    reader.unsigned_integer(value);
    return Number::of(value);
  }
  if (kind == Kind::kFloating) {
    double value = 0;
    reader.floating(value);
    return Number::of(value);
  }
  // The reader's integers end at -2^63, CBOR's at -2^64: the head's argument says it all. A filler tag of 3, 5 or 9
  // bytes may stand before it.
  Document head = next_item(reader, document);
  const auto low = [&] { return head.front() & 31; };
  if (head.front() >> 5 == 6) {
    head = head.subspan(low() == 25 ? 3 : low() == 26 ? 5 : 9);
  }
  std::uint64_t argument = low() < 24 ? low() : 0;
  for (const std::uint8_t byte : head.subspan(1)) {
    argument = argument << 8 | byte;
  }
  return {Number::Form::kNegative, argument};
}

// An array in either encoding, taken from a reader one element after the other.
class Elements {
 public:
  Elements(Reader& reader, Document document) : reader_(reader), document_(document) {
    packed_ = reader.peek() == Kind::kNumbers;
    if (packed_) {
      reader.numbers(numbers_);
      count_ = numbers_.count;
    } else {
      reader.array(count_);
    }
  }
  std::uint64_t count() const { return count_; }
  bool packed() const { return packed_; }
  const cbor::Numbers& numbers() const { return numbers_; }
  // Looks at the next element; `take_number` may follow when it is one.
  bool number_is_next() {
    next_ = packed_ ? Kind::kUnsigned : reader_.peek();
    return is_number(next_);
  }
  Number take_number() { return packed_ ? element(numbers_, taken_++) : read_number(reader_, document_, next_); }

 private:
  Reader& reader_;
  Document document_;
  cbor::Numbers numbers_;
  std::uint64_t count_ = 0, taken_ = 0;
  Kind next_ = Kind::kNothing;
  bool packed_ = false;
};

// Length of the well-formed UTF-8 character at the beginning of `text` (not empty), 0 when there is none.
inline std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::size_t length = byte(0) < 0x80                       ? 1
                             : byte(0) >= 0xc2 && byte(0) <= 0xdf ? 2
                             : byte(0) >> 4 == 14                 ? 3
                             : byte(0) >= 0xf0 && byte(0) <= 0xf4 ? 4
                                                                  : 0;
  if (length == 0 || length > text.size()) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (byte(i) >> 6 != 2) {
      return 0;
    }
  }
  const bool overlong = (byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xf0 && byte(1) < 0x90);
  const bool beyond = (byte(0) == 0xed && byte(1) >= 0xa0) || (byte(0) == 0xf4 && byte(1) >= 0x90);
  return overlong || beyond ? 0 : length;
}

// Stops to grow a little beyond its limit, so that showing a huge value costs no more than showing a small one.
class Shown {
 public:
  explicit Shown(std::size_t most) : most_(most) {}

  bool full() const { return characters_ > most_; }
  void add(std::string_view text) {
    text_ += text;
    characters_ += static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<std::uint8_t>(c) & 0xc0) != 0x80; }));
  }

  void value(Reader& reader, Document document) {
    const Kind kind = reader.peek();
    if (is_number(kind)) {
      add(read_number(reader, document, kind).text());
    } else if (is_array(kind)) {
      array(reader, document);
    } else if (kind == Kind::kMap) {
      map(reader, document);
    } else if (kind == Kind::kText) {
      std::string_view characters;
      reader.text(characters);
      quoted(characters);
    } else if (kind == Kind::kBoolean) {
      bool truth = false;
      reader.boolean(truth);
      add(truth ? "true" : "false");
    } else if (kind == Kind::kBytes) {
      Document bytes;
      reader.bytes(bytes);
      add("bytes ");
      for (std::size_t i = 0; i < bytes.size() && !full(); ++i) {
        add(fmt::format("{:02x}", bytes[i]));
      }
    } else {
      reader.null();
      add("null");
    }
  }

  // As JSON has it; a byte that is not UTF-8 is `\xff`.
  void quoted(std::string_view characters) {
    add("\"");
    for (std::size_t i = 0, length = 0; i < characters.size() && !full(); i += length) {
      const char c = characters[i];
      length = utf8_length(characters.substr(i));
      if (length == 0) {
        length = 1;
        add(fmt::format("\\x{:02x}", static_cast<std::uint8_t>(c)));
      } else if (c == '"' || c == '\\') {
        add(std::string{'\\', c});
      } else if (static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f) {
        add(c == '\n'   ? "\\n"
            : c == '\t' ? "\\t"
            : c == '\r' ? "\\r"
                        : fmt::format("\\u{:04x}", static_cast<std::uint8_t>(c)));
      } else {
        add(characters.substr(i, length));
      }
    }
    add("\"");
  }

  // At most the limit, and whole characters of UTF-8.
  std::string text() && {
    if (!full()) {
      return std::move(text_);
    }
    std::size_t bytes = 0;
    for (std::size_t characters = 0; bytes < text_.size(); ++bytes) {
      const bool begins = (static_cast<std::uint8_t>(text_[bytes]) & 0xc0) != 0x80;
      if (begins && characters++ + 1 >= most_) {
        break;
      }
    }
    return text_.substr(0, bytes) + "…";
  }

 private:
  void array(Reader& reader, Document document) {
    Elements elements(reader, document);
    add("[");
    for (std::uint64_t i = 0; i < elements.count() && !full(); ++i) {
      add(i == 0 ? "" : ", ");
      if (elements.number_is_next()) {
        add(elements.take_number().text());
      } else {
        value(reader, document);
      }
    }
    add("]");
  }
  void map(Reader& reader, Document document) {
    std::uint64_t pairs = 0;
    reader.map(pairs);
    add("{");
    for (std::uint64_t i = 0; i < pairs && !full(); ++i) {
      add(i == 0 ? "" : ", ");
      value(reader, document);
      add(": ");
      value(reader, document);
    }
    add("}");
  }

  std::size_t most_;
  std::size_t characters_ = 0;
  std::string text_;
};

// Appends the value as CBOR in which equal values have equal bytes: numbers by value, eight bytes wide, arrays unpacked,
// maps in the order of their keys; whole numbers as keys are text, as JSON has them.
class Canonical {
 public:
  explicit Canonical(Document document) : document_(document) {}

  void append(Reader& reader, std::vector<std::uint8_t>& out) const {
    const Kind kind = reader.peek();
    if (is_number(kind)) {
      append(read_number(reader, document_, kind), out);
    } else if (is_array(kind)) {
      Elements elements(reader, document_);
      head(0x9b, elements.count(), out);
      for (std::uint64_t i = 0; i < elements.count(); ++i) {
        if (elements.number_is_next()) {
          append(elements.take_number(), out);
        } else {
          append(reader, out);
        }
      }
    } else if (kind == Kind::kMap) {
      std::vector<Pair> pairs = sorted_pairs(reader);
      head(0xbb, pairs.size(), out);
      for (const Pair& pair : pairs) {
        out.insert(out.end(), pair.key.begin(), pair.key.end());
        Reader value(pair.value);
        Canonical(pair.value).append(value, out);
      }
    } else if (kind == Kind::kText) {
      std::string_view text;
      reader.text(text);
      append(text, out);
    } else if (kind == Kind::kBytes) {
      Document bytes;
      reader.bytes(bytes);
      head(0x5b, bytes.size(), out);
      out.insert(out.end(), bytes.begin(), bytes.end());
    } else if (kind == Kind::kBoolean) {
      bool truth = false;
      reader.boolean(truth);
      out.push_back(truth ? 0xf5 : 0xf4);
    } else {
      reader.null();
      out.push_back(0xf6);
    }
  }
  static void append(const Number& number, std::vector<std::uint8_t>& out) {
    constexpr std::uint8_t kHeads[] = {0x1b, 0x3b, 0xfb};
    head(kHeads[static_cast<std::size_t>(number.form)], number.bits, out);
  }

  struct Pair {
    std::vector<std::uint8_t> key;  // canonical
    Document value;
  };
  // Precondition: a map is next.
  std::vector<Pair> sorted_pairs(Reader& reader) const {
    std::uint64_t count = 0;
    reader.map(count);
    std::vector<Pair> pairs;
    for (std::uint64_t i = 0; i < count; ++i) {
      Pair& pair = pairs.emplace_back();
      if (const Kind kind = reader.peek(); is_number(kind)) {
        append(read_number(reader, document_, kind).text(), pair.key);
      } else {
        append(reader, pair.key);
      }
      pair.value = next_item(reader, document_);
    }
    std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.key < b.key; });
    return pairs;
  }

 private:
  static void head(std::uint8_t first, std::uint64_t argument, std::vector<std::uint8_t>& out) {
    out.push_back(first);
    for (int shift = 56; shift >= 0; shift -= 8) {
      out.push_back(static_cast<std::uint8_t>(argument >> shift));
    }
  }
  static void append(std::string_view text, std::vector<std::uint8_t>& out) {
    head(0x7b, text.size(), out);
    out.insert(out.end(), text.begin(), text.end());
  }

  Document document_;
};

// The words of messages.
inline constexpr std::size_t kMostCharacters = 60;  // of a value

inline std::string against(const std::string& expected, const std::string& got) {
  return "expected " + expected + ", got " + got;
}

inline std::string quoted_text(std::string_view text) {
  Shown words(kMostCharacters);
  words.quoted(text);
  return std::move(words).text();
}

inline std::string counted(std::uint64_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace harness::trial
