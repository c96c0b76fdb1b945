// The JSON events of one value, written as CBOR: by its declared type, or by the shape that the JSON itself has.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <harness/model/case.hpp>
#include <harness/sdk/cbor.hpp>

namespace harness::store {

// A CBOR document that is being written. Not movable: the writer points to the bytes.
struct CborDocument {
  model::Bytes bytes;
  sdk::cbor::Writer writer{bytes};
  CborDocument() = default;
  CborDocument(const CborDocument&) = delete;
};

// One value at a time. By type (a type word of problem.yaml): `integer[]` becomes an int32 typed array, `long[]` int64,
// `double[]` float64, arrays of them arrays of typed arrays, everything is checked against the type's range. By shape
// (type ""): an array of nothing but integers becomes an int64 typed array, one of numbers float64 where nothing is
// lost, anything else an array of items; objects become maps.
//
// Every event function returns false when the value does not fit; `expected` and `found` then hold the words.
class ValueEncoder {
 public:
  // The value is appended to `document`, which must outlive it.
  void begin(std::string_view type, CborDocument& document);
  bool active() const { return document_ != nullptr && !done_; }
  bool done() const { return done_; }
  bool at_start() const { return active() && levels_.empty(); }

  bool begin_array();
  bool end_array();
  bool begin_object();
  bool key(std::string_view name);
  bool end_object();
  bool string(std::string_view text);
  bool integer(std::int64_t value);
  bool unsigned_integer(std::uint64_t value);
  bool floating(double value, std::string_view text);
  bool boolean(bool value);
  bool null();

  // The bytes of a file in place of the JSON: little-endian numbers of an array `T[]`, or a string's text.
  bool takes_file() const;
  std::size_t bytes_per_item() const;
  bool file(std::vector<char>&& content);

  const std::string& expected() const { return expected_; }
  const std::string& found() const { return found_; }

 private:
  enum class Base { kByShape, kInteger, kLong, kDouble, kBoolean, kCharacter, kString };
  struct Level {
    sdk::cbor::Writer::Token token;
    std::uint64_t count = 0;
    bool numbers = false;  // a typed array is being written
    bool only_integers = true;
    bool only_numbers = true;
    std::unique_ptr<std::set<std::string>> keys;  // of an object
  };

  bool refuse(std::string found);
  std::string words() const;
  bool scalar_fits() const { return base_ == Base::kByShape || levels_.size() == dimensions_; }
  bool wrote(bool integer, bool number);
  void narrow(const Level& level);
  bool refuse_with(std::string expected, std::string found);

  Base base_ = Base::kByShape;
  std::size_t dimensions_ = 0;
  CborDocument* document_ = nullptr;
  std::vector<Level> levels_;
  bool done_ = false;
  std::string expected_, found_;
};

// Appends the one item of `from` to `to`, typed arrays aligned anew.
void append_item(const CborDocument& from, CborDocument& to);

}  // namespace harness::store
