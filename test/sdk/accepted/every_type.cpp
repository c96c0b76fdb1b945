#include <harness/sdk/solver.hpp>
namespace shapes {
struct Point {
  int x = 0, y = 0;
};
HARNESS_STRUCT(Point, x, y);
}  // namespace shapes
class Solution {
 public:
  std::optional<shapes::Point> find(const std::vector<shapes::Point>& points, std::vector<std::vector<bool>> seen,
                                    std::span<const double> weights, std::span<long> counts, std::string_view name,
                                    std::unordered_map<std::string, std::tuple<int, char>>&& by_name,
                                    const std::unordered_set<int>& ids, std::array<int8_t, 4> corner,
                                    float scale) noexcept {
    ++calls_;
    counts[0] = static_cast<long>(weights.size() + seen.size() + name.size() + by_name.size() + ids.size());
    return points.empty() ? std::nullopt : std::optional(shapes::Point{corner[0], static_cast<int>(scale) + calls_});
  }

 private:
  int calls_ = 0;
};
HARNESS_SOLVER("accepted", &Solution::find);
