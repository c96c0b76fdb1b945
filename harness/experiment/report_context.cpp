#include <harness/experiment/report_context.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <random>
#include <set>
#include <string>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <harness/machine/identity.hpp>
#include <harness/store/git.hpp>

namespace harness::experiment {
namespace {

constexpr const char* kReportSchema = "1";

std::string now_utc(const char* pattern) {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format(fmt::runtime(std::string("{:") + pattern + "}"), fmt::gmtime(now));
}

}  // namespace

model::Context report_context(const RunRequest& request, const std::vector<Row>& rows) {
  model::Context context = {{"harness_schema", kReportSchema},
                            {"harness_version", HARNESS_VERSION},
                            {"run_id", fmt::format("{}-{:06x}", now_utc("%Y%m%dT%H%M%SZ"), std::random_device{}() & 0xffffffU)}};
  std::error_code ignored;
  if (const auto git = store::git_state(std::filesystem::current_path(ignored))) {
    context.emplace_back("git_sha", git->sha);
    context.emplace_back("git_dirty", git->dirty ? "true" : "false");
  }
  context.emplace_back("machine", machine::identify().key());
  context.emplace_back("isolation", request.isolation == worker::Isolation::kNone ? "none" : "process");
  context.emplace_back("allocator", "system");
  std::set<std::string> named;
  for (const auto& row : rows) {
    if (row.measurement.state == Row::State::kSkipped) context.emplace_back("skipped:" + row.trial->name(), row.measurement.note);
    if (!named.insert(row.trial->solver->name()).second) continue;
    context.emplace_back("solver:" + row.trial->solver->name(),
                         fmt::format("file={} sha256={} code={} built={}", row.library->file_name,
                                     row.library->identity.file_sha256, row.library->identity.code_hash,
                                     row.trial->solver->compiler));
  }
  return context;
}

std::string value_of(const model::Context& context, const std::string& key) {
  const auto found = std::find_if(context.begin(), context.end(), [&](const auto& entry) { return entry.first == key; });
  return found == context.end() ? std::string() : found->second;
}

}  // namespace harness::experiment
