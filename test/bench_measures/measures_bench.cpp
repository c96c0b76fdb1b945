// What the passes of a run cost, and what they find in code whose growth is known.
//
//   measures_bench --harness=FILE --plugins=DIR --growth-plugins=DIR --growth-datasets=DIR [--rounds=N]
//
// Prints Markdown. Exit code: 0 when everything is within its limit, 1 when something is not, 2 when it could not be
// measured.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "../bench_overhead/program.hpp"

namespace {

using overhead::give_up;
using overhead::median;
using overhead::rows_of;
using overhead::run_or_exit;

struct Options {
  std::string harness, plugins, growth_plugins, growth_datasets;
  int rounds = 21;
};

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto equals = word.find('=');
    const std::string name = word.substr(0, equals), value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (name == "--harness") options.harness = value;
    else if (name == "--plugins") options.plugins = value;
    else if (name == "--growth-plugins") options.growth_plugins = value;
    else if (name == "--growth-datasets") options.growth_datasets = value;
    else if (name == "--rounds") options.rounds = std::atoi(value.c_str());
    else give_up("unknown " + word);
  }
  if (options.harness.empty() || options.rounds < 3) give_up("needs --harness=FILE and at least 3 --rounds");
  return options;
}

// The clock with the passes on and off: the same trials, in turns.
bool passes_do_not_disturb(const Options& options) {
  bool within = true;
  std::printf("| trial | with the passes | time alone | ratio of medians | limit | |\n|---|---|---|---|---|---|\n");
  for (const std::string trial : {"two-sum/v2.1.0/uniform/64", "two-sum/v2.0.0/uniform/256", "two-sum/v0.8.3/uniform/1024",
                                  "sort-numbers/v1.0.0/uniform/256"}) {
    std::vector<double> with, without;
    for (int round = 0; round < options.rounds; ++round) {
      for (const bool passes : {round % 2 == 0, round % 2 != 0}) {
        std::vector<std::string> command = {options.harness, "--plugin-dir=" + options.plugins, "--benchmark_filter=^" + trial + "$",
                                            "--benchmark_repetitions=1", "--benchmark_format=csv"};
        if (!passes) command.push_back("--passes=time");
        (passes ? with : without).push_back(rows_of(run_or_exit(command).output).at(0).seconds_per_call);
      }
    }
    const double ratio = median(with) / median(without);
    const bool fits = std::abs(ratio - 1) <= 0.005;
    within = within && fits;
    std::printf("| `%s` | %.4g ns | %.4g ns | %.4f | 1.000 ± 0.005 | %s |\n", trial.c_str(), median(with) * 1e9,
                median(without) * 1e9, ratio, fits ? "within" : "**beyond**");
  }
  std::printf("\n%d rounds, 0.05 s of real time a side and round; both sides are fresh processes, run in turns.\n\n", options.rounds);
  return within;
}

struct Known {
  std::string solver, dataset, expected;  // expected: words of the growth line
};

// The growth line of a family: `  growth/v1.0.0-linear/wide  time  O(n) ± 1 %  declared O(n), +0.2 %`
std::string growth_line(const std::string& output, const std::string& family) {
  for (std::size_t at = 0; at < output.size();) {
    const auto end = output.find('\n', at);
    const auto line = output.substr(at, end - at);
    if (line.find("  " + family + " ") == 0 && line.find(" time ") != std::string::npos) return line;
    if (end == std::string::npos) break;
    at = end + 1;
  }
  return "";
}

bool growth_is_recognised(const Options& options) {
  const std::vector<Known> all = {{"constant", "wide", "O(1)"},        {"logarithmic", "wide", "O(log n)"},
                                  {"linear", "wide", "O(n)"},          {"linearithmic", "wide", "O(n log n)"},
                                  {"quadratic", "narrow", "O(n^2)"},   {"cubic", "narrow", "O(n^3)"},
                                  {"exponential", "tiny", "O(2^n)"},   {"leaves-l2", "wide", "L2"},
                                  {"too-noisy", "wide", "too noisy"}};
  bool within = true;
  std::printf("| solver | known to be | found | |\n|---|---|---|---|\n");
  for (const auto& known : all) {
    const std::string name = "growth/v1.0.0-" + known.solver;
    const auto output = run_or_exit({options.harness, "--plugin-dir=" + options.growth_plugins,
                                     "--dataset-dir=" + options.growth_datasets, "--benchmark_filter=^" + name + "/" + known.dataset + "/",
                                     "--benchmark_min_time=0.01"})
                            .output;
    auto line = growth_line(output, name + "/" + known.dataset);
    const auto time = line.find(" time ");
    line = time == std::string::npos ? line : line.substr(line.find_first_not_of(' ', time + 6));
    const bool fits = line.find(known.expected) != std::string::npos;
    within = within && fits;
    std::printf("| `%s/%s` | %s | %s | %s |\n", name.c_str(), known.dataset.c_str(), known.expected.c_str(), line.c_str(),
                fits ? "right" : "**wrong**");
  }
  std::printf("\n");
  return within;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = options_of(argc, argv);
  const bool undisturbed = passes_do_not_disturb(options);
  const bool recognised = growth_is_recognised(options);
  return undisturbed && recognised ? 0 : 1;
}
