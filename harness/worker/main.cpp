// harness-worker: the process in which one library of somebody else's runs. Started by the harness alone:
// `harness-worker <pid of the parent> <bytes of address space> [<bytes that a file may have>]`, with the channel at
// descriptor 3. harness-worker-profile is the same with gperftools' allocator and the memory pass, harness-worker-cpu
// with its CPU profiler. `harness-worker --command ...` watches over a foreign program instead: supervise.hpp.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <sys/socket.h>

#include <harness/worker/child.hpp>
#include <harness/worker/cpu_sampling.hpp>
#include <harness/worker/memory.hpp>
#include <harness/worker/sandbox.hpp>
#include <harness/worker/supervise.hpp>

namespace {
constexpr int kChannel = 3;
constexpr int kNotEnclosed = 1;
}  // namespace

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_UNDEFINED__) || defined(__clang__)
// Under sanitizers: what would be a signal stays one, and the end of a solver's process is no hunt for leaks.
extern "C" __attribute__((visibility("default"))) const char* __asan_default_options() {
  return "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0:abort_on_error=1:"
         "detect_leaks=0:use_sigaltstack=0:allocator_may_return_null=1";
}
extern "C" __attribute__((visibility("default"))) const char* __ubsan_default_options() { return "abort_on_error=1"; }
#endif

int main(int count, char** words) {
  if (count > 1 && std::strcmp(words[1], harness::worker::kSuperviseWord) == 0)
    return harness::worker::supervise(kChannel, count - 2, words + 2);
  int type = 0;
  socklen_t size = sizeof type;
  if ((count != 3 && count != 4) || ::getsockopt(kChannel, SOL_SOCKET, SO_TYPE, &type, &size) != 0 ||
      type != SOCK_SEQPACKET) {
    std::fputs("harness-worker is started by harness, not by hand\n", stderr);
    return kNotEnclosed;
  }
  const harness::worker::Enclosure enclosure{static_cast<pid_t>(std::atol(words[1])),
                                             std::strtoull(words[2], nullptr, 10),
                                             count == 4 ? std::strtoull(words[3], nullptr, 10)
                                                        : harness::worker::most_profile_bytes(),
                                             count == 4};
  if (const char* step = harness::worker::enclose(enclosure)) {
    std::fprintf(stderr, "%s: %s\n", step, std::strerror(errno));
    return kNotEnclosed;
  }
  harness::worker::follow_the_heap();
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // what a solver printed before it crashed should be seen
  return harness::worker::serve(kChannel, true);
}
