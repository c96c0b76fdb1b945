#include <harness/store/value_encoder.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>

#include <fmt/format.h>

#include <harness/model/text.hpp>

namespace harness::store {
namespace {

namespace cbor = sdk::cbor;

constexpr std::size_t kArrayHead = 9;  // what Writer::begin_array writes

// Integers that a double holds without loss.
bool exact_as_double(std::int64_t value) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  return value >= -kMost && value <= kMost;
}

void copy_item(cbor::Reader& from, cbor::Writer& to) {
  std::uint64_t count = 0;
  switch (from.peek()) {
    case cbor::Kind::kUnsigned: from.unsigned_integer(count), to.unsigned_integer(count); return;
    case cbor::Kind::kNegative: {
      std::int64_t value = 0;
      from.integer(value), to.integer(value);
      return;
    }
    case cbor::Kind::kFloating: {
      double value = 0;
      from.floating(value), to.floating(value);
      return;
    }
    case cbor::Kind::kBoolean: {
      bool value = false;
      from.boolean(value), to.boolean(value);
      return;
    }
    case cbor::Kind::kText: {
      std::string_view value;
      from.text(value), to.text(value);
      return;
    }
    case cbor::Kind::kNumbers: {
      cbor::Numbers numbers;
      from.numbers(numbers);
      cbor::with_type_of(numbers.element, [&](auto zero) {
        using T = decltype(zero);
        to.numbers(std::span<const T>(reinterpret_cast<const T*>(numbers.data), numbers.count));
      });
      return;
    }
    case cbor::Kind::kArray:
      from.array(count), to.array(count);
      for (std::uint64_t i = 0; i < count; ++i) copy_item(from, to);
      return;
    default: from.skip(), to.null(); return;
  }
}

std::string shown(std::string_view number) {
  return std::string(number.substr(0, 60)) + (number.size() > 60 ? "..." : "");
}

}  // namespace

void append_item(const CborDocument& from, CborDocument& to) {
  cbor::Reader reader(from.bytes);
  copy_item(reader, to.writer);
}

void ValueEncoder::begin(std::string_view type, CborDocument& document) {
  dimensions_ = 0;
  for (; type.ends_with("[]"); type.remove_suffix(2)) ++dimensions_;
  base_ = type == "integer"     ? Base::kInteger
          : type == "long"      ? Base::kLong
          : type == "double"    ? Base::kDouble
          : type == "boolean"   ? Base::kBoolean
          : type == "character" ? Base::kCharacter
          : type == "string"    ? Base::kString
                                : Base::kByShape;
  document_ = &document;
  levels_.clear();
  done_ = false;
}

std::string ValueEncoder::words() const {
  constexpr const char* kType[] = {"", "integer", "long", "double", "boolean", "character", "string"};
  constexpr const char* kScalar[] = {"a value",  "a 32-bit integer", "a 64-bit integer",
                                     "a number", "true or false",    "a text of one ASCII character",
                                     "a text"};
  const auto base = static_cast<std::size_t>(base_);
  if (base_ == Base::kByShape || levels_.size() >= dimensions_) return kScalar[base];
  std::string type = kType[base];
  for (std::size_t i = levels_.size(); i < dimensions_; ++i) type += "[]";
  return fmt::format("an array ({})", type);
}

bool ValueEncoder::refuse(std::string found) { return refuse_with(words(), std::move(found)); }

bool ValueEncoder::refuse_with(std::string expected, std::string found) {
  expected_ = std::move(expected);
  found_ = std::move(found);
  return false;
}

bool ValueEncoder::wrote(bool integer, bool number) {
  if (levels_.empty()) {
    done_ = true;
    return true;
  }
  Level& level = levels_.back();
  ++level.count;
  level.only_integers = level.only_integers && integer;
  level.only_numbers = level.only_numbers && number;
  return true;
}

bool ValueEncoder::begin_array() {
  if (base_ != Base::kByShape && levels_.size() >= dimensions_) return refuse("an array");
  const bool innermost = levels_.size() + 1 == dimensions_;
  cbor::Writer& writer = document_->writer;
  Level level{};
  if (innermost && base_ == Base::kInteger) {
    level = {writer.begin_numbers<std::int32_t>(), 0, true};
  } else if (innermost && base_ == Base::kLong) {
    level = {writer.begin_numbers<std::int64_t>(), 0, true};
  } else if (innermost && base_ == Base::kDouble) {
    level = {writer.begin_numbers<double>(), 0, true};
  } else {
    level = {writer.begin_array(), 0, false};
  }
  levels_.push_back(std::move(level));
  return true;
}

bool ValueEncoder::end_array() {
  const Level level = std::move(levels_.back());
  levels_.pop_back();
  cbor::Writer& writer = document_->writer;
  if (!level.numbers) {
    writer.end_array(level.token, level.count);
    if (base_ == Base::kByShape && level.count > 0 && level.only_numbers) narrow(level);
  } else if (base_ == Base::kInteger) {
    writer.end_numbers<std::int32_t>(level.token);
  } else if (base_ == Base::kLong) {
    writer.end_numbers<std::int64_t>(level.token);
  } else {
    writer.end_numbers<double>(level.token);
  }
  return wrote(false, false);
}

