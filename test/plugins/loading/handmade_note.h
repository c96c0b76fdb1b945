/* The note of harness/sdk/abi.h in assembler directives; `identity` is version.yaml, its lines ending in "\\n". */
#ifndef LOADING_HANDMADE_NOTE_H
#define LOADING_HANDMADE_NOTE_H

#include <version>

#ifdef __has_feature
#define HANDMADE_FEATURE(name) __has_feature(name)
#else
#define HANDMADE_FEATURE(name) 0
#endif

#if defined(_LIBCPP_VERSION)
#define HANDMADE_TEXT_OF(x) #x
#define HANDMADE_TEXT(x) HANDMADE_TEXT_OF(x)
#define HANDMADE_CXX_LIBRARY "libc++ " HANDMADE_TEXT(_LIBCPP_ABI_VERSION)
#else
#define HANDMADE_CXX_LIBRARY "libstdc++ cxx11"
#endif

#if defined(__SANITIZE_ADDRESS__) || HANDMADE_FEATURE(address_sanitizer)
#define HANDMADE_FLAGS "address-sanitizer"
#elif defined(__SANITIZE_THREAD__) || HANDMADE_FEATURE(thread_sanitizer)
#define HANDMADE_FLAGS "thread-sanitizer"
#else
#define HANDMADE_FLAGS ""
#endif

#define HANDMADE_NOTE(boundary, identity)                                                             \
  asm(".pushsection .note.harness, \"a\", %note\n"                                                    \
      ".balign 4\n"                                                                                   \
      ".long 8, 16384, 1\n"                                                                           \
      ".asciz \"harness\"\n"                                                                          \
      "771: .long 1, " boundary                                                                       \
      ", 1, 773f-772f, 774f-773f, 0\n"                                                                \
      "772: .ascii \"compiler=by hand\\ncxx_library=" HANDMADE_CXX_LIBRARY "\\nflags=" HANDMADE_FLAGS \
      "\\ngit_sha=\\n\"\n"                                                                            \
      "773: .ascii \"" identity                                                                       \
      "\"\n"                                                                                          \
      "774: .org 771b+16384\n"                                                                        \
      ".popsection");

#endif
