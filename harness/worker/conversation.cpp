#include <harness/worker/conversation.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include <harness/worker/child.hpp>
#include <harness/worker/loading.hpp>
#include <harness/worker/timeline.hpp>

namespace harness::worker {
namespace {

constexpr std::uint64_t kDefaultAddressSpace = 16ull << 30;
constexpr double kStartSeconds = 10;  // of our own code, on a busy machine
constexpr auto kExitAfterClose = std::chrono::milliseconds(2000);  // from a closed channel to the process's end
constexpr int kThreadPatienceMilliseconds = 200;
constexpr std::size_t kLongestMessage = 500;

tl::unexpected<Failure> failed(FailureKind kind, std::string text) {
  return tl::unexpected<Failure>(Failure{kind, std::move(text), ""});
}

Failure failure_of(const Failed& reported, const std::string& stage) {
  const auto words = one_line(reported.text);
  switch (reported.fault) {
    case Fault::kBadInput: return {FailureKind::kBadInput, words.empty() ? "refused its input" : words, ""};
    case Fault::kThrew:
      return {FailureKind::kThrew, fmt::format("threw {} {}", words.empty() ? "an exception" : words, stage), ""};
    case Fault::kNoMemory: return {FailureKind::kNoMemory, fmt::format("ran out of memory {}", stage), ""};
    case Fault::kBadState:
      return {FailureKind::kBadState, fmt::format("was called out of order {}: {}", stage, words), ""};
    case Fault::kNotLoaded: return {FailureKind::kNotLoaded, fmt::format("not loaded: {}", words), ""};
    case Fault::kMisused:
    case Fault::kNotAvailable: return {FailureKind::kBadState, words, ""};
    case Fault::kHeapLimit: return {FailureKind::kHeapLimit, "exceeded its declared mem_mb_max", ""};
    case Fault::kBadFree:
      return {FailureKind::kCrashed,
              fmt::format("freed memory that it had not allocated, or freed it twice, {}", stage), ""};
    case Fault::kContract: break;
  }
  return {FailureKind::kProtocol, fmt::format("broke the boundary {}: {}", stage, words), ""};
}

// The program's file, and what it finds in its environment: nothing of the user's decides.
struct ProgramFile {
  const char* name;
  std::vector<std::string> environment;
};

ProgramFile file_of(Program program) {
  if (program == Program::kHeap && !no_memory_pass())
    return {"harness-worker-profile",
            {"HEAP_PROFILE_ALLOCATION_INTERVAL=0", "HEAP_PROFILE_DEALLOCATION_INTERVAL=0",
             "HEAP_PROFILE_INUSE_INTERVAL=0", "HEAP_PROFILE_TIME_INTERVAL=0",
             "PERFTOOLS_VERBOSE=-4"}};  // its words are not the solver's
  // The kernel's ticks allow no more than 250, and the profile would tell another period.
  if (program == Program::kCpuProfile && !no_cpu_profile()) return {"harness-worker-cpu", {"CPUPROFILE_FREQUENCY=250"}};
  return {"harness-worker", {}};
}

}  // namespace

std::string one_line(std::string text) {
  if (text.size() > kLongestMessage) text = text.substr(0, kLongestMessage) + "...";
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return text;
}

Outcome<void> Conversation::launch() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return failed(FailureKind::kNotStarted, fmt::format("no channel to a worker: {}", std::strerror(errno)));
  channel_ = Descriptor(ends[0]);
  Descriptor child_end(ends[1]);
  if (in_process()) {
    pid_ = ::getpid();
    thread_ = std::thread([end = child_end.release()] { serve(end, false); });
    return {};
  }
  const auto program = file_of(settings_.program);
  const auto executable = settings_.executable.empty() ? find_worker_executable(program.name) : settings_.executable;
  if (executable.empty()) {
    const bool spared = settings_.program == Program::kCpuProfile && !no_cpu_profile();
    return failed(spared ? FailureKind::kBadState : FailureKind::kNotStarted,
                  fmt::format("{}{} was found neither beside this program nor in ../libexec/harness; reinstall harness",
                              spared ? "not available: " : "", program.name));
  }
  const auto command = command_of(executable);
  Spawning spawning{command, child_end, settings_.core};
  spawning.environment = program.environment;
  auto spawned = ChildProcess::spawn(spawning);
  if (!spawned)
    return failed(FailureKind::kNotStarted, fmt::format("{}: {}", executable, std::strerror(spawned.error())));
  process_ = std::move(*spawned);
  pid_ = process_.pid();
  return {};
}

