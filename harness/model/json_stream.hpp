// JSON as a stream of events (SAX), on Boost.JSON's basic_parser, so that a 100 MiB dataset never stands in memory as a
// tree. The handler keeps its own place (JSON Pointer); nesting is limited to 64; invalid UTF-8 and what RFC 8259 forbids
// is refused, and so is a number of more than 4,096 characters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <harness/model/error.hpp>

namespace harness::model {

// Every function returns false to stop; the handler then knows why.
class JsonHandler {
 public:
  virtual ~JsonHandler() = default;
  virtual bool begin_object() = 0;
  virtual bool key(std::string_view name) = 0;
  virtual bool end_object() = 0;
  virtual bool begin_array() = 0;
  virtual bool end_array() = 0;
  virtual bool string(std::string_view text) = 0;  // whole
  virtual bool integer(std::int64_t value) = 0;
  virtual bool unsigned_integer(std::uint64_t value) = 0;  // above 2^63-1
  // With a fraction or exponent, or an integer beyond 64 bits. The nearest double; infinite where none is.
  virtual bool floating(double value, std::string_view text) = 0;
  virtual bool boolean(bool value) = 0;
  virtual bool null() = 0;
};

// `next` fills the buffer and returns how many bytes it wrote; 0 = end. Error: `<file>: byte <n>: <why>` for malformed
// JSON; nothing is said (false) when the handler stopped.
Result<bool> stream_json(const std::function<std::size_t(char* buffer, std::size_t capacity)>& next,
                         JsonHandler& handler, const std::string& file);

}  // namespace harness::model
