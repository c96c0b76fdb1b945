#include <harness/worker/command.hpp>

#include "running.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <sched.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <test/catch.hpp>

using harness::worker::Command;
using harness::worker::FailureKind;
using harness::worker::Finished;
using harness::worker::run_command;
using namespace running;

namespace {

Command shell(const std::string& script) {
  Command command;
  command.words = {"/bin/sh", "-c", script};
  command.environment = {{"PATH", "/usr/bin:/bin"}};
  return command;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// A directory of its own, gone at the end.
struct Directory {
  std::filesystem::path path;
  Directory() {
    auto name = (std::filesystem::temp_directory_path() / "harness-command-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = std::filesystem::canonical(name);
  }
  ~Directory() { std::filesystem::remove_all(path); }
  std::filesystem::path file(const std::string& name, const std::string& content, ::mode_t mode) const {
    std::ofstream(path / name) << content;
    ::chmod((path / name).c_str(), mode);
    return path / name;
  }
};

}  // namespace

TEST_CASE("a program's status, stdout and stderr come back apart") {
  const auto before = open_descriptors();
  const auto finished = run_command(shell("echo told; echo complained >&2; exit 3"));
  REQUIRE(finished);
  CHECK(finished->status == 3);
  CHECK(finished->output == "told\n");
  CHECK(finished->errors == "complained\n");
  CHECK(finished->wall_seconds > 0);
  CHECK(finished->wall_seconds < 10);
  CHECK(run_command(shell("exit 0"))->status == 0);
  CHECK(open_descriptors() == before);
  CHECK_FALSE(has_children());
}

TEST_CASE("a program gets its words, its environment and nothing else") {
  Command command;
  command.words = {"/usr/bin/env"};
  command.environment = {{"A", "1"}, {"EMPTY", ""}, {"SPACES", "a b=c"}};
  CHECK(run_command(command)->output == "A=1\nEMPTY=\nSPACES=a b=c\n");
  command.environment.clear();
  CHECK(run_command(command)->output == "");
  command.words = {"/bin/sh", "-c", "printf '%s|' \"$0\" \"$@\"", "zero", "", "a b", "--command"};
  CHECK(run_command(command)->output == "zero||a b|--command|");
}

TEST_CASE("a program finds no descriptor of the harness and an empty stdin") {
  const auto leaked = std::fopen("/dev/null", "r");  // without close-on-exec, as careless code opens files
  const auto finished =
      run_command(shell("cat; for fd in 3 4 5 6 7 8 9; do ( : <&$fd ) 2>/dev/null && echo $fd; done; true"));
  std::fclose(leaked);
  CHECK(finished->output == "");
}

TEST_CASE("a program runs in the directory that is named, but its path is the caller's") {
  const Directory directory;
  directory.file("here.sh", "#!/bin/sh\npwd\n", 0755);
  auto command = shell("pwd");
  command.directory = directory.path;
  CHECK(run_command(command)->output == directory.path.string() + "\n");
  command.words = {std::filesystem::relative(directory.path / "here.sh").string()};
  CHECK(run_command(command)->output == directory.path.string() + "\n");
  command.directory = "/nonexistent";
  CHECK(run_command(command).error().kind == FailureKind::kNotStarted);
  CHECK(run_command(command).error().text == "/nonexistent: no such directory to run in");
}

TEST_CASE("what cannot be started is said with the system's reason") {
  const Directory directory;
  const auto told = [](const std::string& path) {
    Command command;
    command.words = {path};
    const auto finished = run_command(command);
    REQUIRE_FALSE(finished);
    CHECK(finished.error().kind == FailureKind::kNotStarted);
    return finished.error().text;
  };
  CHECK(told("/nonexistent/program") == "/nonexistent/program: No such file or directory");
  CHECK(told("true") == "true: No such file or directory");  // never searched for
  const auto text = directory.file("text", "hello\n", 0644).string();
  const auto empty = directory.file("empty", "", 0755).string();
  CHECK(told(text) == text + ": Permission denied");
  CHECK(told(empty) == empty + ": Exec format error");
  CHECK(told(directory.path.string()) == directory.path.string() + ": Permission denied");
  CHECK(told("") == "no program was named");
  CHECK(run_command({}).error().kind == FailureKind::kNotStarted);
  CHECK_FALSE(has_children());
}

TEST_CASE("a program that ends by a signal crashed, and its last words are kept") {
  const auto crashed = run_command(shell("echo last words >&2; kill -SEGV $$"));
  REQUIRE_FALSE(crashed);
  CHECK(crashed.error().kind == FailureKind::kCrashed);
  CHECK(crashed.error().text == "crashed: SIGSEGV (invalid memory access) while running");
  CHECK(crashed.error().output == "last words\n");
  CHECK_THAT(run_command(shell("kill -TERM $$")).error().text, StartsWith("crashed: SIGTERM"));
  CHECK_THAT(run_command(shell("kill -KILL $$")).error().text, StartsWith("ended by SIGKILL"));
}

TEST_CASE("at the deadline a program is ended with what it started") {
  auto command = shell("sleep 1000 & echo $!; wait");
  command.seconds = 0.5;
  const auto begin = std::chrono::steady_clock::now();
  const auto finished = run_command(command);
  REQUIRE_FALSE(finished);
  CHECK(finished.error().kind == FailureKind::kTimedOut);
  CHECK(finished.error().text == "did not end within 0.5 s and was ended");
  CHECK(seconds_since(begin) < 10);
  const int started = std::atoi(finished.error().output.c_str());
  REQUIRE(started > 1);
  CHECK(vanishes(started));
  CHECK_FALSE(has_children());
}

TEST_CASE("what a program leaves running in its group ends with it, and is not waited for") {
  const auto begin = std::chrono::steady_clock::now();
  const auto finished = run_command(shell("sleep 1000 & echo $!"));
  REQUIRE(finished);
  CHECK(finished->status == 0);
  CHECK(seconds_since(begin) < 10);
  CHECK(vanishes(std::atoi(finished->output.c_str())));
}

TEST_CASE("what left the program's group ends with it too: at its end, at the deadline, at an interruption") {
  // Two that left, one of them started by one that has ended since.
  const std::string leave = "setsid sh -c 'sleep 1000 & echo $!; wait' & setsid sh -c 'sleep 1000 & echo $!' & ";
  const auto both_vanish = [](const std::string& output) {
    int first = 0, second = 0;
    REQUIRE(std::sscanf(output.c_str(), "%d\n%d", &first, &second) == 2);
    REQUIRE(first > 1);
    REQUIRE(second > 1);
    CHECK(vanishes(first));
    CHECK(vanishes(second));
    CHECK_FALSE(has_children());
  };
  const auto begin = std::chrono::steady_clock::now();
  both_vanish(run_command(shell(leave + "sleep 0.3"))->output);
  auto command = shell(leave + "sleep 1000");
  command.seconds = 0.5;
  both_vanish(run_command(command).error().output);
  command.seconds = 60;
  std::atomic<bool> stop = false;
  command.stop = &stop;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    stop = true;
  });
  both_vanish(run_command(command).error().output);
  other.join();
  CHECK(seconds_since(begin) < 20);
}

