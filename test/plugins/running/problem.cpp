// A problem's library: its answer is always 5, and some of its generators are broken.
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <harness/sdk/abi.h>

namespace {

std::string words;
std::vector<std::uint8_t> made;

harness_status generate(const char* name, std::uint64_t size, std::uint64_t seed, harness_bytes* bytes) {
  const std::string generator = name;
  if (generator == "pair") {  // {"args": [size, seed], "expect": 5}, small numbers only
    made = {0xa2,
            0x79,
            0x00,
            0x04,
            'a',
            'r',
            'g',
            's',
            0x82,
            static_cast<std::uint8_t>(size),
            static_cast<std::uint8_t>(seed),
            0x66,
            'e',
            'x',
            'p',
            'e',
            'c',
            't',
            0x05};
  } else if (generator == "large") {  // {"args": [<size bytes>]}
    made = {0xa1, 0x64, 'a', 'r', 'g', 's', 0x81, 0x5a};
    for (int i = 3; i >= 0; --i) made.push_back(static_cast<std::uint8_t>(size >> (8 * i)));
    made.resize(made.size() + size, static_cast<std::uint8_t>(seed));
  } else if (generator == "cut") {
    made = {0xa1, 0x64, 'a', 'r', 'g', 's', 0x85, 0x01};
  } else {
    words = "no generator is called " + generator;
    return HARNESS_BAD_INPUT;
  }
  *bytes = {made.data(), made.size()};
  return HARNESS_OK;
}
harness_status check(const std::uint8_t*, std::size_t args_size, const std::uint8_t* answer, std::size_t answer_size,
                     std::uint32_t* accepted) {
  if (args_size == 0) return HARNESS_BAD_STATE;
  *accepted = answer_size == 1 && answer[0] == 5;
  words = "expected 5";
  return HARNESS_OK;
}
harness_status reference(const std::uint8_t*, std::size_t, harness_bytes* answer) {
  made = {0x05};
  *answer = {made.data(), made.size()};
  return HARNESS_OK;
}
const char* last_error() { return words.c_str(); }

constexpr harness_problem kTable = {sizeof(harness_problem),
                                    HARNESS_BOUNDARY_VERSION,
                                    "five",
                                    "(integer, integer) -> integer",
                                    "pair\nlarge\ncut",
                                    1,
                                    1,
                                    generate,
                                    check,
                                    reference,
                                    last_error};

}  // namespace

extern "C" __attribute__((visibility("default"))) const harness_problem* harness_problem_v1(void) { return &kTable; }
