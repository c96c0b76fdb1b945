#include "running.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include <sys/wait.h>

#include <test/catch.hpp>

namespace running {
namespace {

// State letter and parent of a process; 'X' when there is none.
std::pair<char, int> state_of(int process) {
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  const std::string text((std::istreambuf_iterator<char>(stat)), {});
  const auto behind_name = text.rfind(") ");
  char state = 'X';
  int parent = 0;
  if (behind_name == std::string::npos || std::sscanf(text.c_str() + behind_name, ") %c %d", &state, &parent) != 2)
    return {'X', 0};
  return {state, parent};
}

}  // namespace

MemoryFile library(const std::string& name) {
  std::ifstream file(std::string(RUNNING_LIBRARIES) + "/" + name + ".so", std::ios::binary);
  REQUIRE(file);
  const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(file)), {});
  const auto sealed = MemoryFile::sealed(bytes, name + ".so");
  REQUIRE(sealed);
  return *sealed;
}

MemoryFile input(std::string_view text) {
  const auto sealed = MemoryFile::sealed({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "input");
  REQUIRE(sealed);
  return *sealed;
}

Limits short_limits() {
  Limits limits;
  limits.seconds_per_call = 1;
  return limits;
}

Limits patient_limits() {
  Limits limits;
  limits.seconds_per_call = 60;
  limits.address_space_bytes = 512 << 20;
  return limits;
}

Run run(const std::string& library_name, std::string_view input_text, const Limits& limits, const Settings& settings) {
  Run made;
  auto worker = Worker::start(library(library_name), library_name + ".so", limits, settings);
  if (!worker) {
    made.failure = worker.error();
    return made;
  }
  const auto args = input(input_text);
  if (const auto opened = worker->open(args); !opened) {
    made.failure = opened.error();
  } else if (const auto timed = worker->time(1, 0, 0); !timed) {
    made.failure = timed.error();
  } else if (const auto answer = worker->answer(); !answer) {
    made.failure = answer.error();
  } else {
    made.answer = *answer;
    if (const auto finished = worker->finish(); !finished) made.failure = finished.error();
  }
  return made;
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

bool vanishes(int process) {
  for (int i = 0; i < 200; ++i) {
    const char state = state_of(process).first;
    if (state == 'X' || state == 'Z') return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

std::vector<int> children_of(int process) {
  std::vector<int> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const int number = std::atoi(entry.path().filename().c_str());
    if (number > 0 && state_of(number).second == process) children.push_back(number);
  }
  return children;
}

}  // namespace running
