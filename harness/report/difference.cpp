#include <harness/report/difference.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <ostream>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/compile.h>
#include <fmt/format.h>

#include <harness/model/json_text.hpp>
#include <harness/report/change.hpp>
#include <harness/report/comparison.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/page.hpp>

namespace harness::report {
namespace {

using model::Verdict;

constexpr std::size_t kPending = 64 * 1024;

void append_text(std::string& line, std::string_view text) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
  if (plain)
    line.append("\"").append(text).append("\"");
  else
    line += model::json_text(text);
}

void append_number(std::string& line, double value) {
  if (!std::isfinite(value) || value == 0) {
    line += model::json_number(value);
    return;
  }
  std::array<char, 32> digits;  // the longest is -2.2250738585072014e-308
  line.append(digits.data(), fmt::format_to(digits.data(), FMT_COMPILE("{}"), value));
}

void append_member(std::string& line, const std::variant<double, std::string>& value) {
  if (const double* number = std::get_if<double>(&value))
    append_number(line, *number);
  else
    append_text(line, std::get<std::string>(value));
}

void append_value(std::string& line, const DiffValue& value) {
  if (const double* number = std::get_if<double>(&value)) {
    append_number(line, *number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    append_text(line, *text);
  } else {
    line += '{';
    for (const auto& [name, member] : std::get<2>(value)) {
      if (line.back() != '{') line += ',';
      append_text(line, name);
      line += ':';
      append_member(line, member);
    }
    line += '}';
  }
}

void append_row(std::string& line, const DiffRow& row) {
  line += "{\"op\":";
  append_text(line, row.op);
  line += ",\"path\":";
  append_text(line, row.path);
  if (row.old_value) append_value(line += ",\"old\":", *row.old_value);
  if (row.new_value) append_value(line += ",\"new\":", *row.new_value);
  if (row.percent) append_number(line += ",\"pct\":", *row.percent);
  if (row.verdict) line.append(",\"verdict\":\"").append(model::verdict_word(*row.verdict)).append("\"");
  if (row.z) append_number(line += ",\"z\":", *row.z);
  if (row.mean) append_number(line += ",\"mean\":", *row.mean);
  if (row.sigma) append_number(line += ",\"sigma\":", *row.sigma);
  line += '}';
}

double seconds_in(const std::string& unit) {
  if (unit == "s") return 1;
  if (unit == "ms") return 1e-3;
  return unit == "us" ? 1e-6 : 1e-9;
}

// A row as a person reads it.
struct Cells {
  std::string name, member, before, after, change, z, verdict;
  bool words = false;  // texts, which are of any length: not in columns
};

class CellsOf {
 public:
  CellsOf(const DiffRow& row, bool utf8) : row_(row), utf8_(utf8) {}

  Cells cells() const {
    Cells cells;
    const auto tokens = tokens_of(row_.path);
    if (!tokens.empty()) cells.name = tokens[0];
    if (tokens.size() > 1) cells.member = tokens[1];
    const auto before = number(row_.old_value), after = number(row_.new_value);
    if (before && after) {
      std::tie(cells.before, cells.after) = pair(*before, *after);
    } else {
      if (before) cells.before = one(*before);
      if (after) cells.after = one(*after);
    }
    if (cells.member.empty()) {
      cells.before = gist(row_.old_value);
      cells.after = gist(row_.new_value);
    }
    if (is_text(row_.old_value) || is_text(row_.new_value)) {
      cells.words = true;
      if (cells.before.empty()) cells.before = quoted(row_.old_value);
      if (cells.after.empty()) cells.after = quoted(row_.new_value);
    }
    if (row_.percent) cells.change = change(*row_.percent);
    if (row_.z) cells.z = fmt::format("{:+.1f}", *row_.z);
    if (row_.verdict) cells.verdict = model::verdict_word(*row_.verdict);
    return cells;
  }

 private:
  static std::optional<double> number(const std::optional<DiffValue>& value) {
    return value && std::holds_alternative<double>(*value) ? std::optional(std::get<double>(*value)) : std::nullopt;
  }
  static bool is_text(const std::optional<DiffValue>& value) {
    return value && std::holds_alternative<std::string>(*value);
  }
  static std::string quoted(const std::optional<DiffValue>& value) {
    return is_text(value) ? "\"" + std::get<std::string>(*value) + "\"" : "none";
  }

  // What an entry is about, in one value: its real time, or why it has none.
  std::string gist(const std::optional<DiffValue>& value) const {
    if (!value || !std::holds_alternative<DiffObject>(*value)) return {};
    for (const char* wanted : {"error_message", "skip_message", "real_time"}) {
      for (const auto& [name, member] : std::get<DiffObject>(*value)) {
        if (name != wanted) continue;
        const double* time = std::get_if<double>(&member);
        return fmt::format("{} {}", name, time != nullptr ? one(*time) : "\"" + std::get<std::string>(member) + "\"");
      }
    }
    return {};
  }

  std::string one(double value) const {
    return row_.time_unit.empty() ? count_text(value)
                                  : without_blank(time_text(value * seconds_in(row_.time_unit), utf8_));
  }

  // As many digits as show that they differ.
  std::pair<std::string, std::string> pair(double before, double after) const {
    if (!std::isfinite(before) || !std::isfinite(after)) return {one(before), one(after)};
    if (!row_.time_unit.empty()) {
      const double scale = seconds_in(row_.time_unit);
      return pair_of_times(before * scale, after * scale, utf8_);
    }
    const std::pair<std::string, std::string> short_ones{count_text(before), count_text(after)};
    const bool tell = short_ones.first != short_ones.second && short_ones.first.find('<') == std::string::npos &&
                      short_ones.second.find('<') == std::string::npos;
    return tell || before == after ? short_ones : std::pair{fmt::format("{}", before), fmt::format("{}", after)};
  }

  static std::string without_blank(std::string text) {
    text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
    return text;
  }

  static std::string change(double percent) {
    return percent > -100 ? change_text(std::log1p(percent / 100)) : fmt::format("{:.0f}%", percent);
  }

  const DiffRow& row_;
  bool utf8_;
};

std::string summary_line(const std::vector<DiffRow>& rows) {
  if (rows.empty()) return "no differences";
  struct Count {
    Verdict verdict;
    std::size_t rows = 0;
  };
  std::array<Count, 8> counts{{{Verdict::kAlert},
                               {Verdict::kSlower},
                               {Verdict::kSuspect},
                               {Verdict::kCannotTell},
                               {Verdict::kSame},
                               {Verdict::kFaster},
                               {Verdict::kNew},
                               {Verdict::kMissing}}};
  for (const DiffRow& row : rows) {
    for (Count& count : counts) count.rows += row.verdict == count.verdict;
  }
  std::string line = counted(rows.size(), "difference");
  const char* before = ": ";
  for (const Count& count : counts) {
    if (count.rows == 0) continue;
    line += fmt::format("{}{} {}", before, count.rows, model::verdict_word(count.verdict));
    before = ", ";
  }
  return line;
}

}  // namespace

std::string pointer_token(const std::string& name) {
  std::string token;
  token.reserve(name.size() + 8);
  for (const char c : name) {
    if (c == '~')
      token += "~0";
    else if (c == '/')
      token += "~1";
    else
      token += c;
  }
  return token;
}

std::vector<std::string> tokens_of(const std::string& path) {
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '/') {
      tokens.emplace_back();
    } else if (!tokens.empty()) {
      const bool escaped = path[i] == '~' && i + 1 < path.size() && (path[i + 1] == '0' || path[i + 1] == '1');
      if (escaped) ++i;
      tokens.back() += !escaped ? path[i] : path[i] == '0' ? '~' : '/';
    }
  }
  return tokens;
}

