// Shares of samples and names of functions as text: what tables, lines and pictures of profiles agree on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <harness/model/profile.hpp>

namespace harness::report {

// `29%`, `0%`, `100%`: the last two of exactly none and all, else `<1%` and `>99%`. NaN and infinity: `?`.
std::string share_text(double share);
// `12% -> 29%`
std::string share_change_text(double before, double after);
// `29.0%`, `0.4%`: for titles of pictures, where a share is a width.
std::string exact_share_text(double share);

// `std::_Hashtable::_M_rehash_aux`, or `[libc.so.6]` where no symbol was found, `[unknown]` where no module was. Not
// made printable.
std::string frame_name(std::string_view function, std::string_view module);
// `802 samples of 4 ms in 320 calls, 12 outside of the solver left out`
std::string sampling_text(const model::CpuProfile& profile);
// The last part of a path.
std::string_view file_name(std::string_view path);
// `two-sum-v2.1.0/hash_map.cpp:14`; without a line the file alone; without a file "".
std::string place_text(std::string_view file, std::uint32_t line);

}  // namespace harness::report
