// What a zip archive says of itself at its end, read before libzip sees it: libzip takes memory for as many entries
// as are declared, ends a name at its first NUL, and chooses among several ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harness/model/error.hpp>

namespace harness::package {

// The names as they are stored, in the directory's order; views into `bytes`. Errors: no archive; more than one end
// that could be meant; zip64; several disks; more than `most_entries`; bytes that belong to no entry, or to more than
// one.
Result<std::vector<std::string_view>> names_in_directory(std::span<const std::uint8_t> bytes, const std::string& file,
                                                         std::size_t most_entries);

// Why that is no name of an entry (`holds a backslash`); "" = it is one. A folder's ends with a slash.
std::string why_no_name(std::string_view name);

// The first name that comes twice, or is a file's and also the folder of another; "" = there is none.
std::string_view first_clash(const std::vector<std::string_view>& names);

}  // namespace harness::package
