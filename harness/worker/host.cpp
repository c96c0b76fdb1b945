#include <harness/worker/worker.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <functional>
#include <thread>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include <harness/worker/child.hpp>
#include <harness/worker/generated.hpp>
#include <harness/worker/launch.hpp>
#include <harness/worker/protocol.hpp>

namespace harness::worker {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kDefaultAddressSpace = 16ull << 30;
constexpr auto kLongestSleep = std::chrono::milliseconds(100);        // between two looks at Settings::stop
constexpr auto kSleepWithoutPidfd = std::chrono::milliseconds(5);
constexpr auto kExitAfterClose = std::chrono::milliseconds(2000);     // from a closed channel to the process's end
constexpr int kThreadPatienceMilliseconds = 200;
constexpr double kStartSeconds = 10;                                  // of our own code, on a busy machine
constexpr double kClockSlack = 1e-6;
constexpr std::size_t kLongestMessage = 500;
constexpr std::size_t kMostGenerators = 256;

tl::unexpected<Failure> failed(FailureKind kind, std::string text) {
  return tl::unexpected<Failure>(Failure{kind, std::move(text), ""});
}

// Text of the child's, fit for one line of a terminal.
std::string one_line(std::string text) {
  if (text.size() > kLongestMessage) text = text.substr(0, kLongestMessage) + "...";
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return text;
}

std::string shown_bytes(std::size_t bytes) {
  if (bytes % (1 << 20) == 0) return fmt::format("{} MiB", bytes >> 20);
  if (bytes % (1 << 10) == 0) return fmt::format("{} KiB", bytes >> 10);
  return fmt::format("{} bytes", bytes);
}

Failure failure_of(const Failed& reported, const std::string& stage) {
  const auto words = one_line(reported.text);
  switch (reported.fault) {
    case Fault::kBadInput: return {FailureKind::kBadInput, words.empty() ? "refused its input" : words, ""};
    case Fault::kThrew:
      return {FailureKind::kThrew, fmt::format("threw {} {}", words.empty() ? "an exception" : words, stage), ""};
    case Fault::kNoMemory: return {FailureKind::kNoMemory, fmt::format("ran out of memory {}", stage), ""};
    case Fault::kBadState: return {FailureKind::kBadState, fmt::format("was called out of order {}: {}", stage, words), ""};
    case Fault::kNotLoaded: return {FailureKind::kNotLoaded, fmt::format("not loaded: {}", words), ""};
    case Fault::kMisused: return {FailureKind::kBadState, words, ""};
    case Fault::kContract: break;
  }
  return {FailureKind::kProtocol, fmt::format("broke the boundary {}: {}", stage, words), ""};
}

struct Deadline {
  double seconds = 0;
  std::string meaning;  // `limit of a call`
};

// One request on its way.
struct Request {
  FrameWriter frame;
  Kind expected = Kind::kDone;
  std::string stage;  // `while running`
  Deadline deadline;
  std::vector<int> descriptors;
};

struct Reply {
  std::vector<std::uint8_t> payload;
  double wall_seconds = 0;  // from the request's send to the answer's arrival
};

enum class Event { kNothing, kPacket, kClosed, kEnded };

}  // namespace

struct Worker::State {
  std::string library_name;
  Limits limits;
  Settings settings;
  Descriptor channel;
  ChildProcess process;
  std::thread thread;
  std::uint32_t sequence = 0;
  Hello hello;
  std::optional<Failure> ended;         // why nothing more can be asked
  std::vector<std::uint8_t> packet = std::vector<std::uint8_t>(kLargestFrame);
  std::size_t packet_size = 0;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { let_go(); }

  bool in_process() const { return settings.isolation == Isolation::kNone; }
  bool stopping() const { return settings.stop != nullptr && settings.stop->load(std::memory_order_relaxed); }
  Deadline limit_of_a_call() const { return {limits.seconds_per_call, "limit of a call"}; }

  Request request(Kind kind, Kind expected, std::string stage, Deadline deadline) {
    Request made{FrameWriter(kind, ++sequence), expected, std::move(stage), std::move(deadline), {}};
    made.frame.f64(made.deadline.seconds);
    return made;
  }
  Request request(Kind kind, Kind expected, std::string stage) {
    return request(kind, expected, std::move(stage), limit_of_a_call());
  }

