// Decoding with a place: which argument, which element, what was expected there and what was found.
#pragma once

#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>

#include <harness/sdk/cbor.hpp>

namespace harness::sdk {

// Specialised in codec.hpp for each type that crosses the boundary.
template <class T>
struct Codec {
  static constexpr bool kSupported = false;
};

// A reader that knows where in the arguments it stands.
class Decoder {
 public:
  // `root` begins every place: "argument" or "answer".
  Decoder(std::span<const uint8_t> document, const char* root) : reader_(document), root_(root) {}

  // An array whose elements are read with `element`, typed or not.
  struct Sequence {
    uint64_t count = 0;
    bool typed = false;
    cbor::Numbers numbers;
  };

  cbor::Reader& reader() { return reader_; }
  // The first fault; "" = none.
  const std::string& error() const { return error_; }

  template <class T>
  bool decode(T& value) {
    return Codec<T>::decode(*this, value);
  }

  bool enter(Sequence& sequence, const char* expected = "an array") {
    switch (reader_.peek()) {
      case cbor::Kind::kNumbers:
        sequence.typed = true;
        if (!reader_.numbers(sequence.numbers)) return broken();
        sequence.count = sequence.numbers.count;
        return true;
      case cbor::Kind::kArray: return reader_.array(sequence.count) || broken();
      default: return mismatch(expected);
    }
  }

  // As `enter`, of exactly `count` elements.
  bool enter_exactly(Sequence& sequence, uint64_t count) {
    if (!enter(sequence)) return false;
    if (sequence.count == count) return true;
    return fault(counted(count, "element"), counted(sequence.count, "element"));
  }

  // REQUIRES: elements are read in order, each once.
  template <class T>
  bool element(const Sequence& sequence, uint64_t index, T& value) {
    const Step step(*this, {nullptr, index});
    if (!sequence.typed) return decode(value);
    return sequence.numbers.with(index, [&](auto number) { return from_number(number, value); });
  }

  template <class T>
  bool field(const char* name, T& value) {
    const Step step(*this, {name, 0});
    return decode(value);
  }

  // Reads one entry of a map: faults of `read` are those of the entry at `index`.
  template <class Read>
  bool entry(uint64_t index, Read&& read) {
    const Step step(*this, {nullptr, index});
    return read();
  }

  // What was expected, against the item that comes next.
  bool mismatch(std::string_view expected) {
    if (reader_.peek() == cbor::Kind::kNothing) reader_.skip();
    if (!reader_.ok()) return broken();
    return fault(expected, described());
  }
  bool fault(std::string_view expected, std::string_view got) {
    if (error_.empty()) error_ = place() + ": expected " + std::string(expected) + ", got " + std::string(got);
    return false;
  }
  // The document itself is damaged.
  bool broken() {
    if (error_.empty()) error_ = place() + ": byte " + std::to_string(reader_.offset()) + ": " + reader_.error();
    return false;
  }

  static std::string counted(uint64_t count, std::string_view noun) {
    return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
  }

  template <class T>
  static std::string shown(T number) {
    if constexpr (std::is_integral_v<T>) return std::to_string(number);
    char text[32];
    std::snprintf(text, sizeof(text), "%.17g", static_cast<double>(number));
    return text;
  }

  template <class T>
  static constexpr const char* expected_number() {
    if constexpr (std::is_floating_point_v<T>) return "a number";
    constexpr bool kSigned = std::is_signed_v<T>;
    switch (sizeof(T)) {
      case 1: return kSigned ? "an 8-bit integer" : "an unsigned 8-bit integer";
      case 2: return kSigned ? "a 16-bit integer" : "an unsigned 16-bit integer";
      case 4: return kSigned ? "a 32-bit integer" : "an unsigned 32-bit integer";
      default: return kSigned ? "a 64-bit integer" : "an unsigned 64-bit integer";
    }
  }

