#include "program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace harness::test {
namespace {

std::filesystem::path from_environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(std::string(name) + " is not set; run this through ctest");
  return value;
}

}  // namespace

Ran run_harness(const std::vector<std::string>& arguments, const Surround& surround) {
  const auto binary = from_environment("HARNESS_BINARY").string();
  static const Scratch home;
  std::vector<std::string> environment = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + home.path().string(),
                                          "XDG_CACHE_HOME=" + (home.path() / "cache").string()};
  for (const auto* kept : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const char* value = std::getenv(kept)) environment.push_back(std::string(kept) + "=" + value);
  }
  for (const auto& [key, value] : surround.environment) {
    std::erase_if(environment, [&, name = key + "="](const auto& each) { return each.starts_with(name); });
    environment.push_back(key + "=" + value);
  }
  std::vector<char*> argv = {const_cast<char*>(binary.c_str())}, envp;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  for (const auto& variable : environment) envp.push_back(const_cast<char*>(variable.c_str()));
  argv.push_back(nullptr);
  envp.push_back(nullptr);

  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  const pid_t child = fork();
  if (child == 0) {
    dup2(open("/dev/null", O_RDONLY), 0);
    dup2(surround.out.empty() ? out[1] : open(surround.out.c_str(), O_WRONLY), 1);
    dup2(err[1], 2);
    if (!surround.directory.empty() && chdir(surround.directory.c_str()) != 0) _exit(125);
    if (surround.user != 0 && geteuid() == 0 && setuid(surround.user) != 0) _exit(126);
    execve(binary.c_str(), argv.data(), envp.data());
    _exit(127);
  }
  close(out[1]);
  close(err[1]);
  Ran ran;
  std::array<pollfd, 2> open_ends = {pollfd{out[0], POLLIN, 0}, pollfd{err[0], POLLIN, 0}};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  bool interrupted = false;
  while (open_ends[0].fd >= 0 || open_ends[1].fd >= 0) {
    if (std::chrono::steady_clock::now() > deadline) kill(child, SIGKILL);
    if (poll(open_ends.data(), open_ends.size(), 1000) <= 0) continue;
    for (auto& end : open_ends) {
      if (end.fd < 0 || end.revents == 0) continue;
      std::array<char, 65536> buffer;
      const auto got = read(end.fd, buffer.data(), buffer.size());
      if (got <= 0) {
        close(end.fd);
        end.fd = -1;
        continue;
      }
      (&end == &open_ends[0] ? ran.out : ran.err).append(buffer.data(), static_cast<std::size_t>(got));
    }
    const bool is_time = (surround.interrupt_after_line > 0 && std::count(ran.out.begin(), ran.out.end(), '\n') >= surround.interrupt_after_line) ||
                         (!surround.interrupt_after_words.empty() && ran.err.find(surround.interrupt_after_words) != ran.err.npos);
    if (is_time && !interrupted) {
      interrupted = true;
      kill(child, SIGINT);
    }
  }
  int status = 0;
  waitpid(child, &status, 0);
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ran;
}

Scratch::Scratch() {
  std::string name = (std::filesystem::temp_directory_path() / "harness-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = name;
  std::filesystem::permissions(path_, std::filesystem::perms(0755));
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path Scratch::write(const std::string& name, const std::string& content) const {
  const auto file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
  return file;
}

std::filesystem::path shipped_plugins() { return from_environment("HARNESS_SHIPPED_PLUGINS"); }
std::filesystem::path shipped_datasets() { return from_environment("HARNESS_SHIPPED_DATASETS"); }
std::filesystem::path misbehaving_plugins() { return from_environment("HARNESS_MISBEHAVING_PLUGINS"); }
std::filesystem::path measuring_plugins() { return from_environment("HARNESS_MEASURING_PLUGINS"); }
std::filesystem::path compared_plugins() { return from_environment("HARNESS_COMPARED_PLUGINS"); }

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace harness::test
