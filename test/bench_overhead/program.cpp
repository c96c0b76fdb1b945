#include "program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>

extern char** environ;

namespace overhead {

[[noreturn]] void give_up(const std::string& line) {
  std::fprintf(stderr, "%s: %s\n", program_invocation_short_name, line.c_str());
  std::exit(2);
}

namespace {

// A name may be quoted and then holds commas; nothing else in these files is.
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      fields.emplace_back();
    else
      fields.back() += c;
  }
  return fields;
}

bool is_aggregate(const std::string& name) {
  for (const char* end : {"_mean", "_median", "_stddev", "_cv"})
    if (name.ends_with(end)) return true;
  return false;
}

double seconds_in(const std::string& unit) {
  if (unit == "ns") return 1e-9;
  if (unit == "us") return 1e-6;
  if (unit == "ms") return 1e-3;
  if (unit == "s") return 1;
  give_up("unknown time unit `" + unit + "`");
}

}  // namespace

Finished run(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) give_up(std::string("pipe: ") + std::strerror(errno));

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (!std::getenv("HARNESS_BENCH_VERBOSE"))
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);

  const auto begin = std::chrono::steady_clock::now();
  pid_t child = 0;
  const int fault = posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (fault != 0) give_up(command[0] + ": " + std::strerror(fault));

  Finished finished;
  char chunk[65536];
  for (ssize_t size; (size = read(ends[0], chunk, sizeof chunk)) > 0;)
    finished.output.append(chunk, static_cast<std::size_t>(size));
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  finished.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  finished.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return finished;
}

Finished run_or_exit(const std::vector<std::string>& command) {
  Finished finished = run(command);
  if (finished.code != 0) {
    std::string words;
    for (const std::string& word : command) words += word + " ";
    give_up(words + "ended with " + std::to_string(finished.code) +
            "; set HARNESS_BENCH_VERBOSE=1 to see what it says");
  }
  return finished;
}

std::vector<Row> rows_of(const std::string& csv) {
  std::istringstream lines(csv);
  std::vector<std::string> header;
  std::vector<Row> rows;
  for (std::string line; std::getline(lines, line);) {
    const std::vector<std::string> fields = fields_of(line);
    if (fields[0] == "name") {
      header = fields;
      continue;
    }
    if (header.empty() || fields.size() < header.size() || is_aggregate(fields[0])) continue;
    const auto field = [&](const char* key) {
      const auto column = std::find(header.begin(), header.end(), key);
      if (column == header.end()) give_up(std::string("the CSV has no column `") + key + "`");
      return fields[static_cast<std::size_t>(column - header.begin())];
    };
    if (!field("error_occurred").empty()) give_up(fields[0] + " failed: " + field("error_message"));
    const double unit = seconds_in(field("time_unit"));
    const auto number = [&](const char* key) { return std::strtod(field(key).c_str(), nullptr); };
    rows.push_back({fields[0], number("iterations"), number("real_time") * unit, number("cpu_time") * unit});
  }
  if (rows.empty()) give_up("no rows in:\n" + csv);
  return rows;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace overhead
