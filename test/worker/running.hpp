// What the worker's tests share: libraries by name, one run from start to finish, and a watch over what is left behind.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <harness/worker/worker.hpp>

namespace running {

using harness::worker::Failure;
using harness::worker::Limits;
using harness::worker::MemoryFile;
using harness::worker::Outcome;
using harness::worker::Settings;
using harness::worker::Worker;

// A library of test/plugins/running, built into RUNNING_LIBRARIES.
MemoryFile library(const std::string& name);
MemoryFile input(std::string_view text);

// Short enough for a test that waits for the deadline, long enough for a busy machine.
Limits short_limits();
Limits patient_limits();

// start, open, time(1), answer, finish; stops at the first failure. `answer` is the answer where it got that far.
struct Run {
  std::optional<Failure> failure;
  harness::model::Bytes answer;
};
Run run(const std::string& library_name, std::string_view input_text, const Limits& limits,
        const Settings& settings = {});

std::size_t open_descriptors();
bool has_children();
// Is it gone (or a zombie that nobody has collected yet), within two seconds?
bool vanishes(int process);
// The processes whose parent is `process`.
std::vector<int> children_of(int process);

}  // namespace running