std::vector<std::string> Conversation::command_of(const std::string& executable) const {
  const bool in_tool = !tool_.command.empty();
  const auto space = limits_.address_space_bytes > 0 ? limits_.address_space_bytes : kDefaultAddressSpace;
  auto command = tool_.command;
  command.insert(command.end(), {executable, std::to_string(::getpid()), std::to_string(in_tool ? 0 : space)});
  if (in_tool) command.push_back(std::to_string(tool_.file_bytes));
  return command;
}

Outcome<Hello> Conversation::begin(const MemoryFile& library, const std::string& library_name) {
  if (settings_.own_heaps) {
    const char* why = no_own_heaps();
    if (settings_.program == Program::kHeap) why = "where memory is measured there is one heap";
    if (settings_.program == Program::kCpuProfile) why = "the CPU profiler sees one C library";
    if (in_process()) why = "without isolation the solver shares the harness's heap";
    if (why != nullptr) return failed(FailureKind::kBadState, fmt::format("not available: {}", why));
  }
  launched_at_ = Clock::now();
  names_[0] = library_name;
  if (const auto launched = launch(); !launched) {
    note(Kind::kStart, launched_at_, &launched.error());
    return tl::unexpected<Failure>(launched.error());
  }
  auto start = request(Kind::kStart, Kind::kDone, "before it was contained", {kStartSeconds, "limit of starting"});
  if (const auto started = exchange(start); !started) {
    auto failure = started.error();
    if (failure.kind != FailureKind::kInterrupted) {
      failure.kind = FailureKind::kNotStarted;
      failure.text = fmt::format("harness-worker {}", failure.text);
    }
    return tl::unexpected<Failure>(std::move(failure));
  }
  return load(library, library_name);
}

Outcome<Hello> Conversation::load(const MemoryFile& library, const std::string& library_name) {
  loads_ = std::min<std::size_t>(loads_ + 1, 2);
  names_[loads_ - 1] = library_name;
  auto request = this->request(Kind::kLoad, Kind::kHello, "while loading");
  request.frame.text(library_name).u64(settings_.heap_padding_bytes).u8(settings_.own_heaps);
  request.descriptors = {library.descriptor()};
  const auto loaded = exchange(request);
  if (!loaded) return tl::unexpected<Failure>(loaded.error());
  auto hello = decode_hello(loaded->payload);
  if (!hello)
    return tl::unexpected<Failure>(give_up({FailureKind::kProtocol, fmt::format("sent {}", hello.error()), ""}));
  hello->signature = one_line(std::move(hello->signature));
  return std::move(*hello);
}

Request Conversation::request(Kind kind, Kind expected, std::string stage, Deadline deadline) {
  ++sequence_;
  Request made{FrameWriter(kind, sequence_), kind, expected, std::move(stage), std::move(deadline), {}, sequence_};
  made.frame.f64(made.deadline.seconds);
  return made;
}

Request Conversation::request(Kind kind, Kind expected, std::string stage) {
  return request(kind, expected, std::move(stage), limit_of_a_step());
}

Deadline Conversation::limit_of_calls(int calls, double predicted_seconds) const {
  Deadline deadline = limit_of_a_call();
  deadline.seconds *= calls;
  if (calls > 1) deadline.meaning = fmt::format("limit of {} calls", calls);
  if (predicted_seconds > 0) {
    deadline.seconds += 10 * predicted_seconds;
    deadline.meaning += fmt::format(" and 10 times the predicted {:.3g} s", predicted_seconds);
  }
  return deadline;
}

