// All functions by name, for programs that have them built in.
#pragma once

#include <span>
#include <utility>

#include "functions/arithmetic.hpp"
#include "functions/edit_distance.hpp"
#include "functions/hash_map.hpp"
#include "functions/interpreter.hpp"
#include "functions/memory_walk.hpp"
#include "functions/sort.hpp"

namespace detection {

using Function = int (*)(std::span<const int>);

inline constexpr std::pair<const char*, Function> kFunctions[] = {{"arithmetic", arithmetic}, {"interpreter", interpreter},
                                                                  {"hash-map", hash_map},     {"sort", sort},
                                                                  {"memory-walk", memory_walk}, {"edit-distance", edit_distance}};

}  // namespace detection
