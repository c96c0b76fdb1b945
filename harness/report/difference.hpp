// Differences of two reports as text: JSONL (docs/formats.md), JSON, a table, Markdown.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <harness/model/comparison.hpp>
#include <harness/report/console.hpp>

namespace harness::report {

enum class DiffFormat { kJsonl, kJson, kTable, kMarkdown };

using DiffObject = std::vector<std::pair<std::string, std::variant<double, std::string>>>;
using DiffValue = std::variant<double, std::string, DiffObject>;

// Keys in this order: op, path, old, new, pct, verdict, and z, mean, sigma where a baseline is compared with.
struct DiffRow {
  std::string op;    // add, remove, modify
  std::string path;  // JSON Pointer: `/two-sum~1v2.0.0~1uniform~164/cpu_time`
  std::optional<DiffValue> old_value, new_value;
  std::optional<double> percent;
  std::optional<model::Verdict> verdict;
  std::string time_unit;  // of the values where they are times, for table and Markdown; "" = no time
  std::optional<double> z, mean, sigma;
};

// RFC 6901: `~` is `~0`, `/` is `~1`.
std::string pointer_token(const std::string& name);

// The other way round: the tokens of a path.
std::vector<std::string> tokens_of(const std::string& path);

// Numbers are shortest round-trip; not finite: null. Bytes that are no UTF-8 become U+FFFD. JSONL and JSON are written
// as rows come, a row a line; a table and Markdown, whose columns are as wide as what stands in them, at the end. These
// scale times and round; a name stands above its members in a table, and what others wrote is printed through
// `printable`.
class DiffWriter {
 public:
  DiffWriter(std::ostream& out, DiffFormat format, const ConsoleOptions& options);
  void row(const DiffRow& row);
  // What ends a JSON array; the forms for people, with a last line that counts, or says that there are no differences.
  // REQUIRES: once, after all rows.
  void finish();

 private:
  void flush();

  std::ostream& out_;
  DiffFormat format_;
  ConsoleOptions options_;
  std::vector<DiffRow> kept_;  // of table and Markdown
  std::string pending_;        // of JSONL and JSON: not yet given to out_
  bool first_ = true;
};

}  // namespace harness::report
