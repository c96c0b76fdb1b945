#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include <harness/worker/conversation.hpp>
#include <harness/worker/generated.hpp>
#include <harness/worker/protocol.hpp>
#include <harness/worker/worker.hpp>

namespace harness::worker {
namespace {

constexpr double kStartSeconds = 10;  // of our own code, on a busy machine
constexpr double kClockSlack = 1e-6;
constexpr std::size_t kMostGenerators = 256;

// Why a reported time cannot be true, or nothing. `cpu_used` is the kernel's own account of the child's process during
// the request (negative = not to be had): work that the claimed time has no room for, on all cores, was hidden.
std::string implausible(const Timed& timed, double wall_seconds, double cpu_used) {
  if (timed.real_seconds > timed.total_seconds + kClockSlack || timed.total_seconds > wall_seconds + kClockSlack)
    return fmt::format("claims {:.3g} s of {:.3g} s, but {:.3g} s passed", timed.real_seconds, timed.total_seconds,
                       wall_seconds);
  if (timed.cpu_seconds > wall_seconds * 1.01 + 0.01)
    return fmt::format("claims {:.3g} s of processor time in {:.3g} s", timed.cpu_seconds, wall_seconds);
  const double cores = std::max(1u, std::thread::hardware_concurrency());
  if (cpu_used > cores * timed.total_seconds * 1.5 + 0.05)
    return fmt::format("claims {:.3g} s for what took {:.3g} s of processor time", timed.total_seconds, cpu_used);
  return {};
}

}  // namespace

struct Worker::State {
  State(const Limits& limits, const Settings& settings) : conversation(limits, settings) {}
  Conversation conversation;
  Hello hello;

