// One function so many times and nothing else, for tools that time whole programs: driver FUNCTION CALLS
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "functions.hpp"
#include "inputs.hpp"

int main(int argc, char** argv) {
  const long calls = argc == 3 ? std::atol(argv[2]) : 0;
  for (const auto& [name, function] : detection::kFunctions) {
    if (calls < 1 || std::strcmp(argv[1], name) != 0) continue;
    const std::vector<int> nums = detection::input_of(name);
    for (long call = 0; call < calls; ++call) detection::look_at(function(nums));
    return 0;
  }
  std::fprintf(stderr, "driver: expected a function and a number of calls\n");
  return 2;
}
