// scripts/bench profile: profiles every shipped solver several times, each time the whole program, and says how alike the
// fingerprints of one binary are, how different those of others, what the profiler adds to a call, and how long reading takes.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <harness/compare/rates.hpp>
#include <harness/compare/statistics.hpp>
#include <harness/model/benchmark_report.hpp>
#include <harness/model/profile_json.hpp>
#include <harness/profile/cpu_profile.hpp>
#include <harness/profile/fingerprint.hpp>
#include <harness/profile/symbols.hpp>

namespace {

namespace fs = std::filesystem;
using namespace harness;

struct Options {
  std::string harness, work;
  int runs = 5;
};

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string output_of(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string text;
  char buffer[4096];
  while (pipe != nullptr && std::fgets(buffer, sizeof buffer, pipe) != nullptr) text += buffer;
  if (pipe != nullptr) ::pclose(pipe);
  return text;
}

// Of each solver the case that is listed last: the largest of its last dataset with sizes.
std::vector<std::string> trials_of(const Options& options) {
  std::map<std::string, std::string> last;
  std::istringstream lines(output_of(options.harness + " --benchmark_list_tests"));
  for (std::string line; std::getline(lines, line);) {
    if (line.find("/leetcode") != std::string::npos) continue;
    const auto version = line.find('/', line.find('/') + 1);
    last[line.substr(0, version)] = line;
  }
  std::vector<std::string> trials;
  for (const auto& [solver, trial] : last) trials.push_back(trial);
  return trials;
}

struct Made {
  std::vector<model::CaseProfile> profiles;
  std::map<std::string, double> seconds;  // of a call, by trial
};

Made profile_all(const Options& options, const std::vector<std::string>& trials, int run) {
  std::string filter;
  for (const auto& trial : trials) filter += (filter.empty() ? "^(" : "|") + trial;
  const auto state = fs::path(options.work) / "state", report = fs::path(options.work) / fmt::format("report-{}.json", run);
  const auto command = fmt::format(
      "XDG_STATE_HOME='{}' '{}' --profile=cpu,heap --passes=time,memory --benchmark_filter='{})$' --benchmark_out='{}' >/dev/null 2>'{}'",
      state.string(), options.harness, filter, report.string(), (fs::path(options.work) / "stderr").string());
  if (std::system(command.c_str()) != 0) std::cerr << "warning: harness did not end with 0: " << text_of(fs::path(options.work) / "stderr");
  Made made;
  std::set<fs::path> runs;
  for (const auto& entry : fs::directory_iterator(state / "harness/runs")) runs.insert(entry.path());
  for (const auto& entry : fs::directory_iterator(*runs.rbegin() / "profiles")) {
    if (entry.path().extension() != ".json") continue;
    auto profile = model::read_profile(text_of(entry.path()), entry.path().string());
    if (profile) made.profiles.push_back(std::move(*profile));
  }
  std::map<std::string, std::vector<double>> samples;
  if (const auto read = model::read_benchmark_report(text_of(report), report.string())) {
    for (const auto& entry : read->entries) {
      if (entry.real_seconds && !entry.is_aggregate()) samples[entry.name].push_back(*entry.real_seconds);
    }
    for (const auto& [name, each] : samples) made.seconds[name] = compare::median(each);
  }
  return made;
}

struct Pairs {
  std::size_t count = 0, equal = 0, equal_afresh = 0;
  std::vector<double> distances;
};

void add(Pairs& pairs, const model::CaseProfile& a, const model::CaseProfile& b) {
  const auto afresh = [](const model::CaseProfile& one) {
    return profile::fingerprint(one.cpu, one.heap, one.fingerprint.growth_class, std::nullopt, nullptr).sha256;
  };
  ++pairs.count;
  pairs.equal += a.fingerprint.sha256 == b.fingerprint.sha256;
  pairs.equal_afresh += afresh(a) == afresh(b);
  pairs.distances.push_back(profile::distance(a.fingerprint, b.fingerprint));
}

std::string row(const std::string& name, const Pairs& pairs) {
  if (pairs.count == 0) return fmt::format("| {} | 0 | | | | |\n", name);
  auto sorted = pairs.distances;
  std::sort(sorted.begin(), sorted.end());
  const auto bound = compare::rate_bound(pairs.equal, pairs.count);
  return fmt::format("| {} | {} | {} ({:.1f} to {:.1f} %) | {} | {:.3f} | {:.3f} |\n", name, pairs.count, pairs.equal,
                     100 * bound.low, 100 * bound.high, pairs.equal_afresh, compare::median(sorted), sorted.back());
}

// A raw profile of 100,000 records: those of a real one, over and over.
std::vector<std::uint8_t> enlarged(const std::string& raw, std::size_t records) {
  std::vector<std::uint64_t> words(raw.size() / 8);
  std::memcpy(words.data(), raw.data(), words.size() * 8);
  std::size_t at = 5;
  std::vector<std::pair<std::size_t, std::size_t>> found;  // begin, words
  while (at + 2 < words.size() && !(words[at] == 0 && words[at + 1] == 1)) {
    found.emplace_back(at, 2 + words[at + 1]);
    at += 2 + words[at + 1];
  }
  std::vector<std::uint64_t> out(words.begin(), words.begin() + 5);
  for (std::size_t i = 0; i < records && !found.empty(); ++i) {
    const auto [begin, size] = found[i % found.size()];
    out.insert(out.end(), words.begin() + static_cast<std::ptrdiff_t>(begin), words.begin() + static_cast<std::ptrdiff_t>(begin + size));
    out[out.size() - size] = 1;
  }
  out.insert(out.end(), {0, 1, 0});
  std::vector<std::uint8_t> bytes(out.size() * 8);
  std::memcpy(bytes.data(), out.data(), bytes.size());
  const auto maps = raw.substr((at + 3) * 8);
  bytes.insert(bytes.end(), maps.begin(), maps.end());
  return bytes;
}

void reading(const Options& options) {
  std::set<fs::path> runs;
  for (const auto& entry : fs::directory_iterator(fs::path(options.work) / "state/harness/runs")) runs.insert(entry.path());
  std::uintmax_t largest = 0;
  fs::path file;
  for (const auto& entry : fs::directory_iterator(*runs.rbegin() / "profiles")) {
    if (entry.path().string().ends_with(".cpu.prof") && entry.file_size() > largest) {
      largest = entry.file_size();
      file = entry.path();
    }
  }
  const auto bytes = enlarged(text_of(file), 100'000);
  std::vector<double> parse, name;
  for (int round = 0; round < 5; ++round) {
    const double begin = now();
    const auto raw = profile::read_cpu_profile(bytes, file.string());
    const double parsed = now();
    if (!raw) {
      std::cerr << raw.error().text() << '\n';
      return;
    }
    profile::Symbols symbols({"none.so", file, {}});
    const auto named = profile::symbolise(*raw, symbols);
    parse.push_back(parsed - begin);
    name.push_back(now() - parsed);
    if (named.samples + named.outside != 100'000) std::cerr << "warning: samples were lost\n";
  }
  std::cout << fmt::format("\nReading 100,000 samples ({:.1f} MB): {:.3f} s, naming them {:.3f} s (medians of 5).\n",
                           static_cast<double>(bytes.size()) / 1e6, compare::median(parse), compare::median(name));
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto value = argument.substr(argument.find('=') + 1);
    if (argument.starts_with("--harness=")) options.harness = value;
    else if (argument.starts_with("--work=")) options.work = value;
    else if (argument.starts_with("--runs=")) options.runs = std::atoi(value.c_str());
    else return std::cerr << "unknown argument " << argument << '\n', 2;
  }
  fs::remove_all(options.work);
  fs::create_directories(options.work);
  const auto trials = trials_of(options);
  std::cout << fmt::format("{} solvers, a case each, {} runs: about {:.0f} minutes\n\n", trials.size(), options.runs,
                           static_cast<double>(trials.size()) * options.runs * 4 / 60);
  std::vector<Made> made;
  std::vector<double> seconds;
  for (int run = 0; run < options.runs; ++run) {
    const double begin = now();
    made.push_back(profile_all(options, trials, run));
    seconds.push_back((now() - begin) / static_cast<double>(trials.size()));
  }
  Pairs again, other_version, other_problem;
  std::vector<double> overheads;
  std::size_t thin = 0, all = 0;
  for (std::size_t run = 0; run < made.size(); ++run) {
    for (const auto& a : made[run].profiles) {
      ++all;
      thin += !a.cpu || a.cpu->samples < model::kLeastSamples;
      if (const auto timed = made[run].seconds.find(a.name()); timed != made[run].seconds.end() && a.cpu && a.cpu->calls > 0)
        overheads.push_back(a.cpu->wall_seconds / static_cast<double>(a.cpu->calls) / timed->second - 1);
      for (std::size_t later = run + 1; later < made.size(); ++later) {
        for (const auto& b : made[later].profiles) {
          if (a.name() == b.name()) add(again, a, b);
        }
      }
      for (const auto& b : made[run].profiles) {
        if (!(a.name() < b.name())) continue;
        if (a.problem != b.problem) add(other_problem, a, b);
        else if (a.case_name == b.case_name) add(other_version, a, b);
      }
    }
  }
  std::cout << "| pairs of profiles | count | same hash (95 % bounds) | same hash, without a last run | distance, median | largest |\n"
               "|---|---|---|---|---|---|\n"
            << row("one binary, run again", again) << row("another version, same case", other_version)
            << row("another problem", other_problem);
  std::sort(overheads.begin(), overheads.end());
  std::cout << fmt::format("\n{} of {} profiles have fewer than {} samples. A profiled case takes {:.1f} s, timing included (median of {} runs).\n", thin, all,
                           model::kLeastSamples, compare::median(seconds), options.runs);
  if (!overheads.empty()) {
    const double median = compare::median(overheads);
    std::cout << fmt::format("A call under the CPU profiler takes {:+.2f} % (median of {}, quartiles {:+.2f} and {:+.2f} %) of what it takes in a timing worker of the same run.\n",
                             100 * median, overheads.size(), 100 * overheads[overheads.size() / 4], 100 * overheads[overheads.size() * 3 / 4]);
  }
  reading(options);
  const bool agrees = again.count > 0 && static_cast<double>(again.equal) >= 0.95 * static_cast<double>(again.count);
  return agrees ? 0 : 1;
}
