#include <harness/library/build_facts.hpp>

#include <version>

namespace harness::library {

const std::string& this_cxx_library() {
#if defined(_LIBCPP_VERSION)
  static const std::string name = "libc++ " + std::to_string(_LIBCPP_ABI_VERSION);
#elif defined(_GLIBCXX_USE_CXX11_ABI) && _GLIBCXX_USE_CXX11_ABI
  static const std::string name = "libstdc++ cxx11";
#else
  static const std::string name = "libstdc++ cow";
#endif
  return name;
}

#if defined(__has_feature)
#define HARNESS_HAS_FEATURE(name) __has_feature(name)
#else
#define HARNESS_HAS_FEATURE(name) 0
#endif

BuildFlags this_build_flags() {
  BuildFlags flags;
#if defined(__SANITIZE_ADDRESS__) || HARNESS_HAS_FEATURE(address_sanitizer)
  flags.address_sanitizer = true;
#endif
#if defined(__SANITIZE_THREAD__) || HARNESS_HAS_FEATURE(thread_sanitizer)
  flags.thread_sanitizer = true;
#endif
// g++ has no macro for it: the build says so.
#if defined(HARNESS_UNDEFINED_SANITIZER) || HARNESS_HAS_FEATURE(undefined_behavior_sanitizer)
  flags.undefined_sanitizer = true;
#endif
#if defined(_GLIBCXX_DEBUG)
  flags.glibcxx_debug = true;
#endif
  return flags;
}

}  // namespace harness::library
