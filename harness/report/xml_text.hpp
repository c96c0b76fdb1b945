// Text of others inside of an XML element or attribute.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace harness::report {

// `printable`, and nothing in it is markup or a character that XML forbids.
std::string xml_text(std::string_view text, std::size_t most_characters);

}  // namespace harness::report
