#include <harness/worker/size_table.hpp>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace harness::worker {
namespace {

constexpr int kPageBits = 12, kFanOutBits = 12, kAddressBits = 48;
constexpr std::size_t kArena = 32 << 20;  // of address space; pages come when they are touched, large ones if possible

// A slot: 0 = never used; kFreedSlot; below kLarge: the size plus one; else the size's lower 30 bits, and the next slot,
// which is within the same block, has the higher ones.
constexpr std::uint32_t kFreedSlot = 0xffffffff, kLarge = 0x80000000, kLowerBits = 30;
constexpr std::uint32_t kLower = (1u << kLowerBits) - 1;

}  // namespace

// Zeros from the system; not through ::mmap, which gperftools puts functions of its own around.
template <class T>
T* SizeTable::fresh() {
  if (arena_left_ < sizeof(T)) {
    const long got = ::syscall(SYS_mmap, nullptr, kArena, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
    if (got == -1) return nullptr;
    ::madvise(reinterpret_cast<void*>(got), kArena, MADV_HUGEPAGE);
    arena_ = reinterpret_cast<std::byte*>(got);
    arena_left_ = kArena;
  }
  auto* made = reinterpret_cast<T*>(arena_);
  arena_ += sizeof(T);
  arena_left_ -= sizeof(T);
  return made;
}

SizeTable::Leaf* SizeTable::leaf_of(std::uintptr_t page, bool make) {
  if (page == last_page_ && last_leaf_ != nullptr) return last_leaf_;
  auto*& middle = root_[page >> (2 * kFanOutBits)];
  if (middle == nullptr && (!make || (middle = fresh<Middle>()) == nullptr)) return nullptr;
  auto*& leaves = middle->of[page >> kFanOutBits & (kFanOut - 1)];
  if (leaves == nullptr && (!make || (leaves = fresh<Leaves>()) == nullptr)) return nullptr;
  auto*& leaf = leaves->of[page & (kFanOut - 1)];
  if (leaf == nullptr && (!make || (leaf = fresh<Leaf>()) == nullptr)) return nullptr;
  last_page_ = page;
  last_leaf_ = leaf;
  return leaf;
}

std::uint32_t* SizeTable::slot_of(std::uintptr_t address, bool make) {
  if (address >> kAddressBits != 0 || address % 8 != 0) return nullptr;
  auto* leaf = leaf_of(address >> kPageBits, make);
  return leaf == nullptr ? nullptr : &leaf->slots[address / 8 % kSlotsPerPage];
}

bool SizeTable::put(const void* block, std::size_t size) {
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  auto* slot = slot_of(address, true);
  if (slot == nullptr) return false;
  if (size < kLarge - 1) {
    *slot = static_cast<std::uint32_t>(size) + 1;
    return true;
  }
  auto* next = slot_of(address + 8, true);
  if (next == nullptr || size >> kLowerBits > kLower) return false;
  *slot = kLarge | (static_cast<std::uint32_t>(size) & kLower);
  *next = static_cast<std::uint32_t>(size >> kLowerBits);
  return true;
}

SizeTable::Taken SizeTable::take(const void* block) {
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  auto* slot = slot_of(address, false);
  if (slot == nullptr || *slot == 0) return {};
  if (*slot == kFreedSlot) return {Was::kFreed, 0};
  std::size_t size = *slot - std::size_t{1};
  if (*slot >= kLarge) {
    auto* next = slot_of(address + 8, false);
    size = static_cast<std::size_t>(*next) << kLowerBits | (*slot & kLower);
    *next = 0;
  }
  *slot = kFreedSlot;
  return {Was::kLive, size};
}

}  // namespace harness::worker
