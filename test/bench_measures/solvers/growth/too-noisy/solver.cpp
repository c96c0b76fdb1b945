// Linear, times a factor from 1 to 100 that each process and size draws for itself.
#include <harness/sdk/solver.hpp>

#include <cmath>
#include <random>

#include "../../../work.hpp"

int growth(const std::vector<int>& nums) {
  static const double factor = std::pow(100.0, std::uniform_real_distribution<>()(*[] {
    static std::mt19937 random{std::random_device{}()};
    return &random;
  }()));
  return static_cast<int>(pieces(static_cast<std::uint32_t>(nums[0]), static_cast<std::uint64_t>(factor * static_cast<double>(nums.size()))));
}
HARNESS_SOLVER("growth", growth);
