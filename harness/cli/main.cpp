#include <atomic>
#include <chrono>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string_view>

#include <sys/resource.h>
#include <unistd.h>

#include <harness/cli/options.hpp>
#include <harness/experiment/ab.hpp>
#include <harness/experiment/doctor.hpp>
#include <harness/experiment/explain.hpp>
#include <harness/experiment/list.hpp>
#include <harness/experiment/run.hpp>
#include <harness/machine/identity.hpp>

namespace {

using namespace harness;

std::atomic<bool> stop_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free);

// The first Ctrl-C ends the run in order; the second one ends the program.
void ask_to_stop(int signal) {
  if (stop_asked.exchange(true)) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

void listen_to_signals() {
  struct sigaction action {};
  action.sa_handler = ask_to_stop;  // no SA_RESTART: waits end at once
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    // What the caller ignores (nohup, a script's background job) stays ignored.
    if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
  }
  std::signal(SIGPIPE, SIG_IGN);
}

// The variable that decides the character set, as setlocale(3) picks it.
bool speaks_utf8() {
  for (const auto* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* locale = std::getenv(name);
    if (locale == nullptr || *locale == '\0') continue;
    const std::string_view text = locale;
    return text.find("UTF-8") != text.npos || text.find("utf8") != text.npos || text.find("UTF8") != text.npos ||
           text.find("utf-8") != text.npos;
  }
  return true;
}

experiment::Terminal terminal_for(const bench::Flags& flags) {
  const auto is_set = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
  };
  const bool is_dumb = is_set("TERM") && std::strcmp(std::getenv("TERM"), "dumb") == 0;
  const bool out_is_terminal = isatty(STDOUT_FILENO) != 0;
  experiment::Terminal terminal{std::cout, std::cerr, out_is_terminal, isatty(STDERR_FILENO) != 0 && !is_dumb,
                                out_is_terminal && !is_dumb && !is_set("NO_COLOR"), speaks_utf8(), 100, {}, stop_asked};
  if (flags.color != "auto") terminal.colour = flags.color == "yes";
  terminal.columns = machine::terminal_columns(out_is_terminal ? STDOUT_FILENO : STDERR_FILENO);
  terminal.clock = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  return terminal;
}

// What was printed and did not arrive is no result: `harness ... >/dev/full` must not end with 0.
int ended(Exit exit) {
  std::cout.flush();
  if (std::cout) return static_cast<int>(exit);
  std::cerr << "harness: stdout: cannot be written\n";
  return static_cast<int>(Exit::kUsage);
}

Exit histories(const cli::Options& options, const experiment::Terminal& terminal) {
  using What = cli::Options::Histories;
  switch (options.histories_do) {
    case What::kList: return experiment::list_histories(options.histories, terminal);
    case What::kShow: return experiment::show_histories(options.histories, terminal);
    case What::kAccept: return experiment::accept_histories(options.histories, terminal);
    case What::kPrune: return experiment::prune_histories(options.histories, terminal);
  }
  return Exit::kUsage;
}

// Each case's input and each library is an open memory file for the whole run.
void allow_many_files() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace

int main(int argc, char** argv) {
  std::error_code ignored;
  const auto executable = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto options = cli::read_options({argv + 1, argv + argc}, {executable.parent_path().string(), std::getenv});
  if (!options) {
    std::cerr << "harness: " << options.error().text() << '\n';
    return static_cast<int>(options.error().exit);
  }
  listen_to_signals();
  allow_many_files();
  const auto terminal = terminal_for(options->run.flags);
  switch (options->command) {
    case cli::Options::Command::kShown: std::cout << options->shown; return ended(Exit::kFine);
    case cli::Options::Command::kList:
      return ended(experiment::list(options->run.places, options->long_form, terminal));
    case cli::Options::Command::kDoctor: return ended(experiment::doctor(options->run, terminal));
    case cli::Options::Command::kAb: return ended(experiment::ab(options->ab, terminal));
    case cli::Options::Command::kBaseline: return ended(experiment::baseline(options->baseline, terminal));
    case cli::Options::Command::kGate: return ended(experiment::gate(options->gate, terminal));
    case cli::Options::Command::kCalibrate: return ended(experiment::calibrate(options->calibrate, terminal));
    case cli::Options::Command::kHistories: return ended(histories(*options, terminal));
    case cli::Options::Command::kPin: return ended(experiment::pin(options->pin, terminal));
    case cli::Options::Command::kDiff: return ended(experiment::diff(options->diff, terminal));
    case cli::Options::Command::kDiffBaseline: return ended(experiment::diff_baseline(options->diff_baseline, terminal));
    case cli::Options::Command::kExplain:
      return ended(experiment::explain(options->explain, terminal));
    case cli::Options::Command::kRun: return ended(experiment::run(options->run, terminal));
  }
  return 0;
}