// Writes an array of number items again, as a typed array, where every number survives that.
void ValueEncoder::narrow(const Level& level) {
  model::Bytes& bytes = document_->bytes;
  cbor::Reader reader(std::span<const std::uint8_t>(bytes).subspan(level.token.at + kArrayHead));
  std::vector<std::int64_t> integers;
  std::vector<double> doubles;
  for (std::uint64_t i = 0; i < level.count; ++i) {
    const cbor::Kind kind = reader.peek();
    std::int64_t integer = 0;
    double floating = 0;
    if (kind == cbor::Kind::kFloating) {
      reader.floating(floating);
      doubles.push_back(floating);
      continue;
    }
    if (!reader.integer(integer)) return;
    if (level.only_integers) {
      integers.push_back(integer);
    } else if (!exact_as_double(integer)) {
      return;
    } else {
      doubles.push_back(static_cast<double>(integer));
    }
  }
  bytes.resize(level.token.at);
  if (level.only_integers) {
    document_->writer.numbers(std::span<const std::int64_t>(integers));
  } else {
    document_->writer.numbers(std::span<const double>(doubles));
  }
}

bool ValueEncoder::begin_object() {
  if (base_ != Base::kByShape) return refuse("an object");
  Level level{document_->writer.begin_array()};
  level.keys = std::make_unique<std::set<std::string>>();
  document_->bytes[level.token.at] = 0xbb;  // a map's head has the array's layout
  levels_.push_back(std::move(level));
  return true;
}

bool ValueEncoder::key(std::string_view name) {
  if (!levels_.back().keys->emplace(name).second) return refuse_with("each key once", "it again");
  document_->writer.text(name);
  return true;
}

bool ValueEncoder::end_object() {
  document_->writer.end_array(levels_.back().token, levels_.back().count);
  levels_.pop_back();
  return wrote(false, false);
}

bool ValueEncoder::string(std::string_view text) {
  const bool fits = base_ == Base::kByShape || base_ == Base::kString ||
                    (base_ == Base::kCharacter && text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80);
  if (!fits || !scalar_fits()) return refuse(model::in_quotes(text));
  document_->writer.text(text);
  return wrote(false, false);
}

bool ValueEncoder::integer(std::int64_t value) {
  cbor::Writer& writer = document_->writer;
  if (!scalar_fits()) return refuse(std::to_string(value));
  const bool in_numbers = dimensions_ > 0;
  switch (base_) {
    case Base::kInteger:
      if (value < std::numeric_limits<std::int32_t>::min() || value > std::numeric_limits<std::int32_t>::max()) {
        return refuse(std::to_string(value));
      }
      in_numbers ? writer.push(static_cast<std::int32_t>(value)) : writer.integer(value);
      break;
    case Base::kLong: in_numbers ? writer.push(value) : writer.integer(value); break;
    case Base::kDouble:
      if (!exact_as_double(value)) return floating(static_cast<double>(value), std::to_string(value));
      in_numbers ? writer.push(static_cast<double>(value)) : writer.floating(static_cast<double>(value));
      break;
    case Base::kByShape: writer.integer(value); break;
    default: return refuse(std::to_string(value));
  }
  return wrote(true, true);
}

bool ValueEncoder::unsigned_integer(std::uint64_t value) {
  if (base_ == Base::kDouble) return floating(static_cast<double>(value), std::to_string(value));
  if (base_ != Base::kByShape) return refuse(std::to_string(value));
  document_->writer.unsigned_integer(value);
  return wrote(false, false);  // beyond int64: the array stays one of items
}

bool ValueEncoder::floating(double value, std::string_view text) {
  if ((base_ != Base::kDouble && base_ != Base::kByShape) || !scalar_fits()) return refuse(shown(text));
  if (!std::isfinite(value)) return refuse_with("a number within the range of a double", shown(text));
  base_ == Base::kDouble&& dimensions_ > 0 ? document_->writer.push(value) : document_->writer.floating(value);
  return wrote(false, true);
}

bool ValueEncoder::boolean(bool value) {
  if ((base_ != Base::kBoolean && base_ != Base::kByShape) || !scalar_fits()) return refuse(value ? "true" : "false");
  document_->writer.boolean(value);
  return wrote(false, false);
}

bool ValueEncoder::null() {
  if (base_ != Base::kByShape) return refuse("null");
  document_->writer.null();
  return wrote(false, false);
}

bool ValueEncoder::takes_file() const {
  const bool number = base_ == Base::kInteger || base_ == Base::kLong || base_ == Base::kDouble;
  return at_start() && ((number && dimensions_ == 1) || (base_ == Base::kString && dimensions_ == 0));
}

std::size_t ValueEncoder::bytes_per_item() const {
  return base_ == Base::kInteger ? 4 : base_ == Base::kString ? 1 : 8;
}

bool ValueEncoder::file(std::vector<char>&& content) {
  const std::string_view text(content.data(), content.size());
  if (content.size() % bytes_per_item() != 0) {
    return refuse_with(fmt::format("a multiple of {} bytes", bytes_per_item()),
                       fmt::format("{} bytes", content.size()));
  }
  if (base_ == Base::kString) {
    if (!model::is_utf8(text)) return refuse_with("a text in UTF-8", "other bytes");
    document_->writer.text(text);
    return wrote(false, false);
  }
  const auto write = [&]<class T>(T) {
    document_->writer.numbers(
        std::span<const T>(reinterpret_cast<const T*>(content.data()), content.size() / sizeof(T)));
  };
  if (base_ == Base::kInteger) write(std::int32_t{});
  if (base_ == Base::kLong) write(std::int64_t{});
  if (base_ == Base::kDouble) write(double{});
  return wrote(false, false);
}

}  // namespace harness::store
