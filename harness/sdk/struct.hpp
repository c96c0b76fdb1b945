// HARNESS_STRUCT(Point, x, y): lets an aggregate of the author's cross the boundary, as a map of its fields.
#pragma once

#include <harness/sdk/codec.hpp>

namespace harness::sdk {

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
concept Struct = std::is_class_v<T> && requires(T* type) {
  harness_fields_of(type);
};

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
    std::apply([&](const auto&... field) { ((to.text(field.name), encode_one(to, value.*field.member)), ...); },
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
#define HARNESS_SDK_FIELDS(Type, field, ...)            \
  , ::harness::sdk::Field<Type, decltype(Type::field)>{ \
        #field, &Type::field} __VA_OPT__(HARNESS_SDK_FIELDS_AGAIN HARNESS_SDK_PARENS(Type, __VA_ARGS__))
#define HARNESS_SDK_FIELDS_AGAIN() HARNESS_SDK_FIELDS

// Makes an aggregate of yours cross the boundary: HARNESS_STRUCT(Point, x, y) in Point's own namespace, after Point.
// At most 27 fields; the type needs a default constructor.
#define HARNESS_STRUCT(Type, ...)                                                                                      \
  inline constexpr auto harness_fields_of(Type*) {                                                                     \
    static_assert(std::is_default_constructible_v<Type>, "harness: a HARNESS_STRUCT needs a default constructor");     \
    constexpr auto kFields = ::harness::sdk::fields_of(::harness::sdk::Words(#Type)                                    \
                                                           HARNESS_SDK_EXPAND(HARNESS_SDK_FIELDS(Type, __VA_ARGS__))); \
    static_assert(decltype(kFields)::kSupported,                                                                       \
                  "harness: a field of this HARNESS_STRUCT has a type that does not cross the boundary (see "          \
                  "harness/sdk/codec.hpp for those that do)");                                                         \
    return kFields;                                                                                                    \
  }                                                                                                                    \
  static_assert(true)
