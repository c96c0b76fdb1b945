// C++ values <-> CBOR. What has a Codec can be a parameter or an answer:
//
//   C++                                          type word          CBOR
//   integers up to 32 bits                       integer            integer
//   integers of 64 bits                          long               integer
//   float, double                                double             floating point; an integer is read too
//   bool                                         boolean            true, false
//   char                                         character          a string of one byte
//   std::string, std::string_view                string             string
//   std::vector, array, span, set, unordered_set T[]                array; of numbers a typed array
//   std::pair, std::tuple                        tuple<T,...>       array
//   std::map, std::unordered_map                 map<K,V>           map; integer keys may be written as strings
//   std::optional                                optional<T>        null or the value
//   HARNESS_STRUCT(Point, x, y)                  Point              map of the fields by name; an array is read too
//
// Numbers are range-checked, never wrapped. A fault names its place: `argument [0][1]: expected a 32-bit integer, got
// the string "x"`. Nothing here throws but std::bad_alloc.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <harness/sdk/cbor.hpp>

namespace harness::sdk {

// Text that is put together while compiling: signatures stand ready in the library's read-only data.
template <size_t N>
struct Words {
  char text[N + 1] = {};
  constexpr Words() = default;
  constexpr Words(const char (&literal)[N + 1]) {
    for (size_t i = 0; i <= N; ++i) text[i] = literal[i];
  }
};
template <size_t N>
Words(const char (&)[N]) -> Words<N - 1>;

template <size_t A, size_t B>
constexpr Words<A + B> operator+(const Words<A>& a, const Words<B>& b) {
  Words<A + B> sum;
  for (size_t i = 0; i < A; ++i) sum.text[i] = a.text[i];
  for (size_t i = 0; i < B; ++i) sum.text[A + i] = b.text[i];
  return sum;
}

// Each supported type has a specialisation with
//   kSupported, word()            does it cross, and how it is called
//   decode(Decoder&, T&) -> bool  false: the fault is in the decoder
//   encode(Writer&, const T&)
//   heap(const T&) -> size_t      bytes that a copy takes beside sizeof(T), about
template <class T>
struct Codec {
  static constexpr bool kSupported = false;
};

template <class T>
concept Supported = Codec<T>::kSupported;

// Copying is as cheap as the call's own copy, and nothing is shared between copies.
template <class T>
concept Plain = std::is_trivially_copy_constructible_v<T> && std::is_trivially_destructible_v<T>;

inline constexpr size_t kBlockOverhead = 16;  // of one allocation

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
    } else if constexpr (requires { typename T::value_type; value.emplace(); *value; }) {
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

template <cbor::Number T>
struct Codec<T> {
  static constexpr bool kSupported = true;
  static constexpr auto word() {
    if constexpr (std::is_floating_point_v<T>) {
      return Words("double");
    } else if constexpr (sizeof(T) <= 4) {
      return Words("integer");
    } else {
      return Words("long");
    }
  }
  static bool decode(Decoder& from, T& value) {
    cbor::Reader& reader = from.reader();
    const cbor::Kind kind = reader.peek();
    if (kind == cbor::Kind::kUnsigned) {
      uint64_t number = 0;
      return reader.unsigned_integer(number) ? from.from_number(number, value) : from.broken();
    }
    if (kind == cbor::Kind::kNegative) {
      int64_t number = 0;
      return reader.integer(number) ? from.from_number(number, value) : from.broken();
    }
    if constexpr (std::is_floating_point_v<T>) {
      double number = 0;
      if (kind == cbor::Kind::kFloating) {
        return reader.floating(number) ? from.from_number(number, value) : from.broken();
      }
    }
    return from.mismatch(Decoder::expected_number<T>());
  }
  static void encode(cbor::Writer& to, T value) {
    if constexpr (std::is_floating_point_v<T>) {
      to.floating(static_cast<double>(value));
    } else if constexpr (std::is_signed_v<T>) {
      to.integer(value);
    } else {
      to.unsigned_integer(value);
    }
  }
  static size_t heap(T) { return 0; }
};

template <>
struct Codec<bool> {
  static constexpr bool kSupported = true;
  static constexpr auto word() { return Words("boolean"); }
  static bool decode(Decoder& from, bool& value) {
    if (from.reader().peek() != cbor::Kind::kBoolean) return from.mismatch("a boolean");
    return from.reader().boolean(value) || from.broken();
  }
  static void encode(cbor::Writer& to, bool value) { to.boolean(value); }
  static size_t heap(bool) { return 0; }
};

template <>
struct Codec<char> {
  static constexpr bool kSupported = true;
  static constexpr auto word() { return Words("character"); }
  static bool decode(Decoder& from, char& value) {
    cbor::Reader ahead(from.reader());
    std::string_view text;
    if (!ahead.text(text) || text.size() != 1) return from.mismatch("a string of one character");
    value = text.front();
    return from.reader().skip();
  }
  static void encode(cbor::Writer& to, char value) { to.text({&value, 1}); }
  static size_t heap(char) { return 0; }
};

// The view points into the document: it lives as long as the bytes.
template <>
struct Codec<std::string_view> {
  static constexpr bool kSupported = true;
  static constexpr auto word() { return Words("string"); }
  static bool decode(Decoder& from, std::string_view& value) {
    if (from.reader().peek() != cbor::Kind::kText) return from.mismatch("a string");
    return from.reader().text(value) || from.broken();
  }
  static void encode(cbor::Writer& to, std::string_view value) { to.text(value); }
  static size_t heap(std::string_view) { return 0; }
};

template <>
struct Codec<std::string> {
  static constexpr bool kSupported = true;
  static constexpr auto word() { return Words("string"); }
  static bool decode(Decoder& from, std::string& value) {
    std::string_view text;
    if (!from.decode(text)) return false;
    value.assign(text);
    return true;
  }
  static void encode(cbor::Writer& to, const std::string& value) { to.text(value); }
  static size_t heap(const std::string& value) { return value.size() < 16 ? 0 : value.size() + 1 + kBlockOverhead; }
};

// What a container of elements has in common, whatever it is.
template <class Container, class T>
struct ElementsCodec {
  static constexpr bool kSupported = Supported<T>;
  static constexpr auto word() { return Codec<T>::word() + Words("[]"); }
  static void encode(cbor::Writer& to, const Container& values) {
    if constexpr (cbor::Number<T>) {
      const auto token = to.template begin_numbers<T>();
      for (const T value : values) to.push(value);
      to.template end_numbers<T>(token);
    } else {
      to.array(values.size());
      for (const auto& value : values) Codec<T>::encode(to, value);
    }
  }
  static size_t heap_of_elements(const Container& values) {
    size_t sum = 0;
    if constexpr (!Plain<T>) {
      for (const auto& value : values) sum += Codec<T>::heap(value);
    }
    return sum;
  }
};

template <class T>
struct Codec<std::vector<T>> : ElementsCodec<std::vector<T>, T> {
  static bool decode(Decoder& from, std::vector<T>& values) {
    Decoder::Sequence sequence;
    if (!from.enter(sequence)) return false;
    values.clear();
    if constexpr (cbor::Number<T>) {
      if (sequence.typed && sequence.numbers.element == cbor::element_of<T>()) {
        values.resize(sequence.numbers.count);
        if (!values.empty()) std::memcpy(values.data(), sequence.numbers.data, values.size() * sizeof(T));
        return true;
      }
    }
    values.reserve(static_cast<size_t>(std::min<uint64_t>(sequence.count, 65536)));  // the count may be a lie
    for (uint64_t i = 0; i < sequence.count; ++i) {
      T value{};
      if (!from.element(sequence, i, value)) return false;
      values.push_back(std::move(value));
    }
    return true;
  }
  static void encode(cbor::Writer& to, const std::vector<T>& values) {
    if constexpr (cbor::Number<T>) {
      to.numbers(std::span<const T>(values));
    } else if constexpr (std::is_same_v<T, bool>) {
      to.array(values.size());
      for (const bool value : values) to.boolean(value);
    } else {
      ElementsCodec<std::vector<T>, T>::encode(to, values);
    }
  }
  static size_t heap(const std::vector<T>& values) {
    if (values.empty()) return 0;
    if constexpr (std::is_same_v<T, bool>) {
      return values.size() / 8 + kBlockOverhead;
    } else {
      return values.size() * sizeof(T) + kBlockOverhead + Codec::heap_of_elements(values);
    }
  }
};

// Answers only: a parameter that is a span is held by its solver (callable.hpp).
template <class T>
struct Codec<std::span<T>> {
  static constexpr bool kSupported = Supported<std::remove_const_t<T>> && !std::is_same_v<std::remove_const_t<T>, bool>;
  static constexpr auto word() { return Codec<std::remove_const_t<T>>::word() + Words("[]"); }
  static void encode(cbor::Writer& to, std::span<T> values) {
    if constexpr (cbor::Number<std::remove_const_t<T>>) {
      to.numbers(std::span<const T>(values));
    } else {
      to.array(values.size());
      for (const auto& value : values) Codec<std::remove_const_t<T>>::encode(to, value);
    }
  }
};

template <class T, size_t N>
struct Codec<std::array<T, N>> : ElementsCodec<std::array<T, N>, T> {
  static bool decode(Decoder& from, std::array<T, N>& values) {
    Decoder::Sequence sequence;
    if (!from.enter_exactly(sequence, N)) return false;
    for (uint64_t i = 0; i < N; ++i) {
      if (!from.element(sequence, i, values[i])) return false;
    }
    return true;
  }
  static size_t heap(const std::array<T, N>& values) { return Codec::heap_of_elements(values); }
};

// pair and tuple.
template <class Tuple, class... T>
struct TupleCodec {
  static constexpr bool kSupported = (Supported<T> && ...);
  static constexpr auto word() {
    if constexpr (sizeof...(T) == 0) {
      return Words("tuple<>");
    } else {
      return joined<T...>(Words("tuple<"));
    }
  }
  static bool decode(Decoder& from, Tuple& values) {
    Decoder::Sequence sequence;
    if (!from.enter_exactly(sequence, sizeof...(T))) return false;
    uint64_t index = 0;
    return std::apply([&](auto&... value) { return (from.element(sequence, index++, value) && ...); }, values);
  }
  static void encode(cbor::Writer& to, const Tuple& values) {
    to.array(sizeof...(T));
    std::apply([&](const auto&... value) { (Codec<T>::encode(to, value), ...); }, values);
  }
  static size_t heap(const Tuple& values) {
    return std::apply([](const auto&... value) { return (size_t{0} + ... + Codec<T>::heap(value)); }, values);
  }

 private:
  template <class First, class... Rest, size_t N>
  static constexpr auto joined(const Words<N>& before) {
    const auto so_far = before + Codec<First>::word();
    if constexpr (sizeof...(Rest) == 0) {
      return so_far + Words(">");
    } else {
      return joined<Rest...>(so_far + Words(","));
    }
  }
};
template <class A, class B>
struct Codec<std::pair<A, B>> : TupleCodec<std::pair<A, B>, A, B> {};
template <class... T>
struct Codec<std::tuple<T...>> : TupleCodec<std::tuple<T...>, T...> {};

// Elements of an unordered container in ascending order, so that equal answers are equal bytes.
template <class Container, class Key>
auto in_order(const Container& values, Key key) {
  std::vector<const typename Container::value_type*> sorted;
  sorted.reserve(values.size());
  for (const auto& value : values) sorted.push_back(&value);
  if constexpr (requires(const typename Container::key_type& k) { k < k; }) {
    std::sort(sorted.begin(), sorted.end(), [&](auto* a, auto* b) { return key(*a) < key(*b); });
  }
  return sorted;
}

template <class Container, class T, bool kOrdered>
struct SetCodec : ElementsCodec<Container, T> {
  static bool decode(Decoder& from, Container& values) {
    Decoder::Sequence sequence;
    if (!from.enter(sequence)) return false;
    values.clear();
    for (uint64_t i = 0; i < sequence.count; ++i) {
      T value{};
      if (!from.element(sequence, i, value)) return false;
      values.insert(std::move(value));
    }
    return true;
  }
  static void encode(cbor::Writer& to, const Container& values) {
    if constexpr (kOrdered) {
      ElementsCodec<Container, T>::encode(to, values);
    } else {
      const auto sorted = in_order(values, [](const T& value) -> const T& { return value; });
      to.array(sorted.size());
      for (const T* value : sorted) Codec<T>::encode(to, *value);
    }
  }
  static size_t heap(const Container& values) {
    return values.size() * (sizeof(T) + 32 + kBlockOverhead) + SetCodec::heap_of_elements(values);
  }
};
template <class T>
struct Codec<std::set<T>> : SetCodec<std::set<T>, T, true> {};
template <class T>
struct Codec<std::unordered_set<T>> : SetCodec<std::unordered_set<T>, T, false> {};

template <class Container, class K, class V>
struct MapCodec {
  static constexpr bool kSupported = Supported<K> && Supported<V>;
  static constexpr auto word() {
    return Words("map<") + Codec<K>::word() + Words(",") + Codec<V>::word() + Words(">");
  }
  static bool decode(Decoder& from, Container& values) {
    if (from.reader().peek() != cbor::Kind::kMap) return from.mismatch("a map");
    uint64_t pairs = 0;
    if (!from.reader().map(pairs)) return from.broken();
    values.clear();
    for (uint64_t i = 0; i < pairs; ++i) {
      K key{};
      V value{};
      if (!from.entry(i, [&] { return decode_key(from, key) && from.field("value", value); })) return false;
      values.insert_or_assign(std::move(key), std::move(value));
    }
    return true;
  }
  static void encode(cbor::Writer& to, const Container& values) {
    to.map(values.size());
    for (const auto* entry : in_order(values, [](const auto& item) -> const K& { return item.first; })) {
      Codec<K>::encode(to, entry->first);
      Codec<V>::encode(to, entry->second);
    }
  }
  static size_t heap(const Container& values) {
    size_t sum = values.size() * (sizeof(typename Container::value_type) + 32 + kBlockOverhead);
    for (const auto& [key, value] : values) sum += Codec<K>::heap(key) + Codec<V>::heap(value);
    return sum;
  }

 private:
  // JSON has string keys only: an integer key may come as its digits.
  static bool decode_key(Decoder& from, K& key) {
    if constexpr (cbor::Number<K> && std::is_integral_v<K>) {
      cbor::Reader ahead(from.reader());
      std::string_view digits;
      if (ahead.peek() == cbor::Kind::kText && ahead.text(digits)) {
        const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), key);
        if (fault == std::errc() && end == digits.data() + digits.size()) return from.reader().skip();
      }
    }
    return from.field("key", key);
  }
};
template <class K, class V>
struct Codec<std::map<K, V>> : MapCodec<std::map<K, V>, K, V> {};
template <class K, class V>
struct Codec<std::unordered_map<K, V>> : MapCodec<std::unordered_map<K, V>, K, V> {};

