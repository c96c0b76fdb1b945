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

#include <harness/sdk/decoder.hpp>

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
concept Supported = Codec<T>::kSupported;

// Copying is as cheap as the call's own copy, and nothing is shared between copies.
template <class T>
concept Plain = std::is_trivially_copy_constructible_v<T> && std::is_trivially_destructible_v<T>;

inline constexpr size_t kBlockOverhead = 16;  // of one allocation

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
  static constexpr auto word() { return Words("map<") + Codec<K>::word() + Words(",") + Codec<V>::word() + Words(">"); }
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

}  // namespace harness::sdk