TEST_CASE("a program that stops its supervisor is ended at the deadline all the same") {
  auto command = shell("kill -STOP $PPID; sleep 1000");
  command.seconds = 0.3;
  CHECK(run_command(command).error().kind == FailureKind::kTimedOut);
  CHECK_FALSE(has_children());
}

TEST_CASE("stderr can be had among stdout, in the order of writing") {
  auto command = shell("echo one; echo two >&2; echo three; exit 1");
  command.errors_in_output = true;
  const auto finished = run_command(command);
  REQUIRE(finished);
  CHECK(finished->status == 1);
  CHECK(finished->output == "one\ntwo\nthree\n");
  CHECK(finished->errors == "");
  command = shell("seq 3000 >&2; sleep 1000");
  command.errors_in_output = true;
  command.seconds = 0.5;
  const auto failed = run_command(command);
  REQUIRE_FALSE(failed);
  CHECK_THAT(failed.error().output, StartsWith("1\n2\n") && EndsWith("\n3000\n"));
}

TEST_CASE("a program that stops itself is ended at the deadline") {
  auto command = shell("kill -STOP $$");
  command.seconds = 0.3;
  CHECK(run_command(command).error().kind == FailureKind::kTimedOut);
  CHECK_FALSE(has_children());
}

TEST_CASE("a flood ends the program, and what is within the limit arrives whole") {
  auto command = shell("yes $(printf '%0999d' 0) | head -n 3000; printf end >&2");
  const auto whole = run_command(command);
  REQUIRE(whole);
  CHECK(whole->output.size() == 3'000'000);
  CHECK(whole->errors == "end");
  command.output_bytes = 3'000'003;
  CHECK(run_command(command)->output == whole->output);
  command.output_bytes = 3'000'002;
  CHECK(run_command(command).error().kind == FailureKind::kFlooded);
  command = shell("yes >&2");
  command.output_bytes = 1 << 20;
  const auto flooded = run_command(command);
  REQUIRE_FALSE(flooded);
  CHECK(flooded.error().kind == FailureKind::kFlooded);
  CHECK(flooded.error().text == "wrote more than 1 MiB to its output");
  CHECK(flooded.error().output.size() == 4096);
  CHECK_FALSE(has_children());
}

