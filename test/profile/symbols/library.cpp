// Code whose addresses are known: each MARK is a symbol at an instruction of its own.
#include <cstdlib>

#if defined(UNMARKED)
#define MARK(name) asm volatile("nop" ::: "memory")
#else
#define MARK(name) asm volatile(".globl " #name "\n" #name ": nop" ::: "memory")
#endif
#define EXPORT extern "C" __attribute__((visibility("default")))

// Neither inlined, nor cloned, nor split: a mark may be there once only.
#if defined(__clang__)
#define WHOLE __attribute__((noinline))
#else
#define WHOLE __attribute__((noipa))
#endif

volatile int sink;

namespace {

class Table {
 public:
  [[gnu::always_inline]] inline int find(int value) const {
    MARK(mark_find);  // line: find
    return sink + value;
  }
};

[[gnu::always_inline]] inline int twice(const Table& table, int value) {
  return table.find(value) * 2;  // line: find in twice
}

}  // namespace

namespace shop {

template <class T>
struct Shelf {
  WHOLE T take(T value) {
    MARK(mark_take);  // line: take
    sink = sink + 1;
    return value + 1;
  }
};

}  // namespace shop

namespace harness::sdk {

template <class Body>
WHOLE int run(Body&& body) {
  sink = sink + 1;
  const int result = body();
  MARK(mark_run);  // line: run
  return result + sink;
}

}  // namespace harness::sdk

WHOLE static int descend(int depth) {
  MARK(mark_descend);  // line: descend
  if (depth == 0) return sink;
  const int result = descend(depth - 1) + sink;
  MARK(mark_descended);  // line: descended
  return result + 1;
}

EXPORT WHOLE int entry(int value) {
  const Table table;
  const int found = twice(table, value);  // line: twice in entry
  shop::Shelf<int> shelf;
  const int taken = shelf.take(found);
  MARK(mark_entry);  // line: entry
  return taken + found;
}

EXPORT WHOLE int start(int value) {
  return harness::sdk::run([&] { return entry(value) + descend(value); });
}

// What it calls last does not come back: the return address is behind its end.
EXPORT WHOLE void last_call() {
  sink = 0;
  std::abort();  // line: last call
}

__attribute__((cold)) WHOLE static void complain() { sink = 3; }

// GCC moves what is next to never run into a part of its own, `chilled.cold`.
EXPORT WHOLE int chilled(int value) {
  if (__builtin_expect(value > 1000, 0)) {
    MARK(mark_cold);  // line: cold
    complain();
    complain();
  }
  return value + sink;
}

// Code without a function: a symbol of no type and no size.
asm(".text\n.p2align 4\n.globl hole\nhole:\n.skip 64, 0x90\n");
