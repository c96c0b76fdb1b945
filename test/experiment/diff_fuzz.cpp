// Two reports in one input, a record separator (0x1e) between them: whatever they are, the rows are in the order of their
// paths, written as JSON, and a report does not differ from itself.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include <harness/compare/diff.hpp>
#include <harness/experiment/diff.hpp>
#include <harness/model/benchmark_report.hpp>
#include <harness/model/json_stream.hpp>
#include <harness/report/difference.hpp>

namespace {

using namespace harness;
using Entries = std::map<std::string, compare::EntrySummary>;

std::optional<Entries> entries_of(std::string_view text, bool by_case) {
  const auto read = model::read_benchmark_report(text, "report.json");
  if (!read) return std::nullopt;
  compare::Document document(by_case);
  for (const auto& entry : read->entries) {
    if (const auto added = document.add(entry, "report.json"); !added) {
      if (added.error().text().empty()) std::abort();
      return std::nullopt;
    }
  }
  return document.take();
}

// Any JSON will do.
struct Anything : model::JsonHandler {
  bool begin_object() override { return true; }
  bool key(std::string_view) override { return true; }
  bool end_object() override { return true; }
  bool begin_array() override { return true; }
  bool end_array() override { return true; }
  bool string(std::string_view) override { return true; }
  bool integer(std::int64_t) override { return true; }
  bool unsigned_integer(std::uint64_t) override { return true; }
  bool floating(double, std::string_view) override { return true; }
  bool boolean(bool) override { return true; }
  bool null() override { return true; }
};

void demand_json(std::string_view text) {
  Anything anything;
  const auto next = [&text](char* buffer, std::size_t capacity) {
    const auto size = text.copy(buffer, capacity);
    text.remove_prefix(size);
    return size;
  };
  const auto read = model::stream_json(next, anything, "rows");
  if (!read || !*read) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto middle = input.find('\x1e');
  if (middle == input.npos) return 0;
  for (const bool by_case : {false, true}) {
    const auto before = entries_of(input.substr(0, middle), by_case), after = entries_of(input.substr(middle + 1), by_case);
    if (!before || !after) continue;
    compare::diff(*before, *before, [](const compare::Difference&) { std::abort(); });
    for (const auto format : {report::DiffFormat::kJson, report::DiffFormat::kTable, report::DiffFormat::kMarkdown}) {
      std::ostringstream out;
      report::DiffWriter writer(out, format, {});
      std::string last;
      compare::diff(*before, *after, [&](const compare::Difference& one) {
        const auto row = experiment::diff_row(one);
        if (row.path <= last) std::abort();
        last = row.path;
        writer.row(row);
      });
      writer.finish();
      if (format == report::DiffFormat::kJson) demand_json(out.str());
    }
  }
  return 0;
}
