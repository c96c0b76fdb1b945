// Asking one child, with deadlines: the parent's end of the channel, the process or thread at its other end, and every
// way in which an answer may not come.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <harness/worker/launch.hpp>
#include <harness/worker/protocol.hpp>
#include <harness/worker/worker.hpp>

namespace harness::worker {

struct Deadline {
  double seconds = 0;
  std::string meaning;  // `limit of a call`
};

// One request on its way: fields are added to `frame`, descriptors to `descriptors`.
struct Request {
  FrameWriter frame;
  Kind kind = Kind::kStart;
  Kind expected = Kind::kDone;
  std::string stage;  // for messages: `while running`
  Deadline deadline;
  std::vector<int> descriptors;
  std::uint32_t sequence = 0;
};

struct Reply {
  std::vector<std::uint8_t> payload;
  double wall_seconds = 0;  // from the request's send to the answer's arrival
};

// A tool that the child runs in, such as callgrind. The child's address space is not limited then, and it may write files
// of up to `file_bytes`: the tool shares its limits.
struct Tool {
  std::vector<std::string> command;  // comes before the child's own; empty = none
  std::uint64_t file_bytes = 0;
};

// Invariant: after the first failure that ends the child, every later request gets the same failure. Failures that the
// library reported in good order (an exception, bad input) end nothing.
class Conversation {
 public:
  Conversation(const Limits& limits, const Settings& settings, Tool tool = {})
      : limits_(limits), settings_(settings), tool_(std::move(tool)) {}
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  ~Conversation() { let_go(); }

  // Starts the process or the thread; nothing has been said yet.
  Outcome<void> launch();
  // Launches, waits until the child is contained, and has it load the library.
  Outcome<Hello> begin(const MemoryFile& library, const std::string& library_name);
  // Has it load one more.
  Outcome<Hello> load(const MemoryFile& library, const std::string& library_name);
  // Whom steps are noted for from now on: 0 the library that was loaded first, 1 the second.
  void turned_to(int side) { side_ = static_cast<std::size_t>(side); }
  const Settings& settings() const { return settings_; }
  const Limits& limits() const { return limits_; }

  // The next request in order.
  Request request(Kind kind, Kind expected, std::string stage, Deadline deadline);
  Request request(Kind kind, Kind expected, std::string stage);  // with the limit of a call
  Deadline limit_of_a_call() const { return {limits_.seconds_per_call, "limit of a call"}; }
  // Of what is mostly our own work (loading, decoding, sending an answer, ending): a short limit of a call must not judge it.
  Deadline limit_of_a_step() const {
    constexpr double kLeastSeconds = 1;
    if (limits_.seconds_per_call >= kLeastSeconds) return limit_of_a_call();
    return {kLeastSeconds, "limit of a step beside the calls"};
  }
  // `calls` times the limit of a call, and 10 times what is predicted for all of it (0 = nothing is).
  Deadline limit_of_calls(int calls, double predicted_seconds) const;

  Outcome<Reply> exchange(const Request& request);
  // The same in two halves: the deadline and the reply's wall time run from the first. Until the second, whatever else is
  // asked is a kBadState that ends nothing.
  Outcome<void> ask(const Request& request);
  Outcome<Reply> reply();
  // A request that is answered with bytes, however they travel.
  Outcome<model::Bytes> bytes_of(const Request& request);

  // Asks for the end and sees it: nothing extra on the channel, exit status 0.
  Outcome<void> finish();

  // Ends the child for good. The failure comes back with the child's last output.
  Failure give_up(Failure failure);
  double cpu_seconds() const { return process_.cpu_seconds(); }  // of the child's process; negative = not to be had

 private:
  using Clock = std::chrono::steady_clock;
  enum class Event { kNothing, kPacket, kClosed, kEnded };

  bool in_process() const { return settings_.isolation == Isolation::kNone; }
  bool stopping() const { return settings_.stop != nullptr && settings_.stop->load(std::memory_order_relaxed); }
  Outcome<void> send(const Request& request, Clock::time_point deadline);
  Outcome<Reply> await(const Request& request, Clock::time_point deadline);
  Outcome<Reply> read_reply(const Request& request);
  Outcome<void> say_goodbye();
  void note(Kind kind, Clock::time_point begin, const Failure* failure);
  Event wait(Clock::time_point deadline);
  bool take_packet();
  std::optional<Failure> await_ending(const std::string& stage, Clock::time_point deadline);
  std::optional<Failure> overflow(const std::string& stage);
  std::vector<std::string> command_of(const std::string& executable) const;
  void let_go();

  Limits limits_;
  Settings settings_;
  Tool tool_;
  Descriptor channel_;
  ChildProcess process_;
  std::thread thread_;
  struct Asked {
    Request request;
    Clock::time_point begin, deadline;
  };
  std::optional<Asked> asked_;  // what is to be answered
  std::uint32_t sequence_ = 0;
  Clock::time_point launched_at_;
  pid_t pid_ = 0;
  std::string names_[2];  // of the libraries, in the order in which they were loaded
  std::size_t loads_ = 0, side_ = 0;
  std::optional<Failure> ended_;  // why nothing more can be asked
  std::vector<std::uint8_t> packet_ = std::vector<std::uint8_t>(kLargestFrame);
  std::size_t packet_size_ = 0;
};

// Text of the child's, fit for one line of a terminal.
std::string one_line(std::string text);

}  // namespace harness::worker
