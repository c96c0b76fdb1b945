// The facts of this very build that a library's must agree with; a worker is of the same build.
#pragma once

#include <string>

namespace harness::library {

// In the words of the note's `cxx_library`: `libstdc++ cxx11`, `libstdc++ cow`, `libc++ <ABI version>`.
const std::string& this_cxx_library();

struct BuildFlags {
  bool address_sanitizer = false;
  bool thread_sanitizer = false;
  bool undefined_sanitizer = false;
  bool glibcxx_debug = false;

  bool any_sanitizer() const { return address_sanitizer || thread_sanitizer || undefined_sanitizer; }
};
BuildFlags this_build_flags();

}  // namespace harness::library
