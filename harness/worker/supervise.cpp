#include <harness/worker/supervise.hpp>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace harness::worker {
namespace {

constexpr int kNotStartedStatus = 127;
constexpr int kMostRounds = 1000;  // of ending what was left behind, each after a millisecond

int say_why(int channel) {
  const int why = errno;
  static_cast<void>(!::write(channel, &why, sizeof why));
  return kNotStartedStatus;
}

void pin_to(const char* core) {
  if (std::strcmp(core, "-") == 0) return;
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<std::size_t>(std::atol(core)), &only);
  ::sched_setaffinity(0, sizeof only, &only);  // a core that has gone meanwhile: then any
}

// Who started the process, of /proc/<pid>/stat: `<pid> (<name>) <state> <parent> ...`, the name being whatever it
// likes.
pid_t parent_of(const char* pid) {
  char path[64], text[512];
  std::snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  const auto got = ::read(file, text, sizeof text - 1);
  ::close(file);
  text[got > 0 ? got : 0] = '\0';
  const char* name_ends = std::strrchr(text, ')');
  int parent = -1;
  return name_ends != nullptr && std::sscanf(name_ends + 1, " %*c %d", &parent) == 1 ? parent : -1;
}

// Each one that is killed hands its own children over: hence in rounds, until nobody is left.
void end_all_children() {
  for (int round = 0; round < kMostRounds; ++round) {
    pid_t reaped;
    while ((reaped = ::waitpid(-1, nullptr, WNOHANG)) > 0) {
    }
    if (reaped < 0) return;
    DIR* const processes = ::opendir("/proc");
    if (processes == nullptr) return;
    while (const dirent* entry = ::readdir(processes)) {
      const pid_t process = std::atoi(entry->d_name);
      if (process > 0 && parent_of(entry->d_name) == ::getpid()) ::kill(process, SIGKILL);
    }
    ::closedir(processes);
    ::usleep(1000);
  }
}

}  // namespace

int supervise(int channel, int count, char** words) {
  if (count < 4 || ::fcntl(channel, F_SETFD, FD_CLOEXEC) != 0) {
    std::fputs("harness-worker is started by harness, not by hand\n", stderr);
    return kNotStartedStatus;
  }
  sigset_t awaited, none_blocked;
  ::sigemptyset(&none_blocked);
  ::sigemptyset(&awaited);
  ::sigaddset(&awaited, SIGTERM);
  ::sigaddset(&awaited, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &awaited, nullptr);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != std::atol(words[0])) return kNotStartedStatus;  // it is dead already
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  pin_to(words[1]);

  char** const program = words + 2;
  const pid_t self = ::getpid(), child = ::fork();
  if (child < 0) return say_why(channel);
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != self) ::_exit(kNotStartedStatus);
    ::sigprocmask(SIG_SETMASK, &none_blocked, nullptr);
    ::execv(program[0], program + 1);  // with the environment that this process was given for it
    ::_exit(say_why(channel));
  }
  ::close(channel);
  int status = 0;
  for (pid_t reaped = 0; reaped != child;) {
    if (::sigwaitinfo(&awaited, nullptr) == SIGTERM) {
      end_all_children();
      ::kill(0, SIGKILL);
    }
    // Also those that it was given, or they would stay as zombies for as long as the program runs.
    while ((reaped = ::waitpid(-1, &status, WNOHANG)) > 0 && reaped != child) {
    }
  }
  end_all_children();
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  std::signal(WTERMSIG(status), SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &none_blocked, nullptr);
  ::raise(WTERMSIG(status));
  return kNotStartedStatus;
}

}  // namespace harness::worker
