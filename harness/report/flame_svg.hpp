// Draws a flame graph whose frames have been laid out, coloured and put into words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace harness::report {

// Text of others is made harmless here, wherever it stands.
struct FlameFrame {
  std::uint64_t begin = 0, end = 0;  // in the units of FlamePicture::width
  std::uint32_t level = 0;           // 0 = at the bottom
  std::string style;                 // classes: `solver`, `more2`, `gone`
  std::string label;                 // cut to the frame's width
  std::string figure;                // after the label, where there is room for both
  std::string title;                 // lines; the first two are what a search looks into
  // Of what a search sums up: the other side's units; frames that stand for another one (`context`) count nothing.
  std::uint64_t before = 0;
};
struct FlameKey {
  std::string style, words;
};
struct FlamePicture {
  std::string title;
  std::vector<std::string> facts;  // lines below the title
  std::string doubt;               // why not to trust it, marked
  bool two_sides = false;
  std::uint64_t width = 0;         // units of all that is drawn
  std::uint64_t whole = 0;         // units of all samples of a side
  std::vector<FlameFrame> frames;  // callers before callees
  std::vector<FlameKey> keys;      // what the colours say
  std::string scale;               // before the keys, where they are a scale
  std::vector<std::string> notes;
  std::string empty_because;  // stands in the place of frames
};

std::string flame_svg(const FlamePicture& picture);

// ECMAScript of the picture: zoom, search, both in the address, keys. Holds no `]]>`.
extern const char* const kFlameScript;

}  // namespace harness::report
