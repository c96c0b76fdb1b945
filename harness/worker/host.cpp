#include <algorithm>
#include <thread>

#include <sys/stat.h>

#include <fmt/format.h>

#include <harness/worker/generated.hpp>
#include <harness/worker/host.hpp>

namespace harness::worker {
namespace {

constexpr double kClockSlack = 1e-6;
constexpr std::size_t kMostGenerators = 256;

ino_t inode_of(const MemoryFile& file) {
  struct stat facts {};
  return ::fstat(file.descriptor(), &facts) == 0 ? facts.st_ino : 0;
}

}  // namespace

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

Worker::Worker(std::unique_ptr<State> state) : state_(std::move(state)) {}
Worker::Worker(Worker&&) noexcept = default;
Worker& Worker::operator=(Worker&&) noexcept = default;
Worker::~Worker() = default;

Outcome<Worker> Worker::start(const MemoryFile& library, const std::string& library_name, const Limits& limits,
                              const Settings& settings) {
  auto state = std::make_unique<State>(limits, settings);
  auto hello = state->conversation.begin(library, library_name);
  if (!hello) return tl::unexpected<Failure>(hello.error());
  state->hello = std::move(*hello);
  state->first_inode = inode_of(library);
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
  auto request = conversation.request(Kind::kTime, Kind::kTimed, "while running",
                                      conversation.limit_of_calls(1, predicted_seconds));
  request.frame.u64(calls).f64(warmup_seconds);
  const double cpu_before = conversation.cpu_seconds();
  const auto reply = conversation.exchange(request);
  if (!reply) return tl::unexpected<Failure>(reply.error());
  const double cpu_used = cpu_before < 0 ? -1 : conversation.cpu_seconds() - cpu_before;

  const auto timed = decode_timed(reply->payload);
  if (!timed) return state_->refuse(fmt::format("sent {}", timed.error()));
  if (auto why = implausible(*timed, reply->wall_seconds, cpu_used); !why.empty())
    return state_->refuse(std::move(why));
  return Timing{timed->real_seconds, timed->cpu_seconds, timed->waits};
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
