#include <harness/model/json_text.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include <harness/model/text.hpp>

namespace harness::model {

std::string in_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string valid;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size = std::min<std::size_t>(4, text.size() - at);
    while (size > 0 && !is_utf8(text.substr(at, size))) --size;
    valid += size > 0 ? std::string(text.substr(at, size)) : "\xef\xbf\xbd";
    at += std::max<std::size_t>(size, 1);
  }
  return valid;
}

std::string json_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : in_utf8(text)) {
    if (c == '"' || c == '\\') {
      (result += '\\') += c;
    } else if (c == '\n') {
      result += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string json_number(double value) {
  if (!std::isfinite(value)) return "null";
  if (value == 0) return std::signbit(value) ? "-0.0" : "0";
  return fmt::format("{}", value);
}

}  // namespace harness::model
