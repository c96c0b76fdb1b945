#include <harness/model/gate.hpp>

#include <algorithm>
#include <array>

namespace harness::model {
namespace {

constexpr std::array<std::string_view, 5> kChanges{"same", "edited", "new version", "new", "removed"};
constexpr std::array<std::string_view, 5> kCauses{"time", "memory", "p95", "growth", "limits"};

}  // namespace

std::string_view change_word(Change::Kind kind) { return kChanges[static_cast<std::size_t>(kind)]; }

std::string_view cause_word(Cause cause) { return kCauses[static_cast<std::size_t>(cause)]; }

std::optional<Cause> cause_of(std::string_view word) {
  const auto at = std::find(kCauses.begin(), kCauses.end(), word);
  if (at == kCauses.end()) return std::nullopt;
  return static_cast<Cause>(at - kCauses.begin());
}

}  // namespace harness::model
