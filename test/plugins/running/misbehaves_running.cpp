// Misbehaves once it runs: the input is the name of what it shall do. One function for each, listed at the end.
#include <sched.h>
#include "plain_solver.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

#include <harness/worker/protocol.hpp>

namespace {

std::string words;  // for last_error
std::vector<std::uint8_t> large;
harness_bytes given = {};  // overrides the answer
bool has_given = false;
bool hang_in_close = false, hang_in_destroy = false, hang_at_exit = false, status_at_exit = false;

void hang() {
  for (;;) ::pause();
}

// Kept from the optimiser, so that the wrong things really happen.
template <class T>
T* hidden(T* pointer) {
  asm volatile("" : "+r"(pointer) : : "memory");
  return pointer;
}

harness_status null_dereference(plain::Instance&) {
  *hidden<int>(nullptr) = 1;
  return HARNESS_OK;
}
harness_status division_by_zero(plain::Instance&) {
  ::raise(SIGFPE);  // some processors answer 0 instead
  return HARNESS_OK;
}
harness_status abort_call(plain::Instance&) { std::abort(); }
harness_status endless_loop(plain::Instance&) {
  for (;;) asm volatile("");
}
harness_status sleep_for_ever(plain::Instance&) {
  hang();
  return HARNESS_OK;
}
harness_status sleep_a_second(plain::Instance&) {
  std::this_thread::sleep_for(std::chrono::seconds(1));
  return HARNESS_OK;
}
harness_status stop_itself(plain::Instance&) {
  ::raise(SIGSTOP);
  return HARNESS_OK;
}
int deeper(int depth) {
  volatile char room[4096];
  room[0] = static_cast<char>(depth);
  return deeper(depth + 1) + room[0];
}
harness_status stack_overflow(plain::Instance&) { return deeper(0); }
harness_status allocate_without_end(plain::Instance&) {
  for (;;) std::memset(hidden(new char[1 << 24]), 1, 1 << 24);
}
harness_status exit_0(plain::Instance&) { std::exit(0); }
harness_status exit_now(plain::Instance&) { ::_exit(0); }
harness_status exit_quickly(plain::Instance&) { std::quick_exit(0); }
harness_status exit_by_system_call(plain::Instance&) {
  ::syscall(SYS_exit_group, 0);
  return HARNESS_OK;
}
harness_status exit_thread(plain::Instance&) { ::pthread_exit(nullptr); }
harness_status killed_from_outside(plain::Instance&) {
  ::kill(::getpid(), SIGKILL);
  return HARNESS_OK;
}
harness_status print_and_crash(plain::Instance&) {
  std::puts("first line\nlast words\033[31m");
  std::abort();
}
harness_status flood(std::FILE* stream) {
  const std::string line(1000, 'x');
  for (;;) std::fprintf(stream, "%s\n", line.c_str());
}
harness_status flood_stdout(plain::Instance&) { return flood(stdout); }
harness_status flood_stderr(plain::Instance&) { return flood(stderr); }
harness_status write_a_file(plain::Instance&) {
  const int file = ::memfd_create("written", MFD_CLOEXEC);
  return ::write(file, "x", 1) == 1 ? HARNESS_OK : HARNESS_BAD_STATE;
}

int channel() {
  for (int number = 3; number < 64; ++number) {
    int type = 0;
    socklen_t size = sizeof type;
    if (::getsockopt(number, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET) return number;
  }
  return -1;
}
harness_status garbage_frame(plain::Instance&) {
  ::send(channel(), "not a frame at all, really", 26, 0);
  return HARNESS_OK;
}
harness_status flood_the_channel(plain::Instance&) {
  const std::vector<char> junk(4096, 'j');
  for (;;) ::send(channel(), junk.data(), junk.size(), 0);
}
harness_status oversized_frame(plain::Instance&) {
  const std::vector<char> junk(150 * 1024, 'j');
  ::send(channel(), junk.data(), junk.size(), 0);
  return HARNESS_OK;
}
harness_status empty_frame(plain::Instance&) {
  ::send(channel(), "", 0, 0);
  hang();
  return HARNESS_OK;
}
// Its payload is `numbers` times the same.
void send_forged(harness::worker::Kind kind, std::uint32_t sequence, double seconds, std::uint32_t numbers = 4) {
  std::uint8_t frame[16 + 64] = {};
  const std::uint32_t size = numbers * 8;
  std::memcpy(frame, &harness::worker::kMagic, 4);
  std::memcpy(frame + 4, &kind, 2);
  std::memcpy(frame + 8, &sequence, 4);
  std::memcpy(frame + 12, &size, 4);
  for (std::uint32_t i = 0; i < numbers; ++i) std::memcpy(frame + 16 + 8 * i, &seconds, 8);
  ::send(channel(), frame, 16 + size, 0);
}
// Requests are: start, load, open, time.
constexpr std::uint32_t kSequenceOfTime = 4;
harness_status forged_time(plain::Instance&) {
  send_forged(harness::worker::Kind::kTimed, kSequenceOfTime, 1e-9);
  return HARNESS_OK;
}
harness_status forged_sequence(plain::Instance&) {
  send_forged(harness::worker::Kind::kTimed, kSequenceOfTime + 1, 1e-9);
  return HARNESS_OK;
}
harness_status forged_kind(plain::Instance&) {
  send_forged(harness::worker::Kind::kDone, kSequenceOfTime, 1e-9);
  return HARNESS_OK;
}
harness_status forged_negative_time(plain::Instance&) {
  send_forged(harness::worker::Kind::kTimed, kSequenceOfTime, -1);
  return HARNESS_OK;
}
harness_status forged_nan_time(plain::Instance&) {
  send_forged(harness::worker::Kind::kTimed, kSequenceOfTime, __builtin_nan(""));
  return HARNESS_OK;
}
harness_status forged_long_time(plain::Instance&) {
  send_forged(harness::worker::Kind::kTimed, kSequenceOfTime, 3600);
  return HARNESS_OK;
}
harness_status forged_slices_too_long(plain::Instance&) {
  send_forged(harness::worker::Kind::kSliced, kSequenceOfTime, 3600, 5);
  return HARNESS_OK;
}
harness_status forged_slices_too_few(plain::Instance&) {
  send_forged(harness::worker::Kind::kSliced, kSequenceOfTime, 1e-9, 3);
  return HARNESS_OK;
}
harness_status forged_slices_negative(plain::Instance&) {
  send_forged(harness::worker::Kind::kSliced, kSequenceOfTime, -1e-9, 5);
  return HARNESS_OK;
}

timespec stopped_at[CLOCK_THREAD_CPUTIME_ID + 1];
int stopped_clock(clockid_t clock, timespec* now) {
  *now = stopped_at[clock];
  return 0;
}
// Puts `stopped_clock` where the program keeps the address of clock_gettime.
int replace_clock(dl_phdr_info* program, std::size_t, void*) {
  const ElfW(Dyn)* dynamic = nullptr;
  for (int i = 0; i < program->dlpi_phnum; ++i)
    if (program->dlpi_phdr[i].p_type == PT_DYNAMIC)
      dynamic = reinterpret_cast<const ElfW(Dyn)*>(program->dlpi_addr + program->dlpi_phdr[i].p_vaddr);
  const ElfW(Sym)* symbols = nullptr;
  const char* names = nullptr;
  const ElfW(Rela) * tables[2] = {};
  std::size_t sizes[2] = {};
  for (; dynamic != nullptr && dynamic->d_tag != DT_NULL; ++dynamic) {
    const auto pointer = dynamic->d_un.d_ptr;
    if (dynamic->d_tag == DT_SYMTAB) symbols = reinterpret_cast<const ElfW(Sym)*>(pointer);
    if (dynamic->d_tag == DT_STRTAB) names = reinterpret_cast<const char*>(pointer);
    if (dynamic->d_tag == DT_JMPREL) tables[0] = reinterpret_cast<const ElfW(Rela)*>(pointer);
    if (dynamic->d_tag == DT_PLTRELSZ) sizes[0] = dynamic->d_un.d_val;
    if (dynamic->d_tag == DT_RELA) tables[1] = reinterpret_cast<const ElfW(Rela)*>(pointer);
    if (dynamic->d_tag == DT_RELASZ) sizes[1] = dynamic->d_un.d_val;
  }
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (int t = 0; t < 2; ++t)
    for (std::size_t i = 0; i < sizes[t] / sizeof(ElfW(Rela)); ++i) {
      const auto& entry = tables[t][i];
      if (std::strcmp(names + symbols[ELF64_R_SYM(entry.r_info)].st_name, "clock_gettime") != 0) continue;
      const auto slot = program->dlpi_addr + entry.r_offset;
      ::mprotect(reinterpret_cast<void*>(slot & ~(page - 1)), page, PROT_READ | PROT_WRITE);
      *reinterpret_cast<decltype(&stopped_clock)*>(slot) = stopped_clock;
    }
  return 1;  // the program comes first, and is enough
}
harness_status stop_the_clock(plain::Instance&) {
  for (const auto clock : {CLOCK_MONOTONIC, CLOCK_THREAD_CPUTIME_ID}) ::clock_gettime(clock, &stopped_at[clock]);
  ::dl_iterate_phdr(replace_clock, nullptr);
  timespec begin, now;
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
  do ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  while ((now.tv_sec - begin.tv_sec) * 1'000'000'000L + now.tv_nsec - begin.tv_nsec < 300'000'000L);
  return HARNESS_OK;
}

harness_status throw_standard(plain::Instance&) { return std::vector<int>().at(3); }
harness_status throw_number(plain::Instance&) { throw 42; }
harness_status throw_no_memory(plain::Instance&) { throw std::bad_alloc(); }
harness_status throw_foreign(plain::Instance&) {
  static _Unwind_Exception exception{};
  exception.exception_class = 0x4c4152474e415300;
  _Unwind_RaiseException(&exception);
  return HARNESS_OK;
}
harness_status terminate(plain::Instance&) { std::terminate(); }
harness_status report_threw(plain::Instance&) {
  words = "std::runtime_error: two\nlines";
  return HARNESS_SOLVER_THREW;
}
harness_status report_no_memory(plain::Instance&) { return HARNESS_NO_MEMORY; }
harness_status report_bad_input(plain::Instance&) {
  words = "argument [0]: expected an integer";
  return HARNESS_BAD_INPUT;
}
harness_status report_bad_state(plain::Instance&) { return HARNESS_BAD_STATE; }
harness_status report_unknown(plain::Instance&) { return 77; }

harness_status double_free(plain::Instance&) {
  void* block = hidden(std::malloc(24));
  std::free(block);
  std::free(hidden(block));
  return HARNESS_OK;
}
harness_status close_every_descriptor(plain::Instance&) {
  for (int number = 0; number < 1024; ++number) ::close(number);
  return HARNESS_OK;
}
harness_status close_and_stay(plain::Instance&) {
  for (int number = 0; number < 1024; ++number) ::close(number);
  hang();
  return HARNESS_OK;
}
// Answers with the number of a child that lives on.
harness_status fork_and_go_on(plain::Instance& instance) {
  const pid_t child = ::fork();
  if (child == 0) hang();
  instance.bytes[0] = 0x1a;
  for (int i = 0; i < 4; ++i) instance.bytes[1 + i] = static_cast<std::uint8_t>(child >> (24 - 8 * i));
  instance.size = 5;
  return HARNESS_OK;
}
// Answers with the descriptors that it sees open beyond stdin, stdout, stderr, the channel and its own library, and
// with the length of the environment.
harness_status look_around(plain::Instance& instance) {
  int beyond = 0, variables = 0;
  for (int number = 5; number < 64; ++number) beyond += ::fcntl(number, F_GETFD) >= 0;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) ++variables;
  instance.bytes[0] = 0x82;
  instance.bytes[1] = static_cast<std::uint8_t>(beyond);
  instance.bytes[2] = static_cast<std::uint8_t>(variables);
  instance.size = 3;
  return HARNESS_OK;
}
// Answers with the numbers of the processors that it may run on, a byte each.
harness_status count_processors(plain::Instance&) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof allowed, &allowed);
  large.clear();
  for (int core = 0; core < 256; ++core)
    if (CPU_ISSET(core, &allowed)) large.push_back(static_cast<std::uint8_t>(core));
  given = {large.data(), large.size()};
  has_given = true;
  return HARNESS_OK;
}
harness_status large_answer(plain::Instance&) {
  large.resize(40'000'000);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::uint8_t>(i * 7 >> 3);
  given = {large.data(), large.size()};
  has_given = true;
  return HARNESS_OK;
}
harness_status endless_answer(plain::Instance& instance) {
  given = {instance.bytes, (std::size_t{1} << 30) + 1};
  has_given = true;
  return HARNESS_OK;
}
harness_status wild_answer(plain::Instance& instance) {
  given = {instance.bytes, std::size_t{1} << 26};
  has_given = true;
  return HARNESS_OK;
}
harness_status null_answer(plain::Instance&) {
  given = {nullptr, 4};
  has_given = true;
  return HARNESS_OK;
}
harness_status set(bool& flag) {
  flag = true;
  return HARNESS_OK;
}
harness_status hang_when_closed(plain::Instance&) { return set(hang_in_close); }
harness_status hang_when_destroyed(plain::Instance&) { return set(hang_in_destroy); }
harness_status hang_in_a_destructor(plain::Instance&) { return set(hang_at_exit); }
harness_status change_the_exit_status(plain::Instance&) { return set(status_at_exit); }

