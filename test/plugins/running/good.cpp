// Does as it is told. VERSION is what it answers.
#include "plain_solver.hpp"

inline int shared_between_versions = VERSION;  // would be one object for two libraries loaded without care

namespace {
harness_status run(void* instance, std::uint64_t) {
  static_cast<plain::Instance*>(instance)->bytes[0] = static_cast<std::uint8_t>(shared_between_versions);
  return HARNESS_OK;
}
}  // namespace

PLAIN_SOLVER(table.run = run;)
