// CBOR (RFC 8949) as it crosses the boundary: definite lengths only, arrays of numbers as RFC 8746 little-endian typed
// arrays. Headers only, no exceptions of its own, nothing but the standard library.
//
// A typed array is a byte string and therefore lies anywhere. The Writer makes heads as wide as needed so that each
// payload is aligned to its element, counted from the first byte of the document (documents lie on page boundaries
// where they are read). A reader must still ask `Numbers::aligned`: other writers know nothing of this.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace harness::sdk::cbor {

static_assert(std::endian::native == std::endian::little, "harness: the boundary is little-endian");

// What the next item is. kNothing: the end of the document, or a fault (ask `ok()`).
enum class Kind : uint8_t {
  kNothing,
  kUnsigned,
  kNegative,
  kFloating,
  kBoolean,
  kNull,
  kText,
  kBytes,
  kArray,
  kMap,
  kNumbers
};

// The element of a typed array; the value is its tag in RFC 8746.
enum class Element : uint8_t {
  kUint8 = 64,
  kUint16 = 69,
  kUint32 = 70,
  kUint64 = 71,
  kInt8 = 72,
  kInt16 = 77,
  kInt32 = 78,
  kInt64 = 79,
  kFloat32 = 85,
  kFloat64 = 86
};

inline constexpr uint64_t kSelfDescribed = 55799;  // says "this is CBOR", and is a filler of 3, 5 or 9 bytes
inline constexpr size_t kMaxDepth = 64;            // arrays and maps within one another
inline constexpr size_t kMaxNumbersHead = 27;      // 55799, the element's tag and the length, each 9 bytes wide

// int8 to int64, uint8 to uint64, float and double; not bool and not the character types.
template <class T>
concept Number = (std::is_integral_v<T> || std::is_same_v<T, float> ||
                  std::is_same_v<T, double>)&&!std::is_same_v<T, bool> &&
                 !std::is_same_v<T, char> && !std::is_same_v<T, wchar_t> && !std::is_same_v<T, char8_t> &&
                 !std::is_same_v<T, char16_t> && !std::is_same_v<T, char32_t> && sizeof(T) <= 8;

template <Number T>
constexpr Element element_of() {
  if constexpr (std::is_same_v<T, float>) return Element::kFloat32;
  if constexpr (std::is_same_v<T, double>) return Element::kFloat64;
  constexpr bool kSigned = std::is_signed_v<T>;
  switch (sizeof(T)) {
    case 1: return kSigned ? Element::kInt8 : Element::kUint8;
    case 2: return kSigned ? Element::kInt16 : Element::kUint16;
    case 4: return kSigned ? Element::kInt32 : Element::kUint32;
    default: return kSigned ? Element::kInt64 : Element::kUint64;
  }
}

constexpr size_t size_of(Element element) {
  switch (element) {
    case Element::kUint8:
    case Element::kInt8: return 1;
    case Element::kUint16:
    case Element::kInt16: return 2;
    case Element::kUint32:
    case Element::kInt32:
    case Element::kFloat32: return 4;
    default: return 8;
  }
}

// Calls `f` with a zero of the element's C++ type: one place that knows the mapping.
template <class F>
constexpr auto with_type_of(Element element, F&& f) {
  switch (element) {
    case Element::kUint8: return f(uint8_t{});
    case Element::kUint16: return f(uint16_t{});
    case Element::kUint32: return f(uint32_t{});
    case Element::kUint64: return f(uint64_t{});
    case Element::kInt8: return f(int8_t{});
    case Element::kInt16: return f(int16_t{});
    case Element::kInt32: return f(int32_t{});
    case Element::kFloat32: return f(float{});
    case Element::kFloat64: return f(double{});
    default: return f(int64_t{});
  }
}

// Appends items to a byte vector. The document begins where the vector stood when the Writer was made; alignment is
// counted from there. Counts given to `array` and `map` must be kept by the caller: the Writer does not check them.
class Writer {
 public:
  // An open array or sequence of numbers whose count is not known yet.
  struct Token {
    size_t at;
  };

