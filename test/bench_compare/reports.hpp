// Reports as Google Benchmark writes them, of any size: what is compared while the comparing is measured.
#pragma once

#include <cstdint>
#include <filesystem>

namespace compare_bench {

struct Shape {
  int names = 0;
  int repetitions = 1;  // of each name, without aggregates
};

// Names are the same for every seed, times and rates are not: each is up to 3 % off that of another seed. The bytes
// depend on nothing but shape and seed. Every second name has `items_per_second`. Ends the program when it cannot be written.
void write_report(const std::filesystem::path& file, Shape shape, std::uint64_t seed);

// Rows that `harness diff` writes of two such reports of different seeds, as far as times go: of each name both times
// and, where it has one, its rate.
int expected_rows(Shape shape);

}  // namespace compare_bench
