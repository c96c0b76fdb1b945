#include <harness/worker/supervise.hpp>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace harness::worker {
namespace {

constexpr int kNotStartedStatus = 127;

extern "C" void end_the_group(int) { ::kill(0, SIGKILL); }

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

}  // namespace

int supervise(int channel, int count, char** words) {
  if (count < 4 || ::fcntl(channel, F_SETFD, FD_CLOEXEC) != 0) {
    std::fputs("harness-worker is started by harness, not by hand\n", stderr);
    return kNotStartedStatus;
  }
  std::signal(SIGTERM, end_the_group);
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
    ::execv(program[0], program + 1);  // with the environment that this process was given for it
    ::_exit(say_why(channel));
  }
  ::close(channel);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  std::signal(WTERMSIG(status), SIG_DFL);
  ::raise(WTERMSIG(status));
  return kNotStartedStatus;
}

}  // namespace harness::worker
