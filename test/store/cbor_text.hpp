// A CBOR document in words, with the element of each typed array and whether its payload is aligned:
// `[int32{2,7}, 9, "x"]`. A payload that is not aligned reads `unaligned`.
#pragma once

#include <span>
#include <string>

#include <fmt/format.h>

#include <harness/sdk/cbor.hpp>

inline std::string cbor_text(harness::sdk::cbor::Reader& reader, const std::uint8_t* begin) {
  namespace cbor = harness::sdk::cbor;
  switch (reader.peek()) {
    case cbor::Kind::kUnsigned: {
      std::uint64_t value = 0;
      reader.unsigned_integer(value);
      return fmt::format("{}", value);
    }
    case cbor::Kind::kNegative: {
      std::int64_t value = 0;
      reader.integer(value);
      return fmt::format("{}", value);
    }
    case cbor::Kind::kFloating: {
      double value = 0;
      reader.floating(value);
      return fmt::format("f{}", value);
    }
    case cbor::Kind::kBoolean: {
      bool value = false;
      reader.boolean(value);
      return value ? "true" : "false";
    }
    case cbor::Kind::kNull: reader.null(); return "null";
    case cbor::Kind::kText: {
      std::string_view value;
      reader.text(value);
      return fmt::format("\"{}\"", value);
    }
    case cbor::Kind::kNumbers: {
      cbor::Numbers numbers;
      reader.numbers(numbers);
      std::string text = numbers.element == cbor::Element::kInt32     ? "int32{"
                         : numbers.element == cbor::Element::kInt64   ? "int64{"
                         : numbers.element == cbor::Element::kFloat64 ? "float64{"
                                                                      : "other{";
      if (static_cast<std::size_t>(numbers.data - begin) % cbor::size_of(numbers.element) != 0)
        text = "unaligned " + text;
      for (std::size_t i = 0; i < numbers.count; ++i) {
        text += fmt::format("{}{}", i == 0 ? "" : ",",
                            numbers.with(i, [](auto value) { return static_cast<double>(value); }));
      }
      return text + "}";
    }
    case cbor::Kind::kArray:
    case cbor::Kind::kMap: {
      const bool map = reader.peek() == cbor::Kind::kMap;
      std::uint64_t count = 0;
      map ? reader.map(count) : reader.array(count);
      std::string text = map ? "{" : "[";
      for (std::uint64_t i = 0; i < count; ++i) {
        if (i > 0) text += ", ";
        if (map) text += fmt::format("{}: ", cbor_text(reader, begin));
        text += cbor_text(reader, begin);
      }
      return text + (map ? "}" : "]");
    }
    default: return fmt::format("not CBOR: {}", reader.error() ? reader.error() : "?");
  }
}

inline std::string cbor_text(std::span<const std::uint8_t> document) {
  harness::sdk::cbor::Reader reader(document);
  std::string text = cbor_text(reader, document.data());
  return reader.at_end() ? text : text + " and more";
}