struct AtExit {
  ~AtExit() {
    if (hang_at_exit) hang();
    if (status_at_exit) ::_exit(3);
  }
} at_exit;

using Behaviour = harness_status (*)(plain::Instance&);
struct Named {
  const char* name;
  Behaviour behaviour;
};
#define NAMED(function) \
  { #function, function }
constexpr Named kBehaviours[] = {NAMED(null_dereference),
                                 NAMED(division_by_zero),
                                 NAMED(abort_call),
                                 NAMED(endless_loop),
                                 NAMED(sleep_for_ever),
                                 NAMED(sleep_a_second),
                                 NAMED(stop_itself),
                                 NAMED(stack_overflow),
                                 NAMED(allocate_without_end),
                                 NAMED(exit_0),
                                 NAMED(exit_now),
                                 NAMED(exit_quickly),
                                 NAMED(exit_by_system_call),
                                 NAMED(exit_thread),
                                 NAMED(killed_from_outside),
                                 NAMED(print_and_crash),
                                 NAMED(flood_stdout),
                                 NAMED(flood_stderr),
                                 NAMED(write_a_file),
                                 NAMED(garbage_frame),
                                 NAMED(flood_the_channel),
                                 NAMED(oversized_frame),
                                 NAMED(empty_frame),
                                 NAMED(forged_time),
                                 NAMED(forged_sequence),
                                 NAMED(forged_kind),
                                 NAMED(forged_negative_time),
                                 NAMED(forged_nan_time),
                                 NAMED(forged_long_time),
                                 NAMED(forged_slices_too_long),
                                 NAMED(forged_slices_too_few),
                                 NAMED(forged_slices_negative),
                                 NAMED(stop_the_clock),
                                 NAMED(throw_standard),
                                 NAMED(throw_number),
                                 NAMED(throw_no_memory),
                                 NAMED(throw_foreign),
                                 NAMED(terminate),
                                 NAMED(report_threw),
                                 NAMED(report_no_memory),
                                 NAMED(report_bad_input),
                                 NAMED(report_bad_state),
                                 NAMED(report_unknown),
                                 NAMED(double_free),
                                 NAMED(close_every_descriptor),
                                 NAMED(close_and_stay),
                                 NAMED(fork_and_go_on),
                                 NAMED(look_around),
                                 NAMED(count_processors),
                                 NAMED(large_answer),
                                 NAMED(endless_answer),
                                 NAMED(wild_answer),
                                 NAMED(null_answer),
                                 NAMED(hang_when_closed),
                                 NAMED(hang_when_destroyed),
                                 NAMED(hang_in_a_destructor),
                                 NAMED(change_the_exit_status)};

Behaviour chosen = nullptr;

harness_status open(const std::uint8_t* data, std::size_t size, void** instance) {
  const std::string name(reinterpret_cast<const char*>(data), size);
  for (const auto& named : kBehaviours)
    if (named.name == name) chosen = named.behaviour;
  if (chosen == nullptr) {
    words = "no behaviour is called " + name;
    return HARNESS_BAD_INPUT;
  }
  return plain::open(data, size, instance);
}
harness_status run(void* instance, std::uint64_t) { return chosen(*static_cast<plain::Instance*>(instance)); }
harness_status answer(void* instance, harness_bytes* bytes) {
  if (!has_given) return plain::answer(instance, bytes);
  *bytes = given;
  return HARNESS_OK;
}
void close(void* instance) {
  if (hang_in_close) hang();
  plain::close(instance);
}
const char* last_error(void*) { return words.c_str(); }
void on_destroy() {
  if (hang_in_destroy) hang();
}

}  // namespace

PLAIN_SOLVER(table.open = open; table.run = run; table.answer = answer; table.close = close;
             table.last_error = last_error; table.on_destroy = on_destroy;)
