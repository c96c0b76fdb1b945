// What Worker's functions share.
#pragma once

#include <string>

#include <sys/types.h>

#include <harness/worker/conversation.hpp>
#include <harness/worker/protocol.hpp>
#include <harness/worker/worker.hpp>

namespace harness::worker {

struct Worker::State {
  State(const Limits& limits, const Settings& settings) : conversation(limits, settings) {}
  Conversation conversation;
  Hello hello;
  ino_t first_inode = 0;  // of the library that was loaded first
  struct {
    std::uint64_t calls = 1, count = 0;
    double cpu_before = -1;
  } under_way;  // the slices that were begun

  // Ends the child for what it said.
  tl::unexpected<Failure> refuse(std::string text) {
    return tl::unexpected<Failure>(conversation.give_up({FailureKind::kProtocol, std::move(text), ""}));
  }
  // What came back, believed: all `count` that were asked for, in no more time than passed.
  Outcome<Sliced> take_slices(const Outcome<Reply>& reply, double cpu_before, std::size_t count);
};

// Why a reported time cannot be true, or nothing. `cpu_used` is the kernel's own account of the child's process during
// the request (negative = not to be had): work that the claimed time has no room for, on all cores, was hidden.
std::string implausible(const Timed& timed, double wall_seconds, double cpu_used);

}  // namespace harness::worker
