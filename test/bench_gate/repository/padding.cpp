// What stands before a solver's functions and data: in each commit of a series as much of it as no other commit has.
#define PADDING_TEXT 1  // in units of 64 bytes, to which functions are aligned
#define PADDING_DATA 0  // bytes

namespace {

[[gnu::used]] void text_before() { asm volatile(".skip %c0, 0x90" : : "i"(64 * PADDING_TEXT)); }
[[gnu::used]] char data_before[PADDING_DATA + 1] = {1};

}  // namespace