namespace {

// Names, and below each its members in columns.
class Table {
 public:
  Table(const std::vector<DiffRow>& rows, const ConsoleOptions& options) : page_(options) {
    for (const DiffRow& row : rows) {
      rows_.push_back(CellsOf(row, options.utf8).cells());
      const Cells& cells = rows_.back();
      if (cells.member.empty() || cells.words) continue;
      const std::array<const std::string*, kColumns> texts = columns_of(cells);
      for (std::size_t i = 0; i < kColumns; ++i) {
        if (!texts[i]->empty())
          widths_[i] = std::max({widths_[i], characters_in(page_.safe(*texts[i])), kTitles[i].size()});
      }
    }
  }

  std::vector<std::string> lines() && {
    if (widths_[kOld] + widths_[kNew] > 0)
      add(row_of({&kTitles[0], &kTitles[1], &kTitles[2], &kTitles[3], &kTitles[4]}), "verdict");
    std::string name;
    bool first = true;
    for (const Cells& cells : rows_) {
      if (cells.member.empty()) {
        whole(cells);
      } else {
        if (first || name != cells.name) page_.add(page_.paint().strong(page_.safe(cells.name)));
        if (cells.words)
          words(cells);
        else
          add(row_of(columns_of(cells)), cells.verdict);
      }
      name = cells.member.empty() ? std::string() : cells.name;
      first = cells.member.empty();
    }
    return std::move(page_).lines();
  }

