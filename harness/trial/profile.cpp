#include <harness/trial/profile.hpp>

namespace harness::trial {
namespace {

// A worker of that program that has the library and the input, with one heap, as a profiler sees it.
worker::Outcome<worker::Worker> open(const Loaded& library, const Input& input, const worker::Limits& limits,
                                     worker::Settings settings, worker::Program program) {
  settings.program = program;
  settings.own_heaps = false;
  auto worker = worker::Worker::start(library.bytes, library.file_name, limits, settings);
  if (!worker) return worker;
  if (auto opened = worker->open(input.args); !opened) return tl::unexpected(opened.error());
  return worker;
}

}  // namespace

worker::Outcome<worker::CpuSampling> profile_cpu(const Loaded& library, const Input& input, double seconds_per_call,
                                                 std::uint64_t enough_samples, const worker::Limits& limits,
                                                 const worker::Settings& settings) {
  auto worker = open(library, input, limits, settings, worker::Program::kCpuProfile);
  if (!worker) return tl::unexpected(worker.error());
  auto sampling = worker->cpu_profile(enough_samples, kMostProfileSeconds, seconds_per_call);
  if (!sampling) return sampling;
  if (auto ended = worker->finish(); !ended) return tl::unexpected(ended.error());
  return sampling;
}

worker::Outcome<worker::HeapDumps> profile_heap(const Loaded& library, const Input& input, double,
                                                const worker::Limits& limits, const worker::Settings& settings) {
  auto roomy = limits;
  roomy.address_space_bytes = 0;  // the allocator of this program reserves in advance
  auto worker = open(library, input, roomy, settings, worker::Program::kHeap);
  if (!worker) return tl::unexpected(worker.error());
  auto dumps = worker->heap_profile(kMostProfileSeconds);
  if (!dumps) return dumps;
  if (auto ended = worker->finish(); !ended) return tl::unexpected(ended.error());
  return dumps;
}

}  // namespace harness::trial
