// From which size on one side is faster: over the sizes of a dataset. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <harness/model/comparison.hpp>

namespace harness::compare {

struct SizedVerdict {
  std::uint64_t size = 0;
  model::Verdict verdict = model::Verdict::kCannotTell;
  double log_ratio = 0;
};

struct Crossover {
  bool candidate_wins_above = true;  // faster from `size` on; else slower from there on
  std::uint64_t size = 0;            // where the straight line through the two sizes around it, in ln n, crosses 0; up
};

// Sizes ascending, distinct. Only where exactly one change of sign lies between sizes whose verdicts are faster and
// slower (what lies between them may be `same` or `cannot-tell`), and no other verdict contradicts it: a `same` above
// the change does, since nothing is faster there; below the change, and where there is no verdict on speed, none does.
std::optional<Crossover> crossover(std::span<const SizedVerdict> sizes);

}  // namespace harness::compare