 private:
  enum Column { kMember, kOld, kNew, kChange, kZ, kColumns };
  static inline const std::array<std::string, kColumns> kTitles{"", "old", "new", "change", "sigmas"};

  static std::array<const std::string*, kColumns> columns_of(const Cells& cells) {
    return {&cells.member, &cells.before, &cells.after, &cells.change, &cells.z};
  }

  std::string row_of(const std::array<const std::string*, kColumns>& texts) const {
    std::string line = "  " + padded_right(page_.safe(*texts[kMember]), widths_[kMember]);
    for (std::size_t i = kOld; i < kColumns; ++i) {
      if (widths_[i] > 0) line += "  " + padded_left(*texts[i], widths_[i]);
    }
    return line;
  }

  void add(std::string line, const std::string& verdict) {
    if (!verdict.empty()) line += "  " + painted(verdict);
    line.erase(line.find_last_not_of(' ') + 1);
    page_.add(std::move(line));
  }

  void whole(const Cells& cells) {
    const std::string& gist = cells.before.empty() ? cells.after : cells.before;
    page_.add(page_.paint().strong(page_.safe(cells.name)) + "  " + painted(cells.verdict) +
              (gist.empty() ? "" : " (" + page_.safe(gist) + ")"));
  }

  void words(const Cells& cells) {
    const std::string text =
        fmt::format("{}  {} -> {}", page_.safe(cells.member), page_.safe(cells.before), page_.safe(cells.after));
    std::string indent(2, ' ');
    for (const std::string& line : folded(text, page_.options().columns, indent.size(), 4))
      page_.add(std::exchange(indent, "") + line);
  }

  std::string painted(const std::string& verdict) const {
    if (verdict == "suspect") return page_.paint().doubtful(verdict);
    if (verdict == "slower" || verdict == "alert") return page_.paint().bad(verdict);
    return verdict == "faster" ? page_.paint().good(verdict) : verdict;
  }

  Page page_;
  std::vector<Cells> rows_;
  std::array<std::size_t, kColumns> widths_{};
};

std::string markdown_table(const std::vector<DiffRow>& rows) {
  const bool any_z = std::any_of(rows.begin(), rows.end(), [](const DiffRow& row) { return row.z.has_value(); });
  std::string text =
      fmt::format("| benchmark | member | old | new | change |{} verdict |\n|:--|:--|--:|--:|--:|{}:--|\n",
                  any_z ? " sigmas |" : "", any_z ? "--:|" : "");
  for (const DiffRow& row : rows) {
    const Cells cells = CellsOf(row, true).cells();
    std::vector<const std::string*> columns{&cells.name, &cells.member, &cells.before, &cells.after, &cells.change};
    if (any_z) columns.push_back(&cells.z);
    columns.push_back(&cells.verdict);
    text += "|";
    for (const std::string* column : columns) text += column->empty() ? " |" : " " + markdown_cell(*column) + " |";
    text += "\n";
  }
  return text;
}

}  // namespace

DiffWriter::DiffWriter(std::ostream& out, DiffFormat format, const ConsoleOptions& options)
    : out_(out), format_(format), options_(options) {}

void DiffWriter::row(const DiffRow& row) {
  if (format_ == DiffFormat::kTable || format_ == DiffFormat::kMarkdown) {
    kept_.push_back(row);
    return;
  }
  if (format_ == DiffFormat::kJson) pending_ += first_ ? "[\n" : ",\n";
  append_row(pending_, row);
  if (format_ == DiffFormat::kJsonl) pending_ += '\n';
  first_ = false;
  if (pending_.size() >= kPending) flush();
}

void DiffWriter::finish() {
  switch (format_) {
    case DiffFormat::kJsonl: break;
    case DiffFormat::kJson: pending_ += first_ ? "[]\n" : "\n]\n"; break;
    case DiffFormat::kTable:
      for (const std::string& line : Table(kept_, options_).lines()) pending_ += line + "\n";
      pending_ += (kept_.empty() ? "" : "\n") + summary_line(kept_) + "\n";
      break;
    case DiffFormat::kMarkdown:
      if (!kept_.empty()) pending_ += markdown_table(kept_) + "\n";
      pending_ += summary_line(kept_) + "\n";
      break;
  }
  flush();
  out_.flush();
}

void DiffWriter::flush() {
  out_.write(pending_.data(), static_cast<std::streamsize>(pending_.size()));
  pending_.clear();
}

}  // namespace harness::report
