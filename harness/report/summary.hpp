// The end of a run in words: the lines that Console::summary prints.
#pragma once

#include <string>
#include <vector>

#include <harness/model/measurement.hpp>
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

std::vector<std::string> summary_lines(const std::vector<model::Measurement>& all, const std::vector<model::Ranking>& rankings,
                                       const ConsoleOptions& options);

}  // namespace harness::report