  explicit Writer(std::vector<uint8_t>& out) : out_(out), begin_(out.size()) {}

  void unsigned_integer(uint64_t value) { head(0, value); }
  void integer(int64_t value) {
    if (value < 0) {
      head(1, ~static_cast<uint64_t>(value));
    } else {
      head(0, static_cast<uint64_t>(value));
    }
  }
  void floating(double value) {
    out_.push_back(0xfb);
    big_endian(std::bit_cast<uint64_t>(value), 8);
  }
  void boolean(bool value) { out_.push_back(value ? 0xf5 : 0xf4); }
  void null() { out_.push_back(0xf6); }
  void text(std::string_view value) {
    head(3, value.size());
    append(value.data(), value.size());
  }
  void bytes(std::span<const uint8_t> value) {
    head(2, value.size());
    append(value.data(), value.size());
  }
  void array(uint64_t count) { head(4, count); }
  void map(uint64_t pairs) { head(5, pairs); }

  template <Number T>
  void numbers(std::span<const T> values) {
    const Head wide = numbers_head(element_of<T>(), out_.size() - begin_, values.size_bytes());
    append(wide.bytes, wide.size);
    append(values.data(), values.size_bytes());
  }

  // An array of unknown length: `end_array` writes the count into the 9-byte head that `begin_array` left.
  Token begin_array() {
    const Token token{out_.size()};
    out_.push_back(0x9b);
    big_endian(0, 8);
    return token;
  }
  void end_array(Token token, uint64_t count) {
    for (int i = 0; i < 8; ++i) out_[token.at + 1 + i] = static_cast<uint8_t>(count >> (56 - 8 * i));
  }

  // Numbers of unknown count: nothing but `push<T>` of the same T between the two. The result has the very bytes that
  // `numbers` would have written.
  template <Number T>
  Token begin_numbers() {
    const Token token{out_.size()};
    out_.resize(out_.size() + kMaxNumbersHead);
    return token;
  }
  template <Number T>
  void push(T value) {
    const size_t at = out_.size();
    out_.resize(at + sizeof(T));
    std::memcpy(out_.data() + at, &value, sizeof(T));
  }
  template <Number T>
  void end_numbers(Token token) {
    const size_t payload = out_.size() - token.at - kMaxNumbersHead;
    const Head wide = numbers_head(element_of<T>(), token.at - begin_, payload);
    std::memmove(out_.data() + token.at + wide.size, out_.data() + token.at + kMaxNumbersHead, payload);
    std::memcpy(out_.data() + token.at, wide.bytes, wide.size);
    out_.resize(token.at + wide.size + payload);
  }

  // Bytes written so far.
  size_t size() const { return out_.size() - begin_; }

 private:
  struct Head {
    uint8_t bytes[kMaxNumbersHead];
    size_t size;
  };

  // The widths of a head's argument in bytes after the first one.
  static constexpr size_t kWidths[] = {0, 1, 2, 4, 8};

  static constexpr size_t narrowest(uint64_t argument) {
    if (argument < 24) return 0;
    if (argument <= 0xff) return 1;
    if (argument <= 0xffff) return 2;
    return argument <= 0xffffffff ? 4 : 8;
  }

  static void write_head(Head& head, uint8_t major, uint64_t argument, size_t width) {
    const uint8_t low = width == 0 ? static_cast<uint8_t>(argument)
                                   : static_cast<uint8_t>(width == 1   ? 24
                                                          : width == 2 ? 25
                                                          : width == 4 ? 26
                                                                       : 27);
    head.bytes[head.size++] = static_cast<uint8_t>(major << 5) | low;
    for (size_t i = width; i-- > 0;) head.bytes[head.size++] = static_cast<uint8_t>(argument >> (8 * i));
  }

