// harness: a generator takes (uint64_t size, harness::Random&)
#include <harness/sdk/problem.hpp>
HARNESS_PROBLEM("mistake").generate("uniform", [](const std::string&) { return std::tuple{1}; });
