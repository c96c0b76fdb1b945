// Texts of others, made fit for a message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace harness::model {

// In double quotes on one line: what is no printable UTF-8 is escaped (`\n`, `\x1b`), cut after 60 characters.
std::string in_quotes(std::string_view text);

// Letters to insert, remove, replace or swap with their neighbour. Takes a time of the product of both lengths.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The known name that was probably meant: at most two letters differ, and less than half of it. Empty: there is none.
std::string_view nearest(std::string_view name, const std::vector<std::string_view>& known);

// Well-formed UTF-8 as RFC 3629 has it: no surrogates, nothing overlong.
bool is_utf8(std::string_view text);

// Anything that a terminal may take for a command: C0 except tab and newline, DEL, C1. REQUIRES: is_utf8(text).
bool has_control_character(std::string_view text);

}  // namespace harness::model