  // The shortest head after which `payload` bytes of `element` lie aligned when the head starts at offset `at`. Every
  // residue can be reached: the tag's and the length's widths give all but two, the filler tag gives those.
  static Head numbers_head(Element element, size_t at, uint64_t payload) {
    size_t best = kMaxNumbersHead + 1;
    size_t best_filler = 0;
    size_t best_tag = 1;
    size_t best_length = 8;
    for (size_t filler : {0, 2, 4, 8}) {
      for (size_t tag : {1, 2, 4, 8}) {
        for (size_t length : kWidths) {
          if (length < narrowest(payload)) continue;
          const size_t total = (filler ? 1 + filler : 0) + 1 + tag + 1 + length;
          if (total < best && (at + total) % size_of(element) == 0) {
            best = total;
            best_filler = filler;
            best_tag = tag;
            best_length = length;
          }
        }
      }
    }
    Head head{{}, 0};
    if (best_filler) write_head(head, 6, kSelfDescribed, best_filler);
    write_head(head, 6, static_cast<uint64_t>(element), best_tag);
    write_head(head, 2, payload, best_length);
    return head;
  }

  void head(uint8_t major, uint64_t argument) {
    Head narrow{{}, 0};
    write_head(narrow, major, argument, narrowest(argument));
    append(narrow.bytes, narrow.size);
  }

  void big_endian(uint64_t value, size_t width) {
    for (size_t i = width; i-- > 0;) out_.push_back(static_cast<uint8_t>(value >> (8 * i)));
  }

  void append(const void* data, size_t size) {
    if (size == 0) return;
    const size_t at = out_.size();
    out_.resize(at + size);
    std::memcpy(out_.data() + at, data, size);
  }

  std::vector<uint8_t>& out_;
  size_t begin_;
};

// A typed array where it lies in the document.
struct Numbers {
  Element element = Element::kUint8;
  size_t count = 0;
  const uint8_t* data = nullptr;  // count * size_of(element) bytes

  bool aligned() const { return reinterpret_cast<uintptr_t>(data) % size_of(element) == 0; }

  // The element at `index` (REQUIRES: index < count) given to `f` by value in its own type.
  template <class F>
  auto with(size_t index, F&& f) const {
    return with_type_of(element, [&](auto value) {
      std::memcpy(&value, data + index * sizeof(value), sizeof(value));
      return f(value);
    });
  }
};

// A cursor over one document. It allocates nothing, never reads outside of the span, and stops for good at the first
// fault: every read then returns false and leaves its output alone.
//
// Refused: indefinite lengths, lengths beyond the input, reserved heads, simple values other than false, true and null,
// tags other than 55799 and typed arrays in little-endian order, more than kMaxDepth levels.
class Reader {
 public:
  explicit Reader(std::span<const uint8_t> document) : begin_(document.data()), size_(document.size()) {}

  bool ok() const { return error_ == nullptr; }
  // What is wrong with the document, or nullptr.
  const char* error() const { return error_; }
  // Of the next item, or of the fault.
  size_t offset() const { return at_; }
  // All bytes were read.
  bool at_end() const { return ok() && at_ == size_; }
  // Arrays and maps that were entered and have items left.
  size_t depth() const { return depth_; }

  // What comes next; looks at the tag of a typed array too. Does not move and reports no fault: the read does.
  Kind peek() const {
    Reader ahead({begin_, size_});
    ahead.at_ = at_;
    ahead.error_ = error_;
    Item next;
    return ahead.item(next) ? next.kind : Kind::kNothing;
  }

