// Lines as a terminal shows them: marks, folding, cutting.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <harness/report/console.hpp>

namespace harness::report {

// Marks for a terminal; text unchanged when colour is off.
class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}
  std::string strong(const std::string& text) const { return with("1", text); }
  std::string faint(const std::string& text) const { return with("2", text); }
  std::string good(const std::string& text) const { return with("32", text); }
  std::string doubtful(const std::string& text) const { return with("33", text); }
  std::string bad(const std::string& text) const { return with("1;31", text); }

 private:
  std::string with(const char* code, const std::string& text) const {
    return on_ && !text.empty() ? std::string("\x1b[") + code + "m" + text + "\x1b[0m" : text;
  }
  bool on_;
};

// Words of `text` in lines of at most `columns` characters (0 = one line); every line but the first begins with `indent`
// blanks, and `first` characters of the first are taken. A word that is too long keeps a line of its own.
std::vector<std::string> folded(const std::string& text, std::size_t columns, std::size_t first, std::size_t indent);

// Phrases in lines of at most `columns` characters, two blanks between them (0 = one line). A phrase that does not fit
// begins the next line behind `indent` blanks; only one that is longer than a line is folded at its words. Blanks at a
// phrase's end align what follows it in the same line. Empty phrases are passed over; one of blanks keeps its place.
std::vector<std::string> in_phrases(const std::vector<std::string>& phrases, std::size_t columns, std::size_t indent);

// Lines that are put together before they are printed.
class Page {
 public:
  explicit Page(const ConsoleOptions& options) : options_(options), paint_(options.colour) {}

  const ConsoleOptions& options() const { return options_; }
  const Paint& paint() const { return paint_; }
  std::string safe(const std::string& text) const { return printable(text, options_.utf8); }
  const char* plus_minus() const { return options_.utf8 ? "±" : "+-"; }

  void blank() { lines_.emplace_back(); }
  void add(std::string line) { lines_.push_back(std::move(line)); }
  // In as many lines as it takes; `strong` marks the first of them.
  void folded_line(const std::string& text, std::size_t indent, bool strong = false);
  // Two blanks before the first of them.
  void phrases(const std::vector<std::string>& phrases, std::size_t indent);
  // In one line, cut where the terminal ends: for text that stands whole elsewhere.
  void cut_line(const std::string& text);

  std::vector<std::string> lines() && { return std::move(lines_); }

 private:
  ConsoleOptions options_;
  Paint paint_;
  std::vector<std::string> lines_;
};

// A row with figures to rank or to doubt.
inline bool is_measured(const model::Measurement& row) {
  return row.state == model::Measurement::State::kMeasured && !row.samples.empty();
}

}  // namespace harness::report