Outcome<Reply> Conversation::exchange(const Request& request) {
  if (const auto asked = ask(request); !asked) return tl::unexpected<Failure>(asked.error());
  return reply();
}

Outcome<void> Conversation::ask(const Request& request) {
  if (ended_) return tl::unexpected<Failure>(*ended_);
  if (asked_) return failed(FailureKind::kBadState, "was asked twice before it was heard");
  const auto begin = Clock::now();
  const auto deadline = time_after(begin, request.deadline.seconds);
  if (const auto sent = send(request, deadline); !sent) {
    note(request.kind, begin, &sent.error());
    return tl::unexpected<Failure>(sent.error());
  }
  asked_ = Asked{request, begin, deadline};
  return {};
}

Outcome<Reply> Conversation::reply() {
  if (ended_) return tl::unexpected<Failure>(*ended_);
  if (!asked_) return failed(FailureKind::kBadState, "was not asked what it should answer");
  const auto asked = *std::exchange(asked_, std::nullopt);
  auto reply = await(asked.request, asked.deadline);
  if (reply) reply->wall_seconds = std::chrono::duration<double>(Clock::now() - asked.begin).count();
  if (asked.request.kind != Kind::kBye)
    note(asked.request.kind, asked.request.kind == Kind::kStart ? launched_at_ : asked.begin,
         reply ? nullptr : &reply.error());
  return reply;
}

Outcome<void> Conversation::send(const Request& request, Clock::time_point deadline) {
  const auto stop_with = [&](FailureKind kind, std::string text) {
    return tl::unexpected<Failure>(give_up({kind, std::move(text), ""}));
  };
  if (take_packet()) return stop_with(FailureKind::kProtocol, "sent a frame that nobody asked for");
  while (!send_packet(channel_.get(), request.frame.frame(), request.descriptors, MSG_DONTWAIT)) {
    if (errno == EPIPE || errno == ECONNRESET) break;  // the wait that follows finds out how the child ended
    if (errno != EAGAIN)
      return stop_with(FailureKind::kNotStarted, fmt::format("could not be asked: {}", std::strerror(errno)));
    if (Clock::now() >= deadline || stopping()) break;
    pollfd writable{channel_.get(), POLLOUT, 0};
    ::poll(&writable, 1, 10);
  }
  return {};
}

Outcome<Reply> Conversation::await(const Request& request, Clock::time_point deadline) {
  const auto stop_with = [&](FailureKind kind, std::string text) {
    return tl::unexpected<Failure>(give_up({kind, std::move(text), ""}));
  };
  for (;;) {
    const auto event = stopping() ? Event::kNothing : wait(deadline);
    if (auto flood = overflow(request.stage)) return tl::unexpected<Failure>(give_up(std::move(*flood)));
    if (event == Event::kPacket) return read_reply(request);
    if (event == Event::kClosed || event == Event::kEnded) {
      if (auto failure = await_ending(request.stage, std::min(deadline, Clock::now() + kExitAfterClose)))
        return tl::unexpected<Failure>(give_up(std::move(*failure)));
      return stop_with(FailureKind::kProtocol, fmt::format("cut its connection to the harness {}", request.stage));
    }
    if (stopping()) return stop_with(FailureKind::kInterrupted, "interrupted");
    if (Clock::now() < deadline) continue;
    const char* and_then = in_process() ? "still runs in a thread of the harness, which cannot end it" : "was ended";
    return stop_with(FailureKind::kTimedOut,
                     fmt::format("did not answer within {:.4g} s ({}) {} and {}", request.deadline.seconds,
                                 request.deadline.meaning, request.stage, and_then));
  }
}

