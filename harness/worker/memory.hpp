// The memory pass, in the child: what single calls do to the heap. Works in harness-worker-profile only, whose allocator
// is gperftools' tcmalloc with its hooks; elsewhere (memory_absent.cpp) it says that it is not available. Nothing here is
// linked into the worker that keeps time.
//
// Blocks are counted in the bytes that were asked for; tcmalloc rounds those of an alignment of their own up to it before
// its hooks see them. A realloc is one allocation and one free, also where the block
// stays. What a solver maps for itself (mmap) and what a replaced operator new keeps in an arena is no heap: only what
// reaches malloc or operator new of the process is seen.
//
// A growth is a time when tcmalloc got memory from the system, as it counts them itself (`pageheap_reserve_count`; the
// mmap and sbrk hooks of newer gperftools are empty). It asks for 1 MiB at least, or for a large block's size, so that the
// first call of a process with a small need may have none: what the harness and the library's loading left over covers it.
#pragma once

#include <cstdint>
#include <string>

#include <harness/sdk/abi.h>
#include <harness/worker/protocol.hpp>

namespace harness::worker {

// Why there is no memory pass in this program, or null.
const char* memory_unavailable();

// Follows every block from here on, in all threads; once, before the library is loaded.
void follow_the_heap();

// Where a hook says why it ended the process: it can neither return nor throw.
struct LastWords {
  int channel = -1;
  std::uint32_t sequence = 0;
};

// Makes three calls and tells what they took (HeapUse). `prepare` of each is not counted, nor is anything that the
// harness does; a call that passes `most_bytes` (0 = no limit), or frees what is not its own, ends this process with
// kFailed on the channel. Answers the first status that is not OK; HARNESS_NO_MEMORY also when the account could not be
// kept.
harness_status measure_memory(const harness_solver& solver, void* instance, std::uint64_t most_bytes,
                              LastWords last_words, HeapUse& use);

// Two calls that are not looked at, then one under gperftools' heap profiler: `dumps` is what the profiler knows before
// and after it as text, with a zero byte between. Preparing the call comes before both. No file is written. Answers the
// first status that is not OK.
harness_status dump_heap(const harness_solver& solver, void* instance, std::string& dumps);

}  // namespace harness::worker
