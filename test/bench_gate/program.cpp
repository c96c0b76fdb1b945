#include "program.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace gate_bench {

void give_up(const std::string& line) {
  std::fprintf(stderr, "\ngate_bench: %s\n", line.c_str());
  std::exit(2);
}

Finished run(const std::vector<std::string>& words, const std::filesystem::path& folder, const std::vector<std::string>& added) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) give_up(std::string("pipe: ") + std::strerror(errno));
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child < 0) give_up(words[0] + ": " + std::strerror(errno));
  if (child == 0) {
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    for (const std::string& one : added) {
      const auto equals = one.find('=');
      if (equals == one.npos) unsetenv(one.c_str());
      else setenv(one.substr(0, equals).c_str(), one.c_str() + equals + 1, 1);
    }
    if (chdir(folder.c_str()) == 0) execvp(arguments[0], arguments.data());
    std::fprintf(stderr, "%s in %s: %s\n", arguments[0], folder.c_str(), std::strerror(errno));
    _exit(127);
  }
  close(ends[1]);
  Finished finished;
  char chunk[65536];
  for (ssize_t size; (size = read(ends[0], chunk, sizeof chunk)) > 0 || (size < 0 && errno == EINTR);) {
    if (size > 0) finished.said.append(chunk, static_cast<std::size_t>(size));
  }
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  finished.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  finished.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (std::getenv("HARNESS_BENCH_VERBOSE") != nullptr) std::fputs(finished.said.c_str(), stderr);
  return finished;
}

Finished run_or_exit(const std::vector<std::string>& words, const std::filesystem::path& folder) {
  Finished finished = run(words, folder);
  if (finished.code == 0) return finished;
  std::string line;
  for (const std::string& word : words) line += word + " ";
  give_up(line + "ended with " + std::to_string(finished.code) + ": " + finished.said);
}

}  // namespace gate_bench