template <class T>
struct Codec<std::optional<T>> {
  static constexpr bool kSupported = Supported<T>;
  static constexpr auto word() { return Words("optional<") + Codec<T>::word() + Words(">"); }
  static bool decode(Decoder& from, std::optional<T>& value) {
    if (from.reader().peek() != cbor::Kind::kNull) return from.decode(value.emplace());
    value.reset();
    return from.reader().null();
  }
  static void encode(cbor::Writer& to, const std::optional<T>& value) {
    if (value) {
      Codec<T>::encode(to, *value);
    } else {
      to.null();
    }
  }
  static size_t heap(const std::optional<T>& value) { return value ? Codec<T>::heap(*value) : 0; }
};

// --- HARNESS_STRUCT ---------------------------------------------------------------------------------------------------

template <class T, class M>
struct Field {
  const char* name;
  M T::*member;
};

template <size_t N, class T, class... M>
struct Fields {
  Words<N> name;
  std::tuple<Field<T, M>...> each;
  static constexpr bool kSupported = (Supported<M> && ...);
};

template <size_t N, class T, class... M>
constexpr Fields<N, T, M...> fields_of(const Words<N>& name, Field<T, M>... each) {
  return {name, {each...}};
}

template <class T>
concept Struct = std::is_class_v<T> && requires(T* type) { harness_fields_of(type); };