  bool unsigned_integer(uint64_t& value) {
    Item next;
    if (!expect(next, Kind::kUnsigned, "expected an unsigned integer")) return false;
    value = next.argument;
    return true;
  }
  // Of either sign, within 64 bits.
  bool integer(int64_t& value) {
    const size_t start = at_;
    Item next;
    if (!item(next)) return false;
    if (next.kind != Kind::kUnsigned && next.kind != Kind::kNegative) return fail(start, "expected an integer");
    if (next.argument > INT64_MAX) return fail(start, "an integer beyond 64 bits");
    value =
        next.kind == Kind::kUnsigned ? static_cast<int64_t>(next.argument) : -1 - static_cast<int64_t>(next.argument);
    return finish();
  }
  // A half, single or double.
  bool floating(double& value) {
    Item next;
    if (!expect(next, Kind::kFloating, "expected a floating-point number")) return false;
    value = std::bit_cast<double>(next.argument);
    return true;
  }
  bool boolean(bool& value) {
    Item next;
    if (!expect(next, Kind::kBoolean, "expected a boolean")) return false;
    value = next.argument != 0;
    return true;
  }
  bool null() {
    Item next;
    return expect(next, Kind::kNull, "expected null");
  }
  // A view into the document; it may hold bytes that are not UTF-8.
  bool text(std::string_view& value) {
    Item next;
    if (!expect(next, Kind::kText, "expected a string")) return false;
    value = {reinterpret_cast<const char*>(next.data), static_cast<size_t>(next.argument)};
    return true;
  }
  bool bytes(std::span<const uint8_t>& value) {
    Item next;
    if (!expect(next, Kind::kBytes, "expected a byte string")) return false;
    value = {next.data, static_cast<size_t>(next.argument)};
    return true;
  }
  // Enters an array: its `count` items follow. Never more than there are bytes left.
  bool array(uint64_t& count) { return enter(Kind::kArray, 1, count, "expected an array"); }
  // Enters a map: `pairs` times a key and a value follow.
  bool map(uint64_t& pairs) { return enter(Kind::kMap, 2, pairs, "expected a map"); }
  bool numbers(Numbers& value) {
    Item next;
    if (!expect(next, Kind::kNumbers, "expected an array of numbers")) return false;
    value = {next.element, static_cast<size_t>(next.argument) / size_of(next.element), next.data};
    return true;
  }

  // Passes over one item with all that it holds.
  bool skip() {
    const size_t outer = depth_;
    do {
      const size_t start = at_;
      Item next;
      if (!item(next)) return false;
      const bool nests = next.kind == Kind::kArray || next.kind == Kind::kMap;
      if (nests && next.argument > 0) {
        if (!push(start, next.argument * (next.kind == Kind::kMap ? 2 : 1))) return false;
      } else {
        finish();
      }
    } while (depth_ > outer);
    return true;
  }

  // A fault that the caller found, at offset `at`: the reader stops there.
  bool fail(size_t at, const char* what) {
    if (error_ == nullptr) {
      error_ = what;
      at_ = at;
    }
    return false;
  }

 private:
  struct Item {
    Kind kind = Kind::kNothing;
    Element element = Element::kUint8;
    uint64_t argument = 0;  // value, bits of a double, or size
    const uint8_t* data = nullptr;
  };

  size_t left() const { return size_ - at_; }

  bool expect(Item& next, Kind kind, const char* otherwise) {
    const size_t start = at_;
    if (!item(next)) return false;
    if (next.kind != kind) return fail(start, otherwise);
    return finish();
  }

  bool enter(Kind kind, uint64_t factor, uint64_t& count, const char* otherwise) {
    const size_t start = at_;
    Item next;
    if (!item(next)) return false;
    if (next.kind != kind) return fail(start, otherwise);
    if (next.argument > 0) {
      if (!push(start, next.argument * factor)) return false;
    } else {
      finish();
    }
    count = next.argument;
    return true;
  }

  bool push(size_t start, uint64_t items) {
    if (depth_ == kMaxDepth) return fail(start, "nested deeper than 64 levels");
    remaining_[depth_++] = items;
    return true;
  }

  // One item is complete, and with it every array and map that it was the last of.
  bool finish() {
    while (depth_ > 0 && --remaining_[depth_ - 1] == 0) --depth_;
    return true;
  }

