// How large each block on the heap is: what malloc's delete hook does not say.
#pragma once

#include <cstddef>
#include <cstdint>

namespace harness::worker {

// Sizes by address, laid out as the heap itself: a tree over 4 KiB pages whose leaves hold one number for every 8 bytes,
// so that blocks which lie together are looked up together. Costs at most half of the heap's pages in memory; takes that memory straight from mmap, for it is used
// inside malloc's hooks, and never gives it back: it lives as long as the process.
//
// Knows nothing of threads: HeapAccount locks. Constant-initialized, so that it works before main.
class SizeTable {
 public:
  constexpr SizeTable() = default;
  SizeTable(const SizeTable&) = delete;
  SizeTable& operator=(const SizeTable&) = delete;

  // False: there was no memory for it, or the address is none that a heap on this machine can have (beyond 48 bits, or
  // not aligned to 8).
  bool put(const void* block, std::size_t size);

  enum class Was {
    kLive,    // `size` is what was put
    kFreed,   // was taken before, and not put again since
    kUnknown  // was never put
  };
  struct Taken {
    Was was = Was::kUnknown;
    std::size_t size = 0;
  };
  Taken take(const void* block);

 private:
  static constexpr std::size_t kFanOut = 4096;
  static constexpr std::size_t kSlotsPerPage = 512;
  struct Leaf {
    std::uint32_t slots[kSlotsPerPage];
  };
  struct Leaves {
    Leaf* of[kFanOut];
  };
  struct Middle {
    Leaves* of[kFanOut];
  };

  template <class T>
  T* fresh();
  Leaf* leaf_of(std::uintptr_t page, bool make);
  std::uint32_t* slot_of(std::uintptr_t address, bool make);

  Middle* root_[kFanOut] = {};
  std::uintptr_t last_page_ = 0;
  Leaf* last_leaf_ = nullptr;
  std::byte* arena_ = nullptr;
  std::size_t arena_left_ = 0;
};

}  // namespace harness::worker
