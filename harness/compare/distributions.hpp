// Quantiles of the distributions that bounds are made of.
#pragma once

#include <cstddef>
#include <cstdint>

namespace harness::compare {

// Of Student's t: t(0.975, 4) = 2.776. Precondition: 0 < share < 1, freedom >= 1.
double student_t_quantile(double share, std::size_t freedom);

// Of the beta distribution with whole parameters, which are what bounds of a rate need. Precondition: 0 < share < 1, a
// and b >= 1.
double beta_quantile(double share, std::uint64_t a, std::uint64_t b);

}  // namespace harness::compare
