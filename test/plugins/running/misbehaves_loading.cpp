// Misbehaves before anybody asked it for anything. IN_CONSTRUCTOR is a statement that runs when it is loaded; IN_TABLE
// one that changes its table.
#include "plain_solver.hpp"

#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#ifndef IN_CONSTRUCTOR
#define IN_CONSTRUCTOR
#endif
#ifndef IN_TABLE
#define IN_TABLE
#endif

#ifdef UNDEFINED_SYMBOL
extern "C" void harness_test_nobody_defines_this();
#endif

__attribute__((constructor)) static void at_load() {
  IN_CONSTRUCTOR;
#ifdef UNDEFINED_SYMBOL
  harness_test_nobody_defines_this();
#endif
}

#ifdef NULL_TABLE
extern "C" __attribute__((visibility("default"))) const harness_solver* harness_solver_v1(void) { return nullptr; }
#elif !defined(NO_ENTRY)
PLAIN_SOLVER(IN_TABLE;)
#endif