  // A number of whatever width into `value`, or the fault. A typed array of mixed numbers is one of doubles, so that a
  // whole double is an integer here.
  template <class From, class T>
  bool from_number(From number, T& value) {
    if constexpr (cbor::Number<T>) {
      bool fits = true;
      if constexpr (std::is_integral_v<From> && std::is_integral_v<T>) {
        fits = std::in_range<T>(number);
      } else if constexpr (std::is_integral_v<T>) {
        constexpr double kBeyond = static_cast<double>(std::numeric_limits<T>::max() / 2 + 1) * 2;
        fits = number == std::trunc(number) && number >= static_cast<double>(std::numeric_limits<T>::min()) &&
               number < kBeyond;
      } else if constexpr (std::is_same_v<T, float> && std::is_same_v<From, double>) {
        fits = !std::isfinite(number) || std::fabs(number) <= std::numeric_limits<float>::max();
      }
      if (!fits) return fault(expected_number<T>(), shown(number));
      value = static_cast<T>(number);
      return true;
    } else if constexpr (requires {
                           typename T::value_type;
                           value.emplace();
                           *value;
                         }) {
      return from_number(number, value.emplace());
    } else {
      return fault(expected_other<T>(), shown(number));
    }
  }

 private:
  struct Place {
    const char* field;  // nullptr: `index` counts
    uint64_t index;
  };

  class Step {
   public:
    Step(Decoder& decoder, Place place) : decoder_(decoder) {
      if (decoder_.depth_ < kMostPlaces) decoder_.places_[decoder_.depth_] = place;
      ++decoder_.depth_;
    }
    ~Step() { --decoder_.depth_; }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    Decoder& decoder_;
  };

  static constexpr size_t kMostPlaces = cbor::kMaxDepth;

  template <class T>
  static constexpr const char* expected_other() {
    if constexpr (std::is_same_v<T, bool>) return "a boolean";
    if constexpr (std::is_same_v<T, char>) return "a string of one character";
    if constexpr (std::is_convertible_v<T, std::string_view>) return "a string";
    return "an array or a map";
  }

  std::string place() const {
    std::string text = root_;
    if (depth_ > 0) text += ' ';
    for (size_t i = 0; i < depth_ && i < kMostPlaces; ++i) {
      if (places_[i].field != nullptr) {
        text.append(".").append(places_[i].field);
      } else {
        text.append("[").append(std::to_string(places_[i].index)).append("]");
      }
    }
    return text;
  }

  std::string described() const {
    cbor::Reader ahead(reader_);
    double number = 0;
    bool truth = false;
    uint64_t count = 0;
    int64_t integer = 0;
    cbor::Numbers numbers;
    std::string_view text;
    switch (ahead.peek()) {
      case cbor::Kind::kUnsigned: ahead.unsigned_integer(count); return std::to_string(count);
      case cbor::Kind::kNegative: return ahead.integer(integer) ? std::to_string(integer) : "an integer below -2^63";
      case cbor::Kind::kFloating: ahead.floating(number); return "the floating-point number " + shown(number);
      case cbor::Kind::kBoolean: ahead.boolean(truth); return truth ? "true" : "false";
      case cbor::Kind::kNull: return "null";
      case cbor::Kind::kText: ahead.text(text); return "the string " + quoted(text);
      case cbor::Kind::kBytes: return "bytes";
      case cbor::Kind::kArray: ahead.array(count); return "an array of " + counted(count, "element");
      case cbor::Kind::kNumbers: ahead.numbers(numbers); return "an array of " + counted(numbers.count, "number");
      case cbor::Kind::kMap: ahead.map(count); return "a map of " + counted(count, "pair");
      default: return "nothing";
    }
  }

  static std::string quoted(std::string_view text) {
    constexpr size_t kMost = 40;
    std::string out = "\"";
    for (const char c : text.substr(0, kMost)) {
      if (c == '"' || c == '\\') out += '\\';
      out += c >= ' ' && c != 127 ? c : '?';
    }
    return out + (text.size() > kMost ? "...\"" : "\"");
  }

  cbor::Reader reader_;
  const char* root_;
  std::string error_;
  size_t depth_ = 0;
  Place places_[kMostPlaces];
};

}  // namespace harness::sdk
