#include <harness/report/columns.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include <harness/report/console.hpp>

namespace harness::report {
namespace {

using model::Measurement;

constexpr std::string_view kCounter = "counter:";
constexpr std::size_t kMostOfCounterName = 24;

struct Known {
  const char* name;
  const char* title;
  std::size_t width;
};

// In the order in which they stand in a row.
constexpr std::array<Known, 17> kKnown{{{"time", "time/call", 8},         // `89.0 ns`
                                        {"spread", "spread", 7},          // `± 1.2 %`
                                        {"procs", "procs", 5},            // `n=3`
                                        {"calls", "calls", 7},            // `11.2M/s`
                                        {"cpu", "CPU", 8},                //
                                        {"p50", "p50", 8},                //
                                        {"p95", "p95", 8},                //
                                        {"p99", "p99", 8},                //
                                        {"samples", "samples", 10},       // `1000x4096`: of 4,096 calls each
                                        {"allocs", "allocs", 6},          // `999999`
                                        {"alloc_bytes", "allocated", 9},  // `99.9MB`
                                        {"peak", "peak", 6},              //
                                        {"leaked", "leaked", 6},          //
                                        {"growths", "growths", 7},        //
                                        {"items/s", "items/s", 7},        //
                                        {"bytes/s", "bytes/s", 8},        // `99.9GB/s`
                                        {"instructions", "instructions", 12}}};

bool is_counter(std::string_view name) { return name.starts_with(kCounter) && name.size() > kCounter.size(); }

std::optional<double> counter_of(const Measurement& row, std::string_view name) {
  for (const auto& [key, value] : row.counters) {
    if (key == name) {
      return value;
    }
  }
  return std::nullopt;
}

// Numbers end and units begin in the same column: ` 1.23 s ` below `89.0 ns`.
std::string time_cell(double seconds, bool utf8, bool aligned) {
  const std::string text = time_text(seconds, utf8);
  const auto blank = text.find(' ');
  return !aligned || blank == std::string::npos
             ? text
             : padded_left(text.substr(0, blank), 5) + " " + padded_right(text.substr(blank + 1), 2);
}

std::string exact_count(double count) {
  return count >= 0 && count < 1e12 && count == std::floor(count) ? fmt::format("{:.0f}", count) : count_text(count);
}

std::string latency_cell(const std::string& name, const model::Latency& latency, bool utf8, bool aligned) {
  if (latency.seconds_per_call.empty()) {
    return {};
  }
  if (name == "samples") {
    return std::to_string(latency.seconds_per_call.size()) +
           (latency.batch > 1 ? fmt::format("x{}", latency.batch) : "");
  }
  return time_cell(percentile(latency, name == "p50" ? 0.5 : name == "p95" ? 0.95 : 0.99), utf8, aligned);
}

std::string memory_cell(const std::string& name, const model::Memory& memory) {
  return name == "allocs"                           ? count_text(memory.allocs)
         : name == "alloc_bytes"                    ? bytes_text(memory.alloc_bytes)
         : name == "peak"                           ? bytes_text(memory.peak_heap_bytes)
         : name == "leaked"                         ? bytes_text(memory.leaked_bytes)
         : name == "growths" && memory.heap_growths ? count_text(*memory.heap_growths)
                                                    : "";
}

std::string per_second(const std::optional<double>& per_call, double seconds, bool bytes) {
  return !per_call || seconds <= 0 ? ""
         : bytes                   ? bytes_text(*per_call / seconds) + "/s"
                                   : rate_text(*per_call / seconds);
}

}  // namespace

std::vector<std::string> known_columns() {
  std::vector<std::string> names;
  for (const Known& one : kKnown) {
    names.emplace_back(one.name);
  }
  names.insert(names.end(), {"counters", "all"});
  return names;
}

bool is_column(const std::string& name) {
  const std::vector<std::string> known = known_columns();
  return is_counter(name) || std::find(known.begin(), known.end(), name) != known.end();
}

Column column_named(const std::string& name, bool utf8) {
  for (const Known& one : kKnown) {
    if (name == one.name) {
      return {name, one.title, one.width + (name == "spread" && !utf8 ? 1 : 0), name == "procs"};
    }
  }
  const std::string shown =
      printable(std::string_view(name).substr(is_counter(name) ? kCounter.size() : 0), utf8, kMostOfCounterName);
  return {name, shown, std::max<std::size_t>(6, characters_in(shown)), false};
}

std::string cell_text(const Column& column, const Measurement& row, const Figures& figures, bool utf8, bool aligned) {
  const std::string& name = column.name;
  if (name == "time" || name == "cpu") {
    return time_cell(name == "time" ? figures.seconds : figures.cpu_seconds, utf8, aligned);
  }
  if (name == "spread") {
    return figures.processes > 1 ? spread_text(figures.spread, utf8) : "";
  }
  if (name == "procs") {
    return fmt::format("n={}", figures.processes);
  }
  if (name == "calls") {
    return figures.seconds > 0 ? rate_text(1 / figures.seconds) : "";
  }
  if (name == "p50" || name == "p95" || name == "p99" || name == "samples") {
    return row.latency ? latency_cell(name, *row.latency, utf8, aligned) : "";
  }
  if (name == "items/s" || name == "bytes/s") {
    return per_second(name == "items/s" ? row.items_per_call : row.bytes_per_call, figures.seconds, name == "bytes/s");
  }
  if (name == "instructions") {
    return row.instructions_per_call ? exact_count(*row.instructions_per_call) : "";
  }
  if (is_counter(name)) {
    const auto value = counter_of(row, std::string_view(name).substr(kCounter.size()));
    return value ? count_text(*value) : "";
  }
  return row.memory ? memory_cell(name, *row.memory) : "";
}

std::string labelled_text(const Column& column, const Measurement& row, const Figures& figures, bool utf8) {
  std::string text = cell_text(column, row, figures, utf8, false);
  if (text.empty()) {
    text = "-";
  }
  if (is_counter(column.name)) {
    return column.title + "=" + text;
  }
  if (text != "-" && (column.name == "procs" || column.name == "bytes/s")) {
    return text;
  }
  if (text != "-" && column.name == "items/s" && text.ends_with("/s")) {
    return text.insert(text.size() - 2, " items");
  }
  if (column.name == "samples" && text != "-") {
    return samples_text(*row.latency);
  }
  if (column.name == "spread" || column.name == "time") {
    return text;
  }
  return (column.name == "cpu" ? "CPU" : column.name) + " " + text;
}

std::vector<std::string> columns_of(const Measurement& row) {
  std::vector<std::string> names;
  if (row.samples.empty()) {
    return names;
  }
  const Figures figures = figures_of(row);
  for (const Known& one : kKnown) {
    if (!cell_text(column_named(one.name, true), row, figures, true, false).empty()) {
      names.emplace_back(one.name);
    }
  }
  for (const auto& counter : row.counters) {
    names.push_back(std::string(kCounter) + counter.first);
  }
  return names;
}

}  // namespace harness::report
