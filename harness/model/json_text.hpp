// Values as JSON text, for documents that are written line by line.
#pragma once

#include <string>
#include <string_view>

namespace harness::model {

// Bytes that are no UTF-8 become U+FFFD.
std::string in_utf8(std::string_view text);
// In quotes, escaped; in UTF-8.
std::string json_text(std::string_view text);
// Shortest round-trip; an infinite or undefined one is null.
std::string json_number(double value);

}  // namespace harness::model