template <Struct T>
struct Codec<T> {
  static constexpr auto kFields = harness_fields_of(static_cast<T*>(nullptr));
  static constexpr size_t kCount = std::tuple_size_v<decltype(kFields.each)>;
  static constexpr bool kSupported = decltype(kFields)::kSupported;
  static constexpr auto word() { return kFields.name; }

  static bool decode(Decoder& from, T& value) {
    if (from.reader().peek() != cbor::Kind::kMap) {
      Decoder::Sequence sequence;
      if (!from.enter(sequence, "a map of the fields") || sequence.count != kCount) {
        return from.fault(Decoder::counted(kCount, "field"), Decoder::counted(sequence.count, "element"));
      }
      uint64_t index = 0;
      return std::apply(
          [&](const auto&... field) { return (from.element(sequence, index++, value.*field.member) && ...); },
          kFields.each);
    }
    uint64_t pairs = 0;
    if (!from.reader().map(pairs)) return from.broken();
    if (pairs != kCount) return from.fault(Decoder::counted(kCount, "field"), Decoder::counted(pairs, "field"));
    std::array<bool, kCount> seen{};
    for (uint64_t i = 0; i < pairs; ++i) {
      std::string_view name;
      if (!from.decode(name)) return false;
      size_t index = 0;
      bool known = false;
      bool fine = true;
      std::apply(
          [&](const auto&... field) {
            ((!known && name == field.name && !seen[index]
                  ? (known = true, seen[index] = true, fine = from.field(field.name, value.*field.member))
                  : ++index),
             ...);
          },
          kFields.each);
      if (!fine) return false;
      if (!known) return from.fault("each field of the struct once", "the field \"" + std::string(name) + "\"");
    }
    return true;
  }
  static void encode(cbor::Writer& to, const T& value) {
    to.map(kCount);
    std::apply(
        [&](const auto&... field) {
          ((to.text(field.name), encode_one(to, value.*field.member)), ...);
        },
        kFields.each);
  }
  static size_t heap(const T& value) {
    return std::apply([&](const auto&... field) { return (size_t{0} + ... + heap_one(value.*field.member)); },
                      kFields.each);
  }

