#include <harness/bench/executable.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <string_view>

#include <stdlib.h>
#include <unistd.h>

#include <fmt/format.h>

#include <harness/model/text.hpp>

namespace harness::bench {
namespace {

namespace fs = std::filesystem;
using model::BenchmarkEntry;

constexpr std::size_t kMostCases = 100'000;
constexpr std::size_t kMostRows = 10'000;
constexpr std::string_view kNothingMatched = "Failed to match any benchmarks";

std::vector<std::pair<std::string, std::string>> environment_of_a_program() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view variable(*each);
    const auto equals = variable.find('=');
    if (equals == std::string_view::npos || equals == 0 || variable.starts_with("BENCHMARK_")) continue;
    variables.emplace_back(variable.substr(0, equals), variable.substr(equals + 1));
  }
  return variables;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// The last line on stderr, else on stdout, that is not Google Benchmark's own chatter.
std::string last_words(const worker::Finished& finished) {
  for (const auto* text : {&finished.errors, &finished.output}) {
    const auto lines = lines_of(*text);
    const auto last = std::find_if(lines.rbegin(), lines.rend(), [](const std::string& line) {
      return !line.starts_with("***WARNING***") && !line.starts_with("Load Average:") && line.find_first_not_of(" \t-") != line.npos;
    });
    if (last != lines.rend()) return model::in_quotes(*last);
  }
  return {};
}

std::string status_words(const worker::Finished& finished) {
  const auto said = last_words(finished);
  return fmt::format("ended with status {}{}{}", finished.status, said.empty() ? "" : ", having said ", said);
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// What follows from the time says nothing that the time does not.
bool follows_from_time(const std::string& counter) { return counter == "items_per_second" || counter == "bytes_per_second"; }

bool is_memory(const std::string& counter) {
  constexpr std::string_view kMemory[] = {"allocs_per_iter", "max_bytes_used", "total_allocated_bytes", "net_heap_growth"};
  return std::find(std::begin(kMemory), std::end(kMemory), counter) != std::end(kMemory);
}

}  // namespace

DeclaredClock declared_clock(const std::string& benchmark_name) {
  std::string_view name = benchmark_name;
  const auto slash = name.rfind('/');
  if (slash != std::string_view::npos && name.substr(slash).starts_with("/threads:")) name = name.substr(0, slash);
  if (name.ends_with("/manual_time")) return DeclaredClock::kManual;
  if (name.ends_with("/real_time")) return DeclaredClock::kReal;
  return name.ends_with("/process_time") ? DeclaredClock::kProcess : DeclaredClock::kCpu;
}

std::string clock_word(DeclaredClock clock) {
  switch (clock) {
    case DeclaredClock::kCpu: return "cpu";
    case DeclaredClock::kReal: return "real";
    case DeclaredClock::kManual: return "manual";
    case DeclaredClock::kProcess: return "process CPU";
  }
  return "cpu";
}

std::string exact_filter(const std::string& benchmark_name) {
  // Others, such as ] and }, mean themselves where nothing was opened, and an escaped one is undefined.
  constexpr std::string_view kSpecial = "\\^$.[|()*+?{";
  std::string filter = "^";
  for (const char c : benchmark_name) {
    if (kSpecial.find(c) != std::string_view::npos) filter += '\\';
    filter += c;
  }
  return filter + "$";
}

tl::expected<ProgramRun, std::string> run_of(const std::vector<BenchmarkEntry>& rows, const std::string& benchmark_name) {
  std::vector<const BenchmarkEntry*> repetitions;
  const BenchmarkEntry* printed_median = nullptr;
  for (const auto& row : rows) {
    if (row.run_name != benchmark_name) continue;
    if (!row.is_aggregate()) repetitions.push_back(&row);
    if (row.aggregate_name == "median") printed_median = &row;
  }
  if (repetitions.empty() && printed_median != nullptr) repetitions.push_back(printed_median);
  if (repetitions.empty()) {
    return tl::unexpected(rows.empty() ? "its report has no row of this case"
                                       : "its report has no row of this case, but of " + model::in_quotes(rows.front().run_name));
  }
  ProgramRun run;
  std::vector<double> real, cpu;
  std::map<std::string, std::vector<double>> counters;
  for (const auto* row : repetitions) {
    if (row->error && run.error.empty()) run.error = row->error->empty() ? "an error without words" : *row->error;
    if (row->skipped && run.skipped.empty()) run.skipped = row->skipped->empty() ? "skipped without words" : *row->skipped;
    real.push_back(row->real_seconds.value_or(0));
    cpu.push_back(row->cpu_seconds.value_or(0));
    for (const auto& [name, value] : row->counters) counters[name].push_back(value);
  }
  run.real_seconds = median(real);
  run.cpu_seconds = median(cpu);
  run.iterations = repetitions.back()->iterations.value_or(0);
  for (const auto& [name, value] : repetitions.back()->counters) {
    if (follows_from_time(name)) continue;
    const double typical = is_memory(name) ? value : median(counters[name]);
    if (std::isfinite(typical)) run.counters.emplace_back(name, typical);
  }
  return run;
}

struct Program::Workspace {
  explicit Workspace(fs::path made) : directory(std::move(made)) {}
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  ~Workspace() {
    std::error_code ignored;
    fs::remove_all(directory, ignored);
  }
  fs::path report() const { return directory / "report.json"; }
  fs::path directory;
};

Result<Program> Program::open(const fs::path& file, RunCommand run) {
  std::error_code error;
  const auto status = fs::status(file, error);
  if (!fs::exists(status)) return fail(file.string(), "no such file", "name a program that uses Google Benchmark");
  if (!fs::is_regular_file(status)) return fail(file.string(), "is no file", "name a program that uses Google Benchmark");
  if (::access(file.c_str(), X_OK) != 0) return fail(file.string(), "may not be executed", "chmod +x it, if it is a program");
  Program program;
  program.file_ = file;
  program.absolute_ = fs::absolute(file, error);
  program.run_ = std::move(run);
  auto pattern = (fs::temp_directory_path(error) / "harness-programs-XXXXXX").string();
  if (error || ::mkdtemp(pattern.data()) == nullptr) {
    return fail(pattern, fmt::format("cannot be made: {}", error ? error.message() : std::strerror(errno)), "set TMPDIR to a directory of yours");
  }
  program.workspace_ = std::make_shared<const Workspace>(pattern);
  return program;
}

worker::Outcome<worker::Finished> Program::ask(std::vector<std::string> flags, std::optional<int> core, double timeout_seconds,
                                               const std::atomic<bool>* stop) const {
  worker::Command command;
  command.words = std::move(flags);
  command.words.insert(command.words.begin(), absolute_.string());
  command.environment = environment_of_a_program();
  command.seconds = timeout_seconds;
  command.core = core;
  command.stop = stop;
  return run_(command);
}

Result<std::vector<std::string>> Program::list(double timeout_seconds, const std::atomic<bool>* stop) const {
  const auto refused = [this](const worker::Failure& failure) {
    const bool interrupted = failure.kind == worker::FailureKind::kInterrupted;
    return fail(file_.string(), "asked for its cases: " + failure.text, interrupted ? "" : "name a program that uses Google Benchmark",
                interrupted ? Exit::kInterrupted : Exit::kUsage);
  };
  const auto is_none = [this](const worker::Finished& finished) {
    const auto said = finished.status != 0 ? status_words(finished) : last_words(finished);
    return fail(file_.string(), fmt::format("is no program that uses Google Benchmark: asked for its cases, it {}",
                                            finished.status != 0 ? said : said.empty() ? "said nothing" : "said " + said),
                "its main must be BENCHMARK_MAIN() or call benchmark::Initialize");
  };
  // Whoever heeds the filter says that nothing matches this one; what else it prints has nothing to do with cases.
  const auto none = ask({"--benchmark_list_tests=true", "--benchmark_filter=^$"}, {}, timeout_seconds, stop);
  if (!none) return refused(none.error());
  const bool heeds = none->errors.find(kNothingMatched) != std::string::npos || none->output.find(kNothingMatched) != std::string::npos;
  if (!heeds) return is_none(*none);  // its status then is its main's own affair: nothing matched
  const auto all = ask({"--benchmark_list_tests=true", "--benchmark_filter=all"}, {}, timeout_seconds, stop);
  if (!all) return refused(all.error());
  if (all->status != 0) return is_none(*all);

  std::map<std::string, std::size_t> always;
  for (auto& line : lines_of(none->output)) ++always[std::move(line)];
  std::vector<std::string> names;
  for (auto& line : lines_of(all->output)) {
    if (const auto own = always.find(line); own != always.end() && own->second > 0) {
      --own->second;
      continue;
    }
    if (names.size() == kMostCases) return fail(file_.string(), fmt::format("expected at most {} cases, found more", kMostCases));
    names.push_back(std::move(line));
  }
  return names;
}

worker::Outcome<ProgramRun> Program::run(const std::string& benchmark_name, double min_time_seconds, std::optional<int> core,
                                         double timeout_seconds, const std::atomic<bool>* stop) const {
  using Kind = worker::FailureKind;
  const auto failed = [](Kind kind, std::string text) { return tl::unexpected(worker::Failure{kind, std::move(text), {}}); };
  const auto report = workspace_->report();
  std::error_code ignored;
  fs::remove(report, ignored);
  const auto finished = ask({"--benchmark_filter=" + exact_filter(benchmark_name), fmt::format("--benchmark_min_time={:.6g}", min_time_seconds),
                             "--benchmark_out=" + report.string(), "--benchmark_out_format=json"},
                            core, timeout_seconds, stop);
  if (!finished) return tl::unexpected(finished.error());
  if (finished->status != 0) return failed(Kind::kExited, status_words(*finished));
  if (!fs::is_regular_file(fs::symlink_status(report, ignored))) {
    const auto said = last_words(*finished);
    return failed(Kind::kProtocol, "wrote no report" + (said.empty() ? "" : "; it said " + said));
  }
  if (fs::file_size(report, ignored) == 0) return failed(Kind::kProtocol, "did not run this case: its report is empty");
  std::ifstream stream(report, std::ios::binary);
  std::vector<BenchmarkEntry> rows;
  const auto read = model::stream_benchmark_report(
      [&](char* buffer, std::size_t capacity) {
        stream.read(buffer, static_cast<std::streamsize>(capacity));
        return static_cast<std::size_t>(stream.gcount());
      },
      [&](BenchmarkEntry entry) {
        rows.push_back(std::move(entry));
        return rows.size() < kMostRows;
      },
      "its report");
  fs::remove(report, ignored);
  if (!read) return failed(Kind::kProtocol, read.error().text());
  auto run = run_of(rows, benchmark_name);
  if (!run) return failed(Kind::kProtocol, run.error());
  run->wall_seconds = finished->wall_seconds;
  return std::move(*run);
}

}  // namespace harness::bench
