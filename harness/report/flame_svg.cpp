#include <harness/report/flame_svg.hpp>

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include <harness/report/figures.hpp>
#include <harness/report/xml_text.hpp>

namespace harness::report {
namespace {

constexpr double kWidth = 1200, kMargin = 10;
constexpr double kRow = 18, kFrame = 17;  // the rest is the line between two rows
constexpr double kHead = 74, kKeyRow = 24, kNoteRow = 18;
constexpr double kCharacter = 7.25;  // of 12 px monospace, on the safe side
constexpr std::size_t kLongestLabel = 200, kLongestTitle = 4000, kLongestLine = 170;

constexpr const char* kStyle = R"(
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --line: #8c959f;
  --solver: #ffbc80; --library: #a4cdfc; --harness: #d5c5f7; --kernel: #a5deb4; --unknown: #d4dae0;
  --more1: #fde1da; --more2: #f8bcad; --more3: #f2937c; --more4: #e96a50; --same: #e3e7eb;
  --less1: #dceafb; --less2: #b7d4f8; --less3: #87b5f2; --less4: #5b96e8; --hit: #f27fc2; --doubt: #9a3412; }
@media (prefers-color-scheme: dark) { :root { --paper: #0d1117; --ink: #f0f6fc; --faint: #9ba3ad; --line: #7d8590;
  --solver: #96500f; --library: #1d5596; --harness: #5d4894; --kernel: #1d663a; --unknown: #454d57;
  --more1: #4d2b24; --more2: #712f22; --more3: #952f1c; --more4: #b93316; --same: #333a43;
  --less1: #22324a; --less2: #234673; --less3: #2557a0; --less4: #2767cb; --hit: #ad2f7c; --doubt: #ffa657; } }
svg { background: var(--paper); }
.paper { fill: var(--paper); }
text { fill: var(--ink); font: 13px system-ui, sans-serif; white-space: pre; }
.name { font-weight: 600; font-size: 16px; } .faint, .details { fill: var(--faint); } .found { font-weight: 600; }
.doubt { fill: var(--doubt); font-weight: 600; }
.f { cursor: pointer; outline: none; }
.f text, .key text { font: 12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.root rect { fill: var(--unknown); }
.solver rect { fill: var(--solver); } .library rect { fill: var(--library); } .harness rect { fill: var(--harness); }
.kernel rect { fill: var(--kernel); } .unknown rect { fill: var(--unknown); } .inlined rect { fill-opacity: 0.5; }
.more1 rect { fill: var(--more1); } .more2 rect { fill: var(--more2); } .more3 rect { fill: var(--more3); }
.more4 rect { fill: var(--more4); } .same rect { fill: var(--same); } .less1 rect { fill: var(--less1); }
.less2 rect { fill: var(--less2); } .less3 rect { fill: var(--less3); } .less4 rect { fill: var(--less4); }
.gone rect, .context rect { fill: none; stroke: var(--less4); stroke-width: 2.5; pointer-events: all; }
.context rect { stroke: var(--line); stroke-width: 1.5; stroke-dasharray: 4 3; } .context text { fill: var(--faint); }
.below rect { fill-opacity: 0.2; } .below text { fill: var(--faint); }
.f:hover rect { stroke: var(--ink); stroke-width: 2; } .f:focus rect { stroke: var(--ink); stroke-width: 4; }
.searched .f rect { fill-opacity: 0.3; } .searched .hit rect { fill: var(--hit); fill-opacity: 1; }
.head div { display: flex; gap: 8px; justify-content: flex-end; }
.head input, .head button { font: 13px system-ui, sans-serif; color: var(--ink); background: var(--paper);
  border: 1px solid var(--line); border-radius: 4px; padding: 3px 8px; } .head input { width: 260px; }
.head button:disabled { color: var(--faint); }
)";

// Line by line.
std::string escaped(std::string_view text, std::size_t most) {
  std::string shown;
  for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n')) {
    shown += xml_text(text.substr(0, end), most) + '\n';
    text.remove_prefix(end + 1);
  }
  return shown + xml_text(text, most);
}

class Drawing {
 public:
  explicit Drawing(const FlamePicture& picture) : picture_(picture) {
    for (const FlameFrame& frame : picture.frames) levels_ = std::max<double>(levels_, frame.level + 1);
    head_ = kHead + kNoteRow * static_cast<double>(picture.facts.size() + (picture.doubt.empty() ? 0 : 1));
  }

  std::string text() {
    const double frames = picture_.frames.empty() ? 40 : levels_ * kRow;
    const double foot = head_ + frames + 10;
    const double height =
        foot + (picture_.keys.empty() ? 0 : kKeyRow) + kNoteRow * static_cast<double>(picture_.notes.size()) + 10;
    put(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0:.0f} {1:.0f}" width="{0:.0f}" height="{1:.0f}" )"
        R"(role="group" data-width="{2}" data-whole="{3}"{4}>)",
        kWidth, height, picture_.width, picture_.whole, picture_.two_sides ? " data-two=\"\"" : "");
    put("<title>{}</title>", escaped(picture_.title, kLongestLine));
    put("<style>{}</style>", kStyle);
    put(R"(<rect class="paper" width="100%" height="100%"/>)");
    if (picture_.frames.empty()) {
      put(R"(<text x="{:.0f}" y="{:.0f}">{}</text>)", kMargin, head_ + 14,
          escaped(picture_.empty_because, kLongestLine));
    }
    for (const FlameFrame& frame : picture_.frames) draw(frame);
    legend(foot);
    head();
    if (!picture_.frames.empty()) put("<script><![CDATA[\n{}]]></script>", kFlameScript);
    put("</svg>");
    return std::move(text_);
  }

 private:
  template <class... Arguments>
  void put(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    text_ += fmt::format(format, std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }

  // Last in the file, so that it covers the frames that a tall picture scrolls below it.
  void head() {
    put(R"(<g class="head"><rect class="paper" width="100%" height="{:.0f}"/>)", head_ - 6);
    put(R"(<text class="name" x="{:.0f}" y="28">{}</text>)", kMargin,
        escaped(cut(printable(picture_.title), 84, true), kLongestLine));
    double y = 28;
    for (const std::string& fact : picture_.facts) {
      put(R"(<text x="{:.0f}" y="{:.0f}">{}</text>)", kMargin, y += kNoteRow + 2, escaped(fact, kLongestLine));
    }
    if (!picture_.doubt.empty()) {
      put(R"(<text class="doubt" x="{:.0f}" y="{:.0f}">{}</text>)", kMargin, y += kNoteRow,
          escaped(picture_.doubt, kLongestLine));
    }
    put(R"(<text class="details" x="{:.0f}" y="{:.0f}"/>)"
        R"(<text class="found" x="{:.0f}" y="{:.0f}" text-anchor="end"/></g>)",
        kMargin, head_ - 16, kWidth - kMargin, head_ - 16);
  }

  void draw(const FlameFrame& frame) {
    const double scale = (kWidth - 2 * kMargin) / static_cast<double>(std::max<std::uint64_t>(picture_.width, 1));
    const double width = std::max(static_cast<double>(frame.end - frame.begin) * scale - 1, 0.5);
    const double y = head_ + (levels_ - 1 - frame.level) * kRow;
    const std::string label = printable(frame.label, true, kLongestLabel);
    const auto fits = width > 6 ? static_cast<std::size_t>((width - 6) / kCharacter) : 0;
    const std::string whole = frame.figure.empty() ? label : label + "  " + frame.figure;
    put(R"(<svg class="f {}" x="{:.2f}" y="{:.0f}" width="{:.2f}" height="{:.0f}" data-b="{}" data-e="{}" {})"
        R"(data-l="{}" data-n="{}"><title>{}</title><rect width="100%" height="100%"/><text x="3" y="13">{}</text></svg>)",
        frame.style, kMargin + static_cast<double>(frame.begin) * scale, y, width, kFrame, frame.begin, frame.end,
        frame.before > 0 ? fmt::format(R"(data-o="{}" )", frame.before) : "", escaped(label, kLongestTitle),
        escaped(frame.figure, kLongestTitle), escaped(frame.title, kLongestTitle),
        escaped(characters_in(whole) <= fits ? whole
                : fits < 3                   ? ""
                                             : cut(label, fits, true),
                kLongestTitle));
  }

  void legend(double y) {
    double x = kMargin;
    if (!picture_.keys.empty()) {
      if (!picture_.scale.empty()) {
        put(R"(<text class="faint" x="{:.0f}" y="{:.0f}">{}</text>)", x, y + 14, escaped(picture_.scale, kLongestLine));
        x += 6.3 * static_cast<double>(characters_in(picture_.scale)) + 12;
      }
      for (const FlameKey& key : picture_.keys) {
        const double width = kCharacter * static_cast<double>(characters_in(key.words)) + 14;
        put(R"(<svg class="key {}" x="{:.0f}" y="{:.0f}" width="{:.0f}" height="19">)"
            R"(<rect width="100%" height="100%"/><text x="7" y="14">{}</text></svg>)",
            key.style, x, y, width, escaped(key.words, kLongestLine));
        x += width + (picture_.scale.empty() ? 6 : 2);
      }
      y += kKeyRow;
    }
    for (const std::string& note : picture_.notes) {
      put(R"(<text class="faint" x="{:.0f}" y="{:.0f}">{}</text>)", kMargin, y + 14, escaped(note, kLongestLine));
      y += kNoteRow;
    }
  }

  const FlamePicture& picture_;
  double levels_ = 0, head_ = kHead;
  std::string text_;
};

}  // namespace

std::string flame_svg(const FlamePicture& picture) { return Drawing(picture).text(); }

}  // namespace harness::report