  bool head(uint8_t& major, uint8_t& low, uint64_t& argument) {
    const size_t start = at_;
    if (left() == 0) return fail(start, "the document ends early");
    major = begin_[at_] >> 5;
    low = begin_[at_] & 31;
    ++at_;
    argument = low;
    if (low < 24) return true;
    if (low == 31) return fail(start, "a length is not given (indefinite lengths are not supported)");
    if (low > 27) return fail(start, "not CBOR (a reserved head)");
    const size_t width = size_t{1} << (low - 24);
    if (left() < width) return fail(start, "the document ends early");
    argument = 0;
    for (size_t i = 0; i < width; ++i) argument = argument << 8 | begin_[at_++];
    return true;
  }

  // Reads a whole scalar or string, or the head of an array or map.
  bool item(Item& next) {
    if (!ok()) return false;
    const size_t start = at_;
    uint8_t major;
    uint8_t low;
    if (!head(major, low, next.argument)) return false;
    if (major == 6 && next.argument == kSelfDescribed && !head(major, low, next.argument)) return false;
    if (major == 6) {
      if (!typed_element(next.argument)) return fail(start, "a tag that is not supported");
      next.element = static_cast<Element>(next.argument);
      if (!head(major, low, next.argument)) return false;
      if (major != 2) return fail(start, "a typed array that is no byte string");
      if (next.argument % size_of(next.element) != 0) return fail(start, "a typed array that ends within a number");
      next.kind = Kind::kNumbers;
      return take(start, next);
    }
    switch (major) {
      case 0: next.kind = Kind::kUnsigned; return true;
      case 1: next.kind = Kind::kNegative; return true;
      case 2: next.kind = Kind::kBytes; return take(start, next);
      case 3: next.kind = Kind::kText; return take(start, next);
      case 4:
      case 5: {
        next.kind = major == 4 ? Kind::kArray : Kind::kMap;
        const size_t least = major == 4 ? 1 : 2;
        return next.argument <= left() / least || fail(start, "more items than the document has bytes");
      }
      default: return simple(start, low, next);
    }
  }

  bool take(size_t start, Item& next) {
    if (next.argument > left()) return fail(start, "a length beyond the end of the document");
    next.data = begin_ + at_;
    at_ += static_cast<size_t>(next.argument);
    return true;
  }

  bool simple(size_t start, uint8_t low, Item& next) {
    switch (low) {
      case 20:
      case 21:
        next.kind = Kind::kBoolean;
        next.argument = low - 20;
        return true;
      case 22: next.kind = Kind::kNull; return true;
      case 25:
        next.kind = Kind::kFloating;
        next.argument = std::bit_cast<uint64_t>(half(static_cast<uint16_t>(next.argument)));
        return true;
      case 26:
        next.kind = Kind::kFloating;
        next.argument = std::bit_cast<uint64_t>(double{std::bit_cast<float>(static_cast<uint32_t>(next.argument))});
        return true;
      case 27: next.kind = Kind::kFloating; return true;
      default: return fail(start, "a simple value other than false, true and null");
    }
  }

  static constexpr bool typed_element(uint64_t tag) {
    return tag == 64 || (tag >= 69 && tag <= 72) || (tag >= 77 && tag <= 79) || tag == 85 || tag == 86;
  }

  static double half(uint16_t bits) {
    const int exponent = bits >> 10 & 31;
    const uint64_t fraction = bits & 1023;
    const uint64_t sign = uint64_t{bits} >> 15 << 63;
    if (exponent == 0) {
      const double small = static_cast<double>(fraction) / 16777216.0;  // fraction * 2^-24
      return sign ? -small : small;
    }
    const uint64_t wide = exponent == 31 ? 2047 : static_cast<uint64_t>(exponent - 15 + 1023);
    return std::bit_cast<double>(sign | wide << 52 | fraction << 42);
  }

  const uint8_t* begin_;
  size_t size_;
  size_t at_ = 0;
  const char* error_ = nullptr;
  size_t depth_ = 0;
  uint64_t remaining_[kMaxDepth];  // items left to read in each open array or map
};

// One item and nothing after it.
inline bool well_formed(std::span<const uint8_t> document) {
  Reader reader(document);
  return reader.skip() && reader.at_end();
}

}  // namespace harness::sdk::cbor
