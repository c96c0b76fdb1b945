#include <harness/compare/rates.hpp>

#include <harness/compare/distributions.hpp>

namespace harness::compare {
namespace {

double low(std::uint64_t k, std::uint64_t n, double doubt) { return k == 0 ? 0 : beta_quantile(doubt, k, n - k + 1); }

double high(std::uint64_t k, std::uint64_t n, double doubt) {
  return k >= n ? 1 : beta_quantile(1 - doubt, k + 1, n - k);
}

}  // namespace

RateBound rate_bound(std::uint64_t k, std::uint64_t n) { return {low(k, n, 0.025), high(k, n, 0.025)}; }

double rate_at_most(std::uint64_t k, std::uint64_t n) { return high(k, n, 0.05); }

double rate_at_least(std::uint64_t k, std::uint64_t n) { return low(k, n, 0.05); }

}  // namespace harness::compare
