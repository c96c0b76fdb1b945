#include <harness/experiment/noise.hpp>

#include <cmath>
#include <utility>
#include <vector>

#include <harness/model/benchmark_report.hpp>
#include <harness/model/report_row.hpp>
#include <harness/store/atomic_file.hpp>
#include <harness/store/baseline.hpp>
#include <harness/store/input_file.hpp>

namespace harness::experiment {
namespace {

constexpr std::uint64_t kMostBytes = 16 << 20;

std::filesystem::path file_of(const std::filesystem::path& directory, const std::string& machine) {
  return store::Baselines(directory, machine).file_of("noise");
}

double counter(const model::BenchmarkEntry& entry, const std::string& name) {
  for (const auto& [key, value] : entry.counters) {
    if (key == name && std::isfinite(value) && value >= 0) return value;
  }
  return 0;
}

}  // namespace

Result<Noise> read_noise(const std::filesystem::path& directory, const std::string& machine) {
  const auto file = file_of(directory, machine);
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return Noise();
  const auto text = store::read_text(file, kMostBytes);
  if (!text) return tl::unexpected(text.error());
  const auto report = model::read_benchmark_report(*text, file.string());
  if (!report) return tl::unexpected(report.error());
  Noise noise;
  for (const auto& entry : report->entries) {
    noise[entry.name] = {counter(entry, "spread"), counter(entry, "would_notice"),
                         static_cast<std::uint64_t>(counter(entry, "processes")), counter(entry, "seconds")};
  }
  return noise;
}

Result<void> write_noise(const std::filesystem::path& directory, const std::string& machine, const Noise& noise) {
  std::vector<model::ReportRow> rows;
  for (const auto& [name, of_case] : noise) {
    model::ReportRow row;
    row.text("name", name).text("run_name", name).text("run_type", "iteration").count("processes", of_case.processes);
    row.value("spread", of_case.spread).value("would_notice", of_case.would_notice).value("seconds", of_case.seconds);
    rows.push_back(std::move(row));
  }
  const auto file = file_of(directory, machine);
  std::error_code failed;
  std::filesystem::create_directories(file.parent_path(), failed);
  return store::write_atomically(file, model::write_report({{"machine", machine}, {"harness_noise_schema", "1"}}, rows),
                                 0644);
}

bool would_not_notice(const Noise& noise, const std::string& problem, const std::string& dataset_and_case,
                      double effect) {
  const auto found = noise.find(problem + "/" + dataset_and_case);
  return found != noise.end() && found->second.would_notice > effect;
}

}  // namespace harness::experiment
