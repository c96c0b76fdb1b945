#include "decisions.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <sstream>

#include <harness/experiment/ab.hpp>

#include "../bench_overhead/program.hpp"

namespace detection {
namespace {

using namespace harness;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

struct Answer {
  model::AbReport report;
  std::string said;  // what an error would be looked for in
  double seconds = 0;
};

Answer ask(const experiment::AbRequest& request, std::atomic<bool>& stop) {
  std::ostringstream out, err;
  const experiment::Terminal terminal{out, err, false, false, false, true, 100, now, stop};
  Answer answer;
  const double begin = now();
  experiment::ab(request, terminal, &answer.report);
  answer.seconds = now() - begin;
  answer.said = err.str();
  return answer;
}

std::string library(const std::string& function, const std::string& version) { return "detection-v" + version + "-" + function; }

experiment::AbRequest request_for(const std::string& function, const std::string& candidate, const Places& places) {
  experiment::AbRequest request;
  request.run.places = {{places.plugins}, places.datasets};
  request.run.case_glob = function;
  request.sides = {library(function, "1.0.0"), library(function, candidate)};
  request.measure_equal_code = true;
  return request;
}

experiment::AbRequest request_for(const Cell& cell, std::size_t index, const Places& places) {
  if (cell.programs) {
    experiment::AbRequest request = request_for(cell.function, "", places);
    request.run.case_glob.clear();
    request.run.flags.filter = "^" + cell.function + "$";
    const std::string candidate = cell.kind == Kind::kSlower ? std::to_string(cell.percent) : "0_again";
    request.sides = {places.programs / "detection_program_0", places.programs / ("detection_program_" + candidate)};
    request.min_effect = cell.min_effect;
    return request;
  }
  const std::string candidate = cell.kind == Kind::kSameCode      ? "1.0.1"
                                : cell.kind == Kind::kOtherLayout ? "1.0." + std::to_string(2 + index % 3)
                                                                  : "1." + std::to_string(cell.percent) + ".0";
  experiment::AbRequest request = request_for(cell.function, candidate, places);
  request.min_effect = cell.min_effect;
  return request;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

Busy::Busy() {
  const pid_t parent = getpid();
  child_ = fork();
  if (child_ < 0) overhead::give_up("no process for the busy loop");
  if (child_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::signal(signal, SIG_DFL);
    const double end = now() + 120;
    while (getppid() == parent && now() < end) {
      for (int i = 0; i < 1'000'000; ++i) asm volatile("");
    }
    _exit(0);
  }
  usleep(20'000);
}

Busy::~Busy() {
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

std::optional<Record> decide(const Cell& cell, std::size_t index, const Places& places, std::atomic<bool>& stop) {
  std::optional<Busy> busy;
  if (cell.loaded) busy.emplace();
  const Answer answer = ask(request_for(cell, index, places), stop);
  if (stop) return std::nullopt;
  Record record;
  record.cell = cell.id;
  record.whole_seconds = answer.seconds;
  if (answer.report.comparisons.size() != 1) {
    record.verdict = "failed";
    record.note = answer.said.empty() ? std::to_string(answer.report.comparisons.size()) + " comparisons" : first_line(answer.said);
    return record;
  }
  const model::Comparison& comparison = answer.report.comparisons.front();
  record.verdict = model::verdict_word(comparison.verdict);
  record.log_ratio = comparison.log_ratio;
  for (std::size_t i = 0; i < comparison.duets.size(); ++i) {
    (i == 0 ? record.first_seconds : record.confirm_seconds) += comparison.duets[i].seconds;
    record.processes += comparison.duets[i].processes.size();
  }
  if (record.verdict == "failed" || record.verdict == "cannot-tell") record.note = comparison.reason;
  return record;
}

Instructions count_instructions(const std::string& function, int percent, const Places& places, std::atomic<bool>& stop) {
  experiment::AbRequest request = request_for(function, "1." + std::to_string(percent) + ".0", places);
  request.run.count_instructions = true;
  request.budget_seconds = 1e-3;  // no duet: only what is counted
  const Answer answer = ask(request, stop);
  if (answer.report.comparisons.size() != 1) return {0, answer.said.empty() ? "nothing was compared" : first_line(answer.said)};
  const model::Comparison& comparison = answer.report.comparisons.front();
  const auto& reference = comparison.reference_figures.instructions_per_call;
  const auto& candidate = comparison.candidate_figures.instructions_per_call;
  if (!reference || !candidate) return {0, answer.said.empty() ? comparison.reason : first_line(answer.said)};
  return {*candidate / *reference, ""};
}

}  // namespace detection