  Outcome<void> launch();
  Outcome<Reply> exchange(Request& request);
  Outcome<model::Bytes> bytes_of(Request& request);
  Outcome<void> send(Request& request, Clock::time_point deadline);
  Outcome<Reply> await(const Request& request, Clock::time_point deadline);
  Event wait(Clock::time_point deadline);
  bool take_packet();
  std::optional<Failure> await_ending(const std::string& stage, Clock::time_point deadline);
  Failure give_up(Failure failure);
  void let_go();
};

// Waits until something happened, at most kLongestSleep and not beyond the deadline.
Event Worker::State::wait(Clock::time_point deadline) {
  pollfd watched[3] = {{channel.get(), POLLIN, 0}, {process.output().descriptor(), POLLIN, 0},
                       {process.ending_descriptor(), POLLIN, 0}};
  const bool blind = !in_process() && process.ending_descriptor() < 0;
  auto sleep = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  sleep = std::clamp<std::chrono::milliseconds>(sleep, std::chrono::milliseconds(0), blind ? kSleepWithoutPidfd : kLongestSleep);
  ::poll(watched, 3, static_cast<int>(sleep.count()));
  if (watched[1].revents != 0) process.output().drain();
  // What was said before the end counts: the channel is looked at first.
  if (watched[0].revents != 0 || watched[2].revents != 0) {
    if (take_packet()) return Event::kPacket;
    if (watched[2].revents != 0) return Event::kEnded;
    if ((watched[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && packet_size == 0) return Event::kClosed;
  }
  if (blind && process.ending()) return take_packet() ? Event::kPacket : Event::kEnded;
  return Event::kNothing;
}

// Takes one packet without waiting. Descriptors that come along are dropped by the kernel. False with packet_size 0: the
// other end is closed; with packet_size 1: nothing is there.
bool Worker::State::take_packet() {
  if (!channel) return false;
  ssize_t got;
  do got = ::recv(channel.get(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_TRUNC);
  while (got < 0 && errno == EINTR);
  packet_size = got < 0 ? (errno == EAGAIN ? 1 : 0) : static_cast<std::size_t>(got);
  return got > 0;
}

// Ends the child for good; later requests get the same failure.
Failure Worker::State::give_up(Failure failure) {
  let_go();
  failure.output = process.output().tail();
  ended = failure;
  return failure;
}

void Worker::State::let_go() {
  if (thread.joinable()) {
    // A closed channel ends the loop; a thread that is stuck in the library is left behind, and ends when it comes back.
    ::shutdown(channel.get(), SHUT_WR);
    pollfd closed{channel.get(), 0, 0};
    if (::poll(&closed, 1, kThreadPatienceMilliseconds) == 1)
      thread.join();
    else
      thread.detach();
  }
  channel.reset();
  process.end();
}

Outcome<void> Worker::State::send(Request& request, Clock::time_point deadline) {
  if (take_packet())
    return tl::unexpected<Failure>(give_up({FailureKind::kProtocol, "sent a frame that nobody asked for", ""}));
  while (!send_packet(channel.get(), request.frame.frame(), request.descriptors, MSG_DONTWAIT)) {
    if (errno != EAGAIN && errno != EPIPE && errno != ECONNRESET)
      return tl::unexpected<Failure>(
          give_up({FailureKind::kNotStarted, fmt::format("could not be asked: {}", std::strerror(errno)), ""}));
    if (errno != EAGAIN || Clock::now() >= deadline) break;  // a closed channel is found by the wait that follows
    pollfd writable{channel.get(), POLLOUT, 0};
    ::poll(&writable, 1, 10);
    if (stopping()) break;
  }
  return {};
}

Outcome<Reply> Worker::State::await(const Request& request, Clock::time_point deadline) {
  const auto stop_with = [&](Failure failure) { return tl::unexpected<Failure>(give_up(std::move(failure))); };
  for (;;) {
    const auto event = stopping() ? Event::kNothing : wait(deadline);
    if (process.output().total_bytes() > limits.output_bytes)
      return stop_with({FailureKind::kFlooded,
                        fmt::format("wrote more than {} to its output {}", shown_bytes(limits.output_bytes), request.stage), ""});
    if (event == Event::kPacket) break;
    if (event == Event::kClosed || event == Event::kEnded) {
      if (auto failure = await_ending(request.stage, std::min(deadline, Clock::now() + kExitAfterClose)))
        return stop_with(std::move(*failure));
      return stop_with({FailureKind::kProtocol, fmt::format("cut its connection to the harness {}", request.stage), ""});
    }
    if (stopping()) return stop_with({FailureKind::kInterrupted, "interrupted", ""});
    if (Clock::now() >= deadline)
      return stop_with({FailureKind::kTimedOut,
                        fmt::format("did not answer within {:.4g} s ({}) {} and {}", request.deadline.seconds,
                                    request.deadline.meaning, request.stage,
                                    in_process() ? "still runs in a thread of the harness, which cannot end it" : "was ended"),
                        ""});
  }

  if (packet_size > packet.size()) return stop_with({FailureKind::kProtocol, "sent a frame larger than allowed", ""});
  const auto frame = parse_frame(std::span(packet).first(packet_size));
  if (!frame) return stop_with({FailureKind::kProtocol, fmt::format("sent {}", frame.error()), ""});
  if (frame->sequence != sequence || (frame->kind != request.expected && frame->kind != Kind::kFailed))
    return stop_with({FailureKind::kProtocol, fmt::format("sent a frame out of order {}", request.stage), ""});
  if (frame->kind == Kind::kFailed) {
    const auto reported = decode_failed(frame->payload);
    if (!reported) return stop_with({FailureKind::kProtocol, fmt::format("sent {}", reported.error()), ""});
    auto failure = failure_of(*reported, request.stage);
    if (failure.kind == FailureKind::kProtocol) return stop_with(std::move(failure));
    process.output().drain();
    failure.output = process.output().tail();
    return tl::unexpected<Failure>(std::move(failure));
  }
  return Reply{{frame->payload.begin(), frame->payload.end()}, 0};
}

Outcome<Reply> Worker::State::exchange(Request& request) {
  if (ended) return tl::unexpected<Failure>(*ended);
  const auto begin = Clock::now();
  constexpr double kForEver = 1e8;
  const auto deadline =
      begin + std::chrono::duration_cast<Clock::duration>(
                  std::chrono::duration<double>(std::clamp(request.deadline.seconds, 0.0, kForEver)));
  if (const auto sent = send(request, deadline); !sent) return tl::unexpected<Failure>(sent.error());
  auto reply = await(request, deadline);
  if (reply) reply->wall_seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return reply;
}

// A request whose answer is bytes, wherever they travel.
Outcome<model::Bytes> Worker::State::bytes_of(Request& request) {
  const auto stop_with = [&](FailureKind kind, std::string text) {
    return tl::unexpected<Failure>(give_up({kind, std::move(text), ""}));
  };
  const auto reply = exchange(request);
  if (!reply) return tl::unexpected<Failure>(reply.error());
  const auto announced = decode_bytes(reply->payload);
  if (!announced) return stop_with(FailureKind::kProtocol, fmt::format("sent {}", announced.error()));
  if (announced->total <= kLargestInline) return model::Bytes(announced->bytes.begin(), announced->bytes.end());

  const auto file = sized_memory_file(announced->total);
  if (!file) return stop_with(FailureKind::kNotStarted, fmt::format("no memory for an answer: {}", std::strerror(errno)));
  auto fill = this->request(Kind::kFill, Kind::kDone, request.stage);
  fill.descriptors = {file.get()};
  if (const auto filled = exchange(fill); !filled) return tl::unexpected<Failure>(filled.error());
  model::Bytes bytes(announced->total);
  if (!copy_out(file, bytes)) return stop_with(FailureKind::kProtocol, "an answer that could not be read");
  return bytes;
}

// After the channel was closed: how the child ended, or nothing when it still lives at the deadline.
std::optional<Failure> Worker::State::await_ending(const std::string& stage, Clock::time_point deadline) {
  while (!in_process()) {
    if (const auto ending = process.ending()) return failure_of(*ending, stage);
    if (Clock::now() >= deadline || stopping()) break;
    pollfd watched{process.ending_descriptor(), POLLIN, 0};
    ::poll(&watched, 1, process.ending_descriptor() >= 0 ? 20 : 1);
    process.output().drain();
  }
  return std::nullopt;
}

Outcome<void> Worker::State::launch() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return failed(FailureKind::kNotStarted, fmt::format("no channel to a worker: {}", std::strerror(errno)));
  channel = Descriptor(ends[0]);
  Descriptor child_end(ends[1]);
  if (in_process()) {
    thread = std::thread([end = child_end.release()] { serve(end, false); });
    return {};
  }
  const auto executable = settings.executable.empty() ? find_worker_executable() : settings.executable;
  if (executable.empty())
    return failed(FailureKind::kNotStarted,
                  "harness-worker was found neither beside this program nor in ../libexec/harness; reinstall harness");
  const auto space = limits.address_space_bytes > 0 ? limits.address_space_bytes : kDefaultAddressSpace;
  auto spawned = ChildProcess::spawn(executable, child_end, space);
  if (!spawned) return failed(FailureKind::kNotStarted, fmt::format("{}: {}", executable, std::strerror(spawned.error())));
  process = std::move(*spawned);
  return {};
}

Worker::Worker(std::unique_ptr<State> state) : state_(std::move(state)) {}
Worker::Worker(Worker&&) noexcept = default;
Worker& Worker::operator=(Worker&&) noexcept = default;
Worker::~Worker() = default;

Outcome<Worker> Worker::start(const MemoryFile& library, const std::string& library_name, const Limits& limits,
                              const Settings& settings) {
  auto state = std::make_unique<State>();
  state->library_name = library_name;
  state->limits = limits;
  state->settings = settings;
  if (const auto launched = state->launch(); !launched) return tl::unexpected<Failure>(launched.error());

  auto begin = state->request(Kind::kStart, Kind::kDone, "before it was contained", {kStartSeconds, "limit of starting"});
  if (const auto begun = state->exchange(begin); !begun) {
    auto failure = begun.error();
    if (failure.kind != FailureKind::kInterrupted) failure.kind = FailureKind::kNotStarted;
    failure.text = failure.kind == FailureKind::kInterrupted ? failure.text : fmt::format("harness-worker {}", failure.text);
    return tl::unexpected<Failure>(std::move(failure));
  }
  auto load = state->request(Kind::kLoad, Kind::kHello, "while loading");
  load.frame.text(library_name);
  load.descriptors = {library.descriptor()};
  const auto loaded = state->exchange(load);
  if (!loaded) return tl::unexpected<Failure>(loaded.error());
  auto hello = decode_hello(loaded->payload);
  if (!hello)
    return tl::unexpected<Failure>(state->give_up({FailureKind::kProtocol, fmt::format("sent {}", hello.error()), ""}));
  hello->signature = one_line(std::move(hello->signature));
  state->hello = std::move(*hello);
  return Worker(std::move(state));
}

const std::string& Worker::signature() const { return state_->hello.signature; }

Outcome<void> Worker::open(const MemoryFile& args) {
  auto request = state_->request(Kind::kOpen, Kind::kDone, "while reading its input");
  request.descriptors = {args.descriptor()};
  if (const auto reply = state_->exchange(request); !reply) return tl::unexpected<Failure>(reply.error());
  return {};
}

Outcome<Timing> Worker::time(std::uint64_t calls, double warmup_seconds, double predicted_seconds) {
  const double predicted = std::max(0.0, predicted_seconds);
  Deadline deadline = state_->limit_of_a_call();
  if (predicted > 0) {
    deadline.seconds += 10 * predicted;
    deadline.meaning = fmt::format("limit of a call and 10 times the predicted {:.3g} s", predicted);
  }
  auto request = state_->request(Kind::kTime, Kind::kTimed, "while running", std::move(deadline));
  request.frame.u64(calls).f64(warmup_seconds);
  const double cpu_before = state_->process.cpu_seconds();
  const auto reply = state_->exchange(request);
  if (!reply) return tl::unexpected<Failure>(reply.error());
  const double cpu_used = state_->process.cpu_seconds() - cpu_before;

  const auto disbelieve = [&](std::string text) {
    return tl::unexpected<Failure>(state_->give_up({FailureKind::kProtocol, std::move(text), ""}));
  };
  const auto timed = decode_timed(reply->payload);
  if (!timed) return disbelieve(fmt::format("sent {}", timed.error()));
  if (timed->real_seconds > timed->total_seconds + kClockSlack || timed->total_seconds > reply->wall_seconds + kClockSlack)
    return disbelieve(fmt::format("claims {:.3g} s of {:.3g} s, but {:.3g} s passed", timed->real_seconds,
                                  timed->total_seconds, reply->wall_seconds));
  if (timed->cpu_seconds > reply->wall_seconds * 1.01 + 0.01)
    return disbelieve(fmt::format("claims {:.3g} s of processor time in {:.3g} s", timed->cpu_seconds, reply->wall_seconds));
  // The kernel's own account of the process: work that the claimed time has no room for, on all cores, was hidden.
  const double cores = std::max(1u, std::thread::hardware_concurrency());
  if (cpu_before >= 0 && cpu_used > cores * timed->total_seconds * 1.5 + 0.05)
    return disbelieve(fmt::format("claims {:.3g} s for what took {:.3g} s of processor time", timed->total_seconds, cpu_used));
  return Timing{timed->real_seconds, timed->cpu_seconds};
}

Outcome<model::Bytes> Worker::answer() {
  auto request = state_->request(Kind::kAnswer, Kind::kBytes, "while giving its answer");
  return state_->bytes_of(request);
}

Outcome<Worker::ProblemFacts> Worker::problem() {
  auto request = state_->request(Kind::kProblem, Kind::kFacts, "while describing itself");
  const auto reply = state_->exchange(request);
  if (!reply) return tl::unexpected<Failure>(reply.error());
  const auto facts = decode_facts(reply->payload);
  if (!facts)
    return tl::unexpected<Failure>(state_->give_up({FailureKind::kProtocol, fmt::format("sent {}", facts.error()), ""}));
  ProblemFacts told{one_line(facts->problem), one_line(facts->signature), {}, facts->has_checker, facts->has_reference};
  for (std::size_t begin = 0; begin < facts->generators.size() && told.generators.size() < kMostGenerators;) {
    const auto end = std::min(facts->generators.find('\n', begin), facts->generators.size());
    if (end > begin) told.generators.push_back(one_line(facts->generators.substr(begin, end - begin)));
    begin = end + 1;
  }
  return told;
}

Outcome<Worker::Generated> Worker::generate(const std::string& generator, std::uint64_t size, std::uint64_t seed) {
  auto request = state_->request(Kind::kGenerate, Kind::kBytes, "while generating");
  request.frame.text(generator).u64(size).u64(seed);
  const auto made = state_->bytes_of(request);
  if (!made) return tl::unexpected<Failure>(made.error());
  auto generated = split_generated(*made);
  if (!generated)
    return tl::unexpected<Failure>(
        state_->give_up({FailureKind::kProtocol, fmt::format("generated {}", generated.error()), ""}));
  return std::move(*generated);
}

Outcome<std::string> Worker::check(const MemoryFile& args, std::span<const std::uint8_t> answer) {
  const auto answer_file = MemoryFile::sealed(answer, "answer");
  if (!answer_file) return tl::unexpected<Failure>(answer_file.error());
  auto request = state_->request(Kind::kCheck, Kind::kVerdict, "while checking");
  request.descriptors = {args.descriptor(), answer_file->descriptor()};
  const auto reply = state_->exchange(request);
  if (!reply) return tl::unexpected<Failure>(reply.error());
  const auto verdict = decode_verdict(reply->payload);
  if (!verdict)
    return tl::unexpected<Failure>(state_->give_up({FailureKind::kProtocol, fmt::format("sent {}", verdict.error()), ""}));
  if (verdict->accepted) return std::string();
  return verdict->reason.empty() ? "refused by the checker, which gives no reason" : one_line(verdict->reason);
}

Outcome<model::Bytes> Worker::reference(const MemoryFile& args) {
  auto request = state_->request(Kind::kReference, Kind::kBytes, "while answering as the reference");
  request.descriptors = {args.descriptor()};
  return state_->bytes_of(request);
}

Outcome<void> Worker::finish() {
  auto request = state_->request(Kind::kBye, Kind::kDone, "while finishing");
  const auto deadline =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(request.deadline.seconds));
  if (const auto reply = state_->exchange(request); !reply) return tl::unexpected<Failure>(reply.error());
  const auto stop_with = [&](FailureKind kind, std::string text) {
    return tl::unexpected<Failure>(state_->give_up({kind, std::move(text), ""}));
  };
  for (;;) {
    const auto event = state_->wait(deadline);
    if (event == Event::kPacket) return stop_with(FailureKind::kProtocol, "sent a frame that nobody asked for");
    if (state_->process.output().total_bytes() > state_->limits.output_bytes)
      return stop_with(FailureKind::kFlooded, fmt::format("wrote more than {} to its output while finishing",
                                                          shown_bytes(state_->limits.output_bytes)));
    if (event == Event::kEnded || (event == Event::kClosed && state_->in_process())) break;
    if (event == Event::kClosed) state_->channel.reset();  // its exit follows
    if (state_->stopping()) return stop_with(FailureKind::kInterrupted, "interrupted");
    if (Clock::now() >= deadline)
      return stop_with(FailureKind::kTimedOut, fmt::format("did not end within {:.4g} s while finishing and {}",
                                                           request.deadline.seconds,
                                                           state_->in_process() ? "was left behind" : "was ended"));
  }
  if (!state_->in_process())
    if (const auto ending = state_->process.ending(); ending && (!ending->exited || ending->number != 0))
      return tl::unexpected<Failure>(state_->give_up(worker::failure_of(*ending, "while finishing")));
  state_->let_go();
  state_->ended = Failure{FailureKind::kBadState, "this worker has ended", ""};
  return {};
}

}  // namespace harness::worker
