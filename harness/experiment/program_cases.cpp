#include <harness/experiment/program_cases.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <map>
#include <span>
#include <system_error>

#include <fmt/format.h>

#include <harness/model/document.hpp>
#include <harness/model/sha256.hpp>

namespace harness::experiment {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kChunk = 64 * 1024;

// What the loader replaces by the place where the program stands. A match across two chunks is found in the overlap.
bool looks_beside_itself(std::string_view bytes) { return bytes.find("$ORIGIN") != bytes.npos || bytes.find("${ORIGIN}") != bytes.npos; }

bool equal_programs(std::ifstream& one, std::ifstream& other) {
  constexpr std::string_view kElf = "\x7f" "ELF";
  constexpr std::size_t kOverlap = 8;
  std::string chunk(kChunk, '\0'), twin(kChunk, '\0'), window;
  for (bool first = true;; first = false) {
    one.read(chunk.data(), kChunk);
    other.read(twin.data(), kChunk);
    const auto size = static_cast<std::size_t>(one.gcount());
    if (one.bad() || other.bad() || one.gcount() != other.gcount() || !std::equal(chunk.begin(), chunk.begin() + one.gcount(), twin.begin())) return false;
    if (first && !std::string_view(chunk).substr(0, size).starts_with(kElf)) return false;
    window = window.substr(window.size() - std::min(window.size(), kOverlap)) + chunk.substr(0, size);
    if (looks_beside_itself(window)) return false;
    if (size < kChunk) return true;
  }
}

}  // namespace

Result<std::vector<ProgramCase>> cases_of(const std::vector<std::vector<std::string>>& names_of_sides, const bench::Filter& filter,
                                          const std::string& case_glob) {
  std::vector<ProgramCase> cases;
  std::map<std::string, std::size_t> places;
  std::vector<std::string> all;
  for (std::size_t side = 0; side < names_of_sides.size(); ++side) {
    for (const auto& name : names_of_sides[side]) {
      const auto [place, is_new] = places.emplace(name, cases.size());
      if (is_new) {
        all.push_back(name);
        cases.push_back({name, std::vector<std::size_t>(names_of_sides.size(), 0)});
      }
      ++cases[place->second].registrations[side];
    }
  }
  std::erase_if(cases, [&](const ProgramCase& each) {
    return !filter.matches(each.name) || (!case_glob.empty() && !model::glob_matches(case_glob, each.name));
  });
  if (!cases.empty()) return cases;
  if (all.empty()) return fail("--ab", "neither program has a case", "register some with BENCHMARK(...)");
  const auto& asked = filter.text().empty() ? case_glob : filter.text();
  const auto near = bench::nearest(asked, all);
  return fail(filter.text().empty() ? "--case=" + case_glob : "--benchmark_filter=" + filter.text(),
              fmt::format("matches none of {} cases", all.size()), fmt::format("nearest: {}", fmt::join(near, ", ")));
}

bool is_same_program(const fs::path& a, const fs::path& b) {
  std::error_code error;
  if (fs::equivalent(a, b, error)) return true;
  const auto size = fs::file_size(a, error);
  if (error || fs::file_size(b, error) != size || error) return false;
  std::ifstream one(a, std::ios::binary), other(b, std::ios::binary);
  return one && other && equal_programs(one, other);
}

std::string sha256_of_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return {};
  model::Sha256 sum;
  std::vector<std::uint8_t> chunk(kChunk);
  while (stream) {
    stream.read(reinterpret_cast<char*>(chunk.data()), static_cast<std::streamsize>(chunk.size()));
    sum.add(std::span(chunk).first(static_cast<std::size_t>(stream.gcount())));
  }
  return stream.bad() ? std::string() : sum.hex();
}

}  // namespace harness::experiment
