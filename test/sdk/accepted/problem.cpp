#include <harness/sdk/problem.hpp>
namespace {
bool sorted(const std::vector<int>& before, std::span<const int> after) { return before.size() == after.size(); }
std::tuple<std::vector<int>> few(uint64_t size, harness::Random& random) {
  std::vector<int> values(size);
  for (int& value : values) value = static_cast<int>(random.below(8));
  return {values};
}
void reference(std::vector<int>& values) { std::sort(values.begin(), values.end()); }
}  // namespace
HARNESS_PROBLEM("accepted").check(sorted).generate("few", few).reference(reference);
