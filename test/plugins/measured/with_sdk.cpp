// 3 x 40 bytes a call, written with the SDK; TYPE is what is answered.
#include <vector>

#include <harness/sdk/solver.hpp>

using Type = TYPE;

static Type three_times_forty() {
  for (int i = 0; i < 3; ++i) {
    char* block = new char[40];
    asm volatile("" : "+r"(block) : : "memory");
    delete[] block;
  }
  return Type(25);
}

HARNESS_SOLVER("measured", three_times_forty);
