#include <harness/experiment/diff.hpp>

#include <future>
#include <optional>
#include <ostream>
#include <utility>

#include <fmt/format.h>

#include <harness/model/benchmark_report.hpp>
#include <harness/model/text.hpp>
#include <harness/report/figures.hpp>
#include <harness/store/input_file.hpp>

namespace harness::experiment {
namespace {

report::DiffObject whole(const compare::EntrySummary& entry) { return {entry.members.begin(), entry.members.end()}; }

report::DiffValue value_of(const compare::Member& member) {
  return std::visit([](const auto& value) -> report::DiffValue { return value; }, member);
}

struct Both {
  Result<ReadReport> before, after;
};

// Beside each other, where a thread can be had: reading is what takes the time.
Both read_both(const DiffRequest& request, const std::atomic<bool>& stop) {
  auto before = std::async(std::launch::async | std::launch::deferred, [&] { return read_report(request.old_file, request.by_case, stop); });
  auto after = read_report(request.new_file, request.by_case, stop);
  return {before.get(), std::move(after)};
}

Result<void> compare_files(const DiffRequest& request, const Terminal& terminal) {
  const auto format = diff_format(request.format);
  if (!format) return tl::unexpected(format.error());
  const auto [before, after] = read_both(request, terminal.stop);
  for (const auto* read : {&before, &after}) {
    if (!*read) return tl::unexpected(read->error());
  }
  report::ConsoleOptions options;
  options.colour = terminal.colour;
  options.utf8 = terminal.utf8;
  options.columns = terminal.out_is_terminal ? terminal.columns : 0;
  report::DiffWriter writer(terminal.out, *format, options);
  compare::diff(before->entries, after->entries, [&](const compare::Difference& one) { writer.row(diff_row(one)); });
  writer.finish();
  return {};
}

}  // namespace

Result<report::DiffFormat> diff_format(const std::string& word) {
  if (word == "jsonl") return report::DiffFormat::kJsonl;
  if (word == "json") return report::DiffFormat::kJson;
  if (word == "table") return report::DiffFormat::kTable;
  if (word == "markdown") return report::DiffFormat::kMarkdown;
  return fail("--format", "expected jsonl, json, table or markdown, found " + model::in_quotes(word));
}

Result<ReadReport> read_report(const std::string& file, bool by_case, const std::atomic<bool>& stop) {
  auto opened = store::InputFile::open(file);
  if (!opened) return tl::unexpected(opened.error());
  if (opened->size() > model::kBenchmarkReportMostBytes) {
    return fail(file, fmt::format("expected at most {} MiB, found {}", model::kBenchmarkReportMostBytes >> 20, opened->size() >> 20));
  }
  compare::Document document(by_case);
  std::optional<Error> fault;
  const auto next = [&](char* buffer, std::size_t capacity) -> std::size_t {
    if (stop && !fault) fault = Error{file, "was not read to its end", "", Exit::kInterrupted};
    if (fault) return 0;
    auto size = opened->read(buffer, capacity);
    if (!size) fault = std::move(size.error());
    return size.value_or(0);
  };
  const auto take = [&](const model::BenchmarkEntry& entry) {
    auto added = document.add(entry, file);
    if (!added) fault = std::move(added.error());
    return added.has_value();
  };
  auto context = model::stream_benchmark_report(next, take, file);
  if (fault) return tl::unexpected(std::move(*fault));
  if (!context) return tl::unexpected(std::move(context.error()));
  return ReadReport{std::move(*context), document.take()};
}

report::DiffRow diff_row(const compare::Difference& difference) {
  using Op = compare::Difference::Op;
  report::DiffRow row;
  row.op = difference.op == Op::kAdd ? "add" : difference.op == Op::kRemove ? "remove" : "modify";
  row.path = "/" + report::pointer_token(difference.name);
  row.percent = difference.percent;
  row.verdict = difference.verdict;
  const auto* entry = difference.old_entry != nullptr ? difference.old_entry : difference.new_entry;
  const bool of_time = difference.member.empty() || difference.member == "real_time" || difference.member == "cpu_time";
  if (of_time && entry != nullptr && !entry->percentage) row.time_unit = entry->time_unit.empty() ? "ns" : entry->time_unit;
  if (difference.member.empty()) {
    if (difference.old_entry != nullptr) row.old_value = whole(*difference.old_entry);
    if (difference.new_entry != nullptr) row.new_value = whole(*difference.new_entry);
    return row;
  }
  row.path += "/" + report::pointer_token(difference.member);
  if (difference.old_value) row.old_value = value_of(*difference.old_value);
  if (difference.new_value) row.new_value = value_of(*difference.new_value);
  return row;
}

Exit diff(const DiffRequest& request, const Terminal& terminal) {
  const auto compared = compare_files(request, terminal);
  if (compared) return Exit::kFine;
  if (compared.error().exit != Exit::kInterrupted) terminal.err << "harness: " << report::printable(compared.error().text()) << std::endl;
  return compared.error().exit;
}

}  // namespace harness::experiment