TEST_CASE("of stderr the last 64 KiB are kept, harmless for a terminal") {
  const auto finished = run_command(shell("yes | head -c 200000 >&2; printf 'red \\033[31m\\n' >&2"));
  REQUIRE(finished);
  CHECK(finished->errors.size() == 64 << 10);
  CHECK(finished->errors.substr(finished->errors.size() - 10) == "red ?[31m\n");
}

TEST_CASE("a stop flag ends a program quickly, and where it was set before none is started") {
  std::atomic<bool> stop = false;
  auto command = shell("sleep 1000");
  command.stop = &stop;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop = true;
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto finished = run_command(command);
  other.join();
  REQUIRE_FALSE(finished);
  CHECK(finished.error().kind == FailureKind::kInterrupted);
  CHECK(seconds_since(begin) < 10);
  command.words = {"/nonexistent/program"};
  CHECK(run_command(command).error().kind == FailureKind::kInterrupted);
  CHECK_FALSE(has_children());
}

TEST_CASE("a program that is given a core runs there and nowhere else, from its first instruction") {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  REQUIRE(::sched_getaffinity(0, sizeof allowed, &allowed) == 0);
  int last = 0;
  for (int core = 0; core < 256; ++core)
    if (CPU_ISSET(core, &allowed)) last = core;
  auto command = shell(
      "while read -r key list; do case $key in Cpus_allowed_list:) echo $list;; esac; done < /proc/$$/status");
  command.core = last;
  CHECK(run_command(command)->output == std::to_string(last) + "\n");
  command.core = 100'000;  // gone meanwhile: then any
  CHECK(run_command(command)->status == 0);
}

TEST_CASE("a host that is killed leaves neither its program nor what that started") {
  std::string host = ENDLESS_HOST, option = "--command", shell = "/bin/sh", dash_c = "-c", script = "setsid sleep 1000 & wait";
  char* words[] = {host.data(), option.data(), shell.data(), dash_c.data(), script.data(), nullptr};
  pid_t process = 0;
  REQUIRE(::posix_spawn(&process, host.c_str(), nullptr, nullptr, words, environ) == 0);
  std::vector<int> family{process};  // host, harness-worker, sh, sleep
  for (int i = 0; i < 500 && family.size() < 4; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const auto children = children_of(family.back());
    family.insert(family.end(), children.begin(), children.end());
  }
  CHECK(family.size() == 4);
  ::kill(process, SIGKILL);
  ::waitpid(process, nullptr, 0);
  for (const int member : family) CHECK(vanishes(member));
}
