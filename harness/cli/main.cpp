#include <atomic>
#include <chrono>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>

#include <unistd.h>

#include <harness/cli/options.hpp>
#include <harness/experiment/doctor.hpp>
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
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

experiment::Terminal terminal_for(const bench::Flags& flags) {
  const char* no_colour = std::getenv("NO_COLOR");
  const bool out_is_terminal = isatty(STDOUT_FILENO) != 0;
  const bool colour_fits = out_is_terminal && (no_colour == nullptr || *no_colour == '\0');
  bool utf8 = true;
  for (const auto* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* locale = std::getenv(name);
    if (locale == nullptr || *locale == '\0') continue;
    utf8 = std::strcmp(locale, "C") != 0 && std::strcmp(locale, "POSIX") != 0;
    break;
  }
  experiment::Terminal terminal{std::cout, std::cerr, out_is_terminal, isatty(STDERR_FILENO) != 0, colour_fits, utf8, 100, {}, stop_asked};
  if (flags.color != "auto") terminal.colour = flags.color == "yes";
  terminal.columns = machine::terminal_columns(out_is_terminal ? STDOUT_FILENO : STDERR_FILENO);
  terminal.clock = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  return terminal;
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
  const auto terminal = terminal_for(options->run.flags);
  switch (options->command) {
    case cli::Options::Command::kShown: std::cout << options->shown; return 0;
    case cli::Options::Command::kList:
      return static_cast<int>(experiment::list(options->run.places, options->long_form, terminal));
    case cli::Options::Command::kDoctor: return static_cast<int>(experiment::doctor(options->run, terminal));
    case cli::Options::Command::kRun: return static_cast<int>(experiment::run(options->run, terminal));
  }
  return 0;
}