Outcome<Reply> Conversation::read_reply(const Request& request) {
  const auto stop_with = [&](std::string text) {
    return tl::unexpected<Failure>(give_up({FailureKind::kProtocol, std::move(text), ""}));
  };
  if (packet_size_ > packet_.size()) return stop_with("sent a frame larger than allowed");
  const auto frame = parse_frame(std::span(packet_).first(packet_size_));
  if (!frame) return stop_with(fmt::format("sent {}", frame.error()));
  if (frame->sequence != request.sequence || (frame->kind != request.expected && frame->kind != Kind::kFailed))
    return stop_with(fmt::format("sent a frame out of order {}", request.stage));
  if (frame->kind != Kind::kFailed) return Reply{{frame->payload.begin(), frame->payload.end()}, 0};

  const auto reported = decode_failed(frame->payload);
  if (!reported) return stop_with(fmt::format("sent {}", reported.error()));
  auto failure = failure_of(*reported, request.stage);
  if (failure.kind == FailureKind::kProtocol) return stop_with(std::move(failure.text));
  if (reported->fault == Fault::kHeapLimit)
    failure.text += fmt::format(" of {:.6g} MiB", static_cast<double>(limits_.heap_bytes_max) / (1 << 20));
  if (reported->fault == Fault::kHeapLimit || reported->fault == Fault::kBadFree)
    return tl::unexpected<Failure>(give_up(std::move(failure)));
  process_.output().drain();
  failure.output = process_.output().tail();
  return tl::unexpected<Failure>(std::move(failure));
}

Outcome<model::Bytes> Conversation::bytes_of(const Request& request) {
  const auto stop_with = [&](FailureKind kind, std::string text) {
    return tl::unexpected<Failure>(give_up({kind, std::move(text), ""}));
  };
  const auto reply = exchange(request);
  if (!reply) return tl::unexpected<Failure>(reply.error());
  const auto announced = decode_bytes(reply->payload);
  if (!announced) return stop_with(FailureKind::kProtocol, fmt::format("sent {}", announced.error()));
  if (announced->total <= kLargestInline) return model::Bytes(announced->bytes.begin(), announced->bytes.end());

  const auto file = sized_memory_file(announced->total);
  if (!file)
    return stop_with(FailureKind::kNotStarted, fmt::format("no memory for an answer: {}", std::strerror(errno)));
  auto fill = this->request(Kind::kFill, Kind::kDone, request.stage);
  fill.descriptors = {file.get()};
  if (const auto filled = exchange(fill); !filled) return tl::unexpected<Failure>(filled.error());
  model::Bytes bytes(announced->total);
  if (!copy_out(file, bytes)) return stop_with(FailureKind::kProtocol, "an answer that could not be read");
  return bytes;
}

Outcome<void> Conversation::finish() {
  const auto begin = Clock::now();
  auto finished = say_goodbye();
  note(Kind::kBye, begin, finished ? nullptr : &finished.error());
  return finished;
}

Outcome<void> Conversation::say_goodbye() {
  auto request = this->request(Kind::kBye, Kind::kDone, "while finishing");
  const auto deadline = time_after(Clock::now(), request.deadline.seconds);
  if (const auto reply = exchange(request); !reply) return tl::unexpected<Failure>(reply.error());
  const auto stop_with = [&](FailureKind kind, std::string text) {
    return tl::unexpected<Failure>(give_up({kind, std::move(text), ""}));
  };
  for (;;) {
    const auto event = wait(deadline);
    if (event == Event::kPacket) return stop_with(FailureKind::kProtocol, "sent a frame that nobody asked for");
    if (auto flood = overflow(request.stage)) return tl::unexpected<Failure>(give_up(std::move(*flood)));
    if (event == Event::kEnded || (event == Event::kClosed && in_process())) break;
    if (event == Event::kClosed) channel_.reset();  // its exit follows
    if (stopping()) return stop_with(FailureKind::kInterrupted, "interrupted");
    if (Clock::now() >= deadline)
      return stop_with(FailureKind::kTimedOut,
                       fmt::format("did not end within {:.4g} s while finishing and {}", request.deadline.seconds,
                                   in_process() ? "was left behind" : "was ended"));
  }
  if (!in_process())
    if (const auto ending = process_.ending(); ending && (!ending->exited || ending->number != 0))
      return tl::unexpected<Failure>(give_up(worker::failure_of(*ending, request.stage)));
  let_go();
  ended_ = Failure{FailureKind::kBadState, "this worker has ended", ""};
  return {};
}

