// harness: a generator returns std::tuple of the arguments
#include <harness/sdk/problem.hpp>
HARNESS_PROBLEM("mistake").generate("uniform", [](uint64_t size, harness::Random&) { return std::vector<int>(size); });
