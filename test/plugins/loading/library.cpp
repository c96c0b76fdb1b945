// The smallest library that the harness accepts, with its note written by hand: a second pair of eyes on
// harness/sdk/abi.h, and a place for faults that the SDK does not let an author make. Each fault is a macro.
#include <cstdio>
#include <cstdlib>

#include "handmade_note.h"

#ifndef LOADING_NO_NOTE
HANDMADE_NOTE(LOADING_BOUNDARY, LOADING_IDENTITY)
#endif

#ifndef LOADING_CONSTANT
#define LOADING_CONSTANT 1
#endif
#ifndef LOADING_ENTRY
#define LOADING_ENTRY harness_solver_v1
#endif

// A file that tells that code of the library has run. LOADING_MARKER is set in the environment by the test.
__attribute__((constructor)) static void leave_a_marker() {
  const char* path = std::getenv("LOADING_MARKER");
  if (path == nullptr) return;
  if (std::FILE* file = std::fopen(path, "w")) std::fclose(file);
}

#ifdef LOADING_UNIQUE
asm(".pushsection .data\n.globl shared_by_all\n.type shared_by_all, @gnu_unique_object\n.size shared_by_all, 4\n"
    "shared_by_all: .long 1\n.popsection");
#endif

#ifdef LOADING_IFUNC
asm(".pushsection .text\n.globl chosen_when_loaded\n.type chosen_when_loaded, @gnu_indirect_function\n"
    "chosen_when_loaded: nop\n.popsection");
#endif

#ifdef LOADING_TEXTREL
asm(".pushsection .text\n.globl address_in_code\naddress_in_code: .quad address_in_code\n.popsection");
#endif

#ifdef LOADING_NEEDS
extern "C" int of_another_library();
#endif

#ifndef LOADING_MANGLED_ENTRY
extern "C"
#endif
    __attribute__((visibility("default"))) const void*
    LOADING_ENTRY();
const void* LOADING_ENTRY() {
#ifdef LOADING_NEEDS
  if (of_another_library() == 7) return nullptr;
#endif
  static const struct {
    int constant;
    const char* file;
  } table{LOADING_CONSTANT, __FILE__};
  return &table;
}

#ifdef LOADING_PROGRAM
int main() {}
#endif
