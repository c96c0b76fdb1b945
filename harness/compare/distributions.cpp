#include <harness/compare/distributions.hpp>

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/students_t.hpp>

namespace harness::compare {

double student_t_quantile(double share, std::size_t freedom) {
  return boost::math::quantile(boost::math::students_t(static_cast<double>(freedom)), share);
}

double beta_quantile(double share, std::uint64_t a, std::uint64_t b) {
  return boost::math::quantile(boost::math::beta_distribution<>(static_cast<double>(a), static_cast<double>(b)), share);
}

}  // namespace harness::compare
