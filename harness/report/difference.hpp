// Differences of two reports as text: JSONL (docs/formats.md), JSON, a table, Markdown.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <variant>
#include <vector>
#include <utility>

#include <harness/model/comparison.hpp>
#include <harness/report/console.hpp>

namespace harness::report {

enum class DiffFormat { kJsonl, kJson, kTable, kMarkdown };

using DiffValue = std::variant<double, std::string, std::vector<std::pair<std::string, std::variant<double, std::string>>>>;

// Keys in this order: op, path, old, new, pct, verdict, and z, mean, sigma where a baseline is compared with.
struct DiffRow {
  std::string op;          // add, remove, modify
  std::string path;        // JSON Pointer: `/two-sum~1v2.0.0~1uniform~164/cpu_time`
  std::optional<DiffValue> old_value, new_value;
  std::optional<double> percent;
  std::optional<model::Verdict> verdict;
  std::string time_unit;   // of the values where they are times, for table and Markdown; "" = no time
  std::optional<double> z, mean, sigma;
};

// RFC 6901: `~` is `~0`, `/` is `~1`.
std::string pointer_token(const std::string& name);

// Writes rows as they come. Numbers are shortest round-trip; not finite: null. Bytes that are no UTF-8 become U+FFFD.
class DiffWriter {
 public:
  DiffWriter(std::ostream& out, DiffFormat format, const ConsoleOptions& options);
  void row(const DiffRow& row);
  void finish();  // what ends a JSON array, prints a table (`no differences` in words for the forms for people)
 private:
  std::ostream& out_;
  DiffFormat format_;
  ConsoleOptions options_;
  std::vector<DiffRow> kept_;  // of table and Markdown, whose widths are known at the end
  bool first_ = true;
};

}  // namespace harness::report