  tl::unexpected<Failure> refuse(std::string text) {
    return tl::unexpected<Failure>(conversation.give_up({FailureKind::kProtocol, std::move(text), ""}));
  }
};

Worker::Worker(std::unique_ptr<State> state) : state_(std::move(state)) {}
Worker::Worker(Worker&&) noexcept = default;
Worker& Worker::operator=(Worker&&) noexcept = default;
Worker::~Worker() = default;

Outcome<Worker> Worker::start(const MemoryFile& library, const std::string& library_name, const Limits& limits,
                              const Settings& settings) {
  auto state = std::make_unique<State>(limits, settings);
  auto& conversation = state->conversation;
  if (const auto launched = conversation.launch(); !launched) return tl::unexpected<Failure>(launched.error());

  auto begin =
      conversation.request(Kind::kStart, Kind::kDone, "before it was contained", {kStartSeconds, "limit of starting"});
  if (const auto begun = conversation.exchange(begin); !begun) {
    auto failure = begun.error();
    if (failure.kind != FailureKind::kInterrupted) {
      failure.kind = FailureKind::kNotStarted;
      failure.text = fmt::format("harness-worker {}", failure.text);
    }
    return tl::unexpected<Failure>(std::move(failure));
  }
  auto load = conversation.request(Kind::kLoad, Kind::kHello, "while loading");
  load.frame.text(library_name);
  load.descriptors = {library.descriptor()};
  const auto loaded = conversation.exchange(load);
  if (!loaded) return tl::unexpected<Failure>(loaded.error());
  auto hello = decode_hello(loaded->payload);
  if (!hello) return state->refuse(fmt::format("sent {}", hello.error()));
  hello->signature = one_line(std::move(hello->signature));
  state->hello = std::move(*hello);
  return Worker(std::move(state));
}

const std::string& Worker::signature() const { return state_->hello.signature; }

Outcome<void> Worker::open(const MemoryFile& args) {
  auto request = state_->conversation.request(Kind::kOpen, Kind::kDone, "while reading its input");
  request.descriptors = {args.descriptor()};
  if (const auto reply = state_->conversation.exchange(request); !reply) return tl::unexpected<Failure>(reply.error());
  return {};
}

Outcome<Timing> Worker::time(std::uint64_t calls, double warmup_seconds, double predicted_seconds) {
  auto& conversation = state_->conversation;
  Deadline deadline = conversation.limit_of_a_call();
  if (predicted_seconds > 0) {
    deadline.seconds += 10 * predicted_seconds;
    deadline.meaning = fmt::format("limit of a call and 10 times the predicted {:.3g} s", predicted_seconds);
  }
  auto request = conversation.request(Kind::kTime, Kind::kTimed, "while running", std::move(deadline));
  request.frame.u64(calls).f64(warmup_seconds);
  const double cpu_before = conversation.cpu_seconds();
  const auto reply = conversation.exchange(request);
  if (!reply) return tl::unexpected<Failure>(reply.error());
  const double cpu_used = cpu_before < 0 ? -1 : conversation.cpu_seconds() - cpu_before;

  const auto timed = decode_timed(reply->payload);
  if (!timed) return state_->refuse(fmt::format("sent {}", timed.error()));
  if (auto why = implausible(*timed, reply->wall_seconds, cpu_used); !why.empty())
    return state_->refuse(std::move(why));
  return Timing{timed->real_seconds, timed->cpu_seconds};
}

Outcome<model::Bytes> Worker::answer() {
  auto request = state_->conversation.request(Kind::kAnswer, Kind::kBytes, "while giving its answer");
  return state_->conversation.bytes_of(request);
}

Outcome<Worker::ProblemFacts> Worker::problem() {
  auto request = state_->conversation.request(Kind::kProblem, Kind::kFacts, "while describing itself");
  const auto reply = state_->conversation.exchange(request);
  if (!reply) return tl::unexpected<Failure>(reply.error());
  const auto facts = decode_facts(reply->payload);
  if (!facts) return state_->refuse(fmt::format("sent {}", facts.error()));
  ProblemFacts told{one_line(facts->problem), one_line(facts->signature), {}, facts->has_checker, facts->has_reference};
  for (std::size_t begin = 0; begin < facts->generators.size() && told.generators.size() < kMostGenerators;) {
    const auto end = std::min(facts->generators.find('\n', begin), facts->generators.size());
    if (end > begin) told.generators.push_back(one_line(facts->generators.substr(begin, end - begin)));
    begin = end + 1;
  }
  return told;
}

Outcome<Worker::Generated> Worker::generate(const std::string& generator, std::uint64_t size, std::uint64_t seed) {
  auto request = state_->conversation.request(Kind::kGenerate, Kind::kBytes, "while generating");
  request.frame.text(generator).u64(size).u64(seed);
  const auto made = state_->conversation.bytes_of(request);
  if (!made) return tl::unexpected<Failure>(made.error());
  auto generated = split_generated(*made);
  if (!generated) return state_->refuse(fmt::format("generated {}", generated.error()));
  return std::move(*generated);
}

Outcome<std::string> Worker::check(const MemoryFile& args, std::span<const std::uint8_t> answer) {
  const auto answer_file = MemoryFile::sealed(answer, "answer");
  if (!answer_file) return tl::unexpected<Failure>(answer_file.error());
  auto request = state_->conversation.request(Kind::kCheck, Kind::kVerdict, "while checking");
  request.descriptors = {args.descriptor(), answer_file->descriptor()};
  const auto reply = state_->conversation.exchange(request);
  if (!reply) return tl::unexpected<Failure>(reply.error());
  const auto verdict = decode_verdict(reply->payload);
  if (!verdict) return state_->refuse(fmt::format("sent {}", verdict.error()));
  if (verdict->accepted) return std::string();
  return verdict->reason.empty() ? "refused by the checker, which gives no reason" : one_line(verdict->reason);
}

Outcome<model::Bytes> Worker::reference(const MemoryFile& args) {
  auto request = state_->conversation.request(Kind::kReference, Kind::kBytes, "while answering as the reference");
  request.descriptors = {args.descriptor()};
  return state_->conversation.bytes_of(request);
}

Outcome<void> Worker::finish() { return state_->conversation.finish(); }

}  // namespace harness::worker
