// Code that nobody calls, of an odd size: what is linked after it lies elsewhere.
#include <cstdint>

#define PADDING(n)                                                                                  \
  [[gnu::used, gnu::noinline]] std::uint64_t padding_##n(const std::uint64_t* words, std::uint64_t count) { \
    std::uint64_t sum = n;                                                                          \
    for (std::uint64_t i = 0; i < count; ++i) sum = sum * (2 * n + 3) + (words[i] >> (n & 31));     \
    return sum ^ (sum >> n);                                                                        \
  }

namespace detection {
PADDING(1) PADDING(3) PADDING(7) PADDING(11) PADDING(13) PADDING(17) PADDING(19)
#ifdef DETECTION_MORE_PADDING
PADDING(23) PADDING(29) PADDING(31) PADDING(37) PADDING(41)
#endif
}  // namespace detection
