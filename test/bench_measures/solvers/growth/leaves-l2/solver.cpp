// Follows a chain of cache lines, one for each element: linear, until they no longer fit into the second level cache.
#include <harness/sdk/solver.hpp>

#include <numeric>

#include "../../../work.hpp"

namespace {

struct alignas(64) Line {
  std::uint32_t next = 0;
};

}  // namespace

int growth(const std::vector<int>& nums) {
  const auto n = static_cast<std::uint32_t>(nums.size());
  std::vector<Line> lines(n);
  // A full cycle through all lines, far apart: an odd stride close to the golden section of the size.
  auto stride = static_cast<std::uint32_t>(0.618 * n) | 1U;
  while (std::gcd(stride, n) != 1) stride += 2;
  for (std::uint32_t i = 0; i < n; ++i) lines[i].next = static_cast<std::uint32_t>((i + std::uint64_t{stride}) % n);
  std::uint32_t at = 0;
  for (int round = 0; round < 16; ++round)
    for (std::uint32_t i = 0; i < n; ++i) at = lines[at].next;
  return static_cast<int>(at) + nums[0];
}
HARNESS_SOLVER("growth", growth);
