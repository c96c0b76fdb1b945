// What Worker's functions share.
#pragma once

#include <string>

#include <harness/worker/conversation.hpp>
#include <harness/worker/protocol.hpp>
#include <harness/worker/worker.hpp>

namespace harness::worker {

struct Worker::State {
  State(const Limits& limits, const Settings& settings) : conversation(limits, settings) {}
  Conversation conversation;
  Hello hello;

  // Ends the child for what it said.
  tl::unexpected<Failure> refuse(std::string text) {
    return tl::unexpected<Failure>(conversation.give_up({FailureKind::kProtocol, std::move(text), ""}));
  }
};

// Why a reported time cannot be true, or nothing. `cpu_used` is the kernel's own account of the child's process during
// the request (negative = not to be had): work that the claimed time has no room for, on all cores, was hidden.
std::string implausible(const Timed& timed, double wall_seconds, double cpu_used);

}  // namespace harness::worker