 private:
  template <class M>
  static void encode_one(cbor::Writer& to, const M& value) {
    Codec<M>::encode(to, value);
  }
  template <class M>
  static size_t heap_one(const M& value) {
    return Codec<M>::heap(value);
  }
};

}  // namespace harness::sdk

#define HARNESS_SDK_PARENS ()
#define HARNESS_SDK_EXPAND(...) HARNESS_SDK_EXPAND3(HARNESS_SDK_EXPAND3(HARNESS_SDK_EXPAND3(__VA_ARGS__)))
#define HARNESS_SDK_EXPAND3(...) HARNESS_SDK_EXPAND2(HARNESS_SDK_EXPAND2(HARNESS_SDK_EXPAND2(__VA_ARGS__)))
#define HARNESS_SDK_EXPAND2(...) HARNESS_SDK_EXPAND1(HARNESS_SDK_EXPAND1(HARNESS_SDK_EXPAND1(__VA_ARGS__)))
#define HARNESS_SDK_EXPAND1(...) __VA_ARGS__
#define HARNESS_SDK_FIELDS(Type, field, ...)                                                        \
  , ::harness::sdk::Field<Type, decltype(Type::field)> { #field, &Type::field }                     \
  __VA_OPT__(HARNESS_SDK_FIELDS_AGAIN HARNESS_SDK_PARENS(Type, __VA_ARGS__))
#define HARNESS_SDK_FIELDS_AGAIN() HARNESS_SDK_FIELDS

// Makes an aggregate of yours cross the boundary: HARNESS_STRUCT(Point, x, y) in Point's own namespace, after Point.
// At most 27 fields; the type needs a default constructor.
#define HARNESS_STRUCT(Type, ...)                                                                                     \
  inline constexpr auto harness_fields_of(Type*) {                                                                    \
    static_assert(std::is_default_constructible_v<Type>, "harness: a HARNESS_STRUCT needs a default constructor");    \
    constexpr auto kFields =                                                                                          \
        ::harness::sdk::fields_of(::harness::sdk::Words(#Type) HARNESS_SDK_EXPAND(HARNESS_SDK_FIELDS(Type, __VA_ARGS__))); \
    static_assert(decltype(kFields)::kSupported,                                                                      \
                  "harness: a field of this HARNESS_STRUCT has a type that does not cross the boundary (see "         \
                  "harness/sdk/codec.hpp for those that do)");                                                        \
    return kFields;                                                                                                   \
  }                                                                                                                   \
  static_assert(true)