void Conversation::note(Kind kind, Clock::time_point begin, const Failure* failure) {
  const char* step = step_of(kind);
  if (settings_.timeline == nullptr || *step == '\0') return;
  model::TimelineEvent event;
  event.trial = settings_.trial;
  event.step = step;
  event.library = kind == Kind::kAlternate ? names_[0] + ", " + names_[1] : names_[side_];
  if (kind == Kind::kLoad) event.library = names_[loads_ - 1];
  event.process = pid_;
  if (failure != nullptr) event.failed = failure->text;
  settings_.timeline->add(std::move(event), begin, Clock::now());
}

Failure Conversation::give_up(Failure failure) {
  let_go();
  failure.output = process_.output().tail();
  ended_ = failure;
  return failure;
}

// Waits until something happened, at most kLongestSleep and not beyond the deadline.
Conversation::Event Conversation::wait(Clock::time_point deadline) {
  pollfd watched[3] = {{channel_.get(), POLLIN, 0},
                       {process_.output().descriptor(), POLLIN, 0},
                       {process_.ending_descriptor(), POLLIN, 0}};
  const bool blind = !in_process() && process_.ending_descriptor() < 0;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  const auto most = blind ? kSleepWithoutPidfd : kLongestSleep;
  const auto sleep = std::clamp<std::chrono::milliseconds>(left, std::chrono::milliseconds(0), most);
  ::poll(watched, 3, static_cast<int>(sleep.count()));
  if (watched[1].revents != 0) process_.output().drain();
  // What was said before the end counts: the channel is looked at first.
  if (watched[0].revents != 0 || watched[2].revents != 0) {
    if (take_packet()) return Event::kPacket;
    if (watched[2].revents != 0) return Event::kEnded;
    if (packet_size_ == 0) return Event::kClosed;
  }
  if (blind && process_.ending()) return take_packet() ? Event::kPacket : Event::kEnded;
  return Event::kNothing;
}

// Takes one packet without waiting. Descriptors that come along are dropped by the kernel. False with packet_size_ 0:
// the other end is closed; with packet_size_ 1: nothing is there.
bool Conversation::take_packet() {
  if (!channel_) return false;
  ssize_t got;
  do got = ::recv(channel_.get(), packet_.data(), packet_.size(), MSG_DONTWAIT | MSG_TRUNC);
  while (got < 0 && errno == EINTR);
  packet_size_ = got < 0 ? (errno == EAGAIN ? 1 : 0) : static_cast<std::size_t>(got);
  return got > 0;
}

// After the channel was closed: how the child ended, or nothing when it still lives at the deadline.
std::optional<Failure> Conversation::await_ending(const std::string& stage, Clock::time_point deadline) {
  while (!in_process()) {
    if (const auto ending = process_.ending()) return worker::failure_of(*ending, stage);
    if (Clock::now() >= deadline || stopping()) break;
    pollfd watched{process_.ending_descriptor(), POLLIN, 0};
    ::poll(&watched, 1, process_.ending_descriptor() >= 0 ? 20 : 1);
    process_.output().drain();
  }
  return std::nullopt;
}

std::optional<Failure> Conversation::overflow(const std::string& stage) {
  if (process_.output().total_bytes() <= limits_.output_bytes) return std::nullopt;
  return Failure{FailureKind::kFlooded,
                 fmt::format("wrote more than {} to its output {}", shown_bytes(limits_.output_bytes), stage), ""};
}

void Conversation::let_go() {
  if (thread_.joinable()) {
    // A closed channel ends the loop; a thread that is stuck in the library is left behind, and ends when it comes back.
    ::shutdown(channel_.get(), SHUT_WR);
    pollfd closed{channel_.get(), 0, 0};
    if (::poll(&closed, 1, kThreadPatienceMilliseconds) == 1)
      thread_.join();
    else
      thread_.detach();
  }
  channel_.reset();
  process_.end();
}

}  // namespace harness::worker
