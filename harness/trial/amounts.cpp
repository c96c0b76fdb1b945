#include <harness/trial/amounts.hpp>

#include <harness/sdk/cbor.hpp>

namespace harness::trial {
namespace {

using sdk::cbor::Kind;
using sdk::cbor::Reader;

// Puts the reader before the argument.
bool seek(Reader& reader, std::size_t index) {
  std::uint64_t count = 0;
  if (!reader.array(count) || index >= count) return false;
  for (; index > 0; --index) {
    if (!reader.skip()) return false;
  }
  return true;
}

std::optional<std::uint64_t> size_of(std::string_view type) {
  if (type == "integer") return 4;
  if (type == "long" || type == "double") return 8;
  if (type == "boolean" || type == "character") return 1;
  return {};
}

bool add_bytes(Reader& reader, std::string_view type, std::uint64_t& bytes) {
  const Kind kind = reader.peek();
  if (type == "string") {
    std::string_view text;
    if (!reader.text(text)) return false;
    bytes += text.size();
    return true;
  }
  if (!type.ends_with("[]")) {
    const auto size = size_of(type);
    if (!size || kind == Kind::kArray || kind == Kind::kNumbers || kind == Kind::kMap) return false;
    bytes += *size;
    return reader.skip();
  }
  type.remove_suffix(2);
  if (kind == Kind::kNumbers) {
    const auto size = size_of(type);
    sdk::cbor::Numbers numbers;
    if (!size || !reader.numbers(numbers)) return false;
    bytes += *size * numbers.count;
    return true;
  }
  std::uint64_t count = 0;
  if (!reader.array(count)) return false;
  for (; count > 0; --count) {
    if (!add_bytes(reader, type, bytes)) return false;
  }
  return true;
}

}  // namespace

std::optional<std::uint64_t> items_of(std::span<const std::uint8_t> args, std::size_t parameter_index) {
  Reader reader(args);
  if (!seek(reader, parameter_index)) return {};
  std::uint64_t count = 0;
  switch (reader.peek()) {
    case Kind::kArray:
      if (reader.array(count)) return count;
      return {};
    case Kind::kNumbers:
      if (sdk::cbor::Numbers numbers; reader.numbers(numbers)) return numbers.count;
      return {};
    case Kind::kText:
      if (std::string_view text; reader.text(text)) return text.size();
      return {};
    default: return {};
  }
}

std::optional<std::uint64_t> bytes_of(std::span<const std::uint8_t> args, std::size_t parameter_index,
                                      std::string_view type) {
  if (type != "string" && !type.ends_with("[]")) return {};
  Reader reader(args);
  std::uint64_t bytes = 0;
  if (!seek(reader, parameter_index) || !add_bytes(reader, type, bytes)) return {};
  return bytes;
}

}  // namespace harness::trial
