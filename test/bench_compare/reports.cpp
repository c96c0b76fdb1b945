#include "reports.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace compare_bench {
namespace {

// splitmix64 (Steele, Lea and Flood, OOPSLA 2014).
std::uint64_t mixed(std::uint64_t state) {
  state += 0x9e3779b97f4a7c15u;
  state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9u;
  state = (state ^ (state >> 27)) * 0x94d049bb133111ebu;
  return state ^ (state >> 31);
}

double fraction(std::uint64_t key) { return static_cast<double>(mixed(key) >> 11) / static_cast<double>(std::uint64_t{1} << 53); }

// Families of 16 sizes, one after the other, as a program registers them.
std::string name_of(int number) {
  constexpr std::array kWhat{"BM_sort", "BM_find", "BM_insert", "BM_erase", "BM_copy", "BM_hash_lookup", "BM_parse"};
  constexpr std::array kType{"<int>", "<double>", "<std::string>", "<std::vector<int>>"};
  const auto family = static_cast<std::size_t>(number) / 16;
  return std::string(kWhat[family % kWhat.size()]) + "_" + std::to_string(family) + kType[family % kType.size()] + "/" +
         std::to_string(8 << (number % 16));
}

bool has_rate(int number) { return number % 2 == 0; }

}  // namespace

void write_report(const std::filesystem::path& file, Shape shape, std::uint64_t seed) {
  std::FILE* out = std::fopen(file.c_str(), "wb");
  if (out == nullptr) {
    std::fprintf(stderr, "compare_bench: %s cannot be written\n", file.c_str());
    std::exit(2);
  }
  std::fprintf(out,
               "{\n  \"context\": {\n    \"date\": \"2026-11-24T10:02:45+00:00\",\n    \"host_name\": \"host\",\n"
               "    \"executable\": \"./program\",\n    \"num_cpus\": 2,\n    \"mhz_per_cpu\": 2600,\n"
               "    \"cpu_scaling_enabled\": false,\n    \"caches\": [\n    ],\n    \"load_avg\": [0.1,0.2,0.3],\n"
               "    \"library_build_type\": \"release\"\n  },\n  \"benchmarks\": [\n");
  const char* separator = "";
  for (int number = 0; number < shape.names; ++number) {
    const std::string name = name_of(number);
    const double typical = 10 + 1e4 * fraction(static_cast<std::uint64_t>(number));
    for (int repetition = 0; repetition < shape.repetitions; ++repetition) {
      const auto key = (seed << 44) + (static_cast<std::uint64_t>(number) << 20) + static_cast<std::uint64_t>(repetition);
      const double real = typical * (1 + 0.03 * fraction(key)), cpu = real * (1 - 0.001 * fraction(key + (std::uint64_t{1} << 60)));
      std::fprintf(out,
                   "%s    {\n      \"name\": \"%s\",\n      \"family_index\": %d,\n      \"per_family_instance_index\": 0,\n"
                   "      \"run_name\": \"%s\",\n      \"run_type\": \"iteration\",\n      \"repetitions\": %d,\n"
                   "      \"repetition_index\": %d,\n      \"threads\": 1,\n      \"iterations\": %d,\n"
                   "      \"real_time\": %.16e,\n      \"cpu_time\": %.16e,\n      \"time_unit\": \"ns\"",
                   separator, name.c_str(), number, name.c_str(), shape.repetitions, repetition,
                   static_cast<int>(1e9 / real), real, cpu);
      if (has_rate(number)) std::fprintf(out, ",\n      \"items_per_second\": %.16e", 1e9 / cpu);
      std::fprintf(out, "\n    }");
      separator = ",\n";
    }
  }
  std::fprintf(out, "\n  ]\n}\n");
  if (std::ferror(out) != 0 || std::fclose(out) != 0) {
    std::fprintf(stderr, "compare_bench: %s cannot be written\n", file.c_str());
    std::exit(2);
  }
}

int expected_rows(Shape shape) { return 2 * shape.names + (shape.names + 1) / 2; }

}  // namespace compare_bench
