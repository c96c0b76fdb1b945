// What harness adds to what it measures: its own figures against hand-written Google Benchmarks of the same functions,
// both run as programs, in turns, round after round.
//
//   overhead_bench --harness=FILE --parts=DIR [--rounds=N] [--min-time=SECONDS] [--clock=real|cpu]
//
// `parts` is where this program's solvers (plugins/) and twins were built; read_notes_twin lies beside harness.
// --clock=cpu compares CPU time, for a machine that others use too; without the in-place calls, since a twin's CPU time
// includes its copies. Prints Markdown. Exit code: 0 when everything is within its limit, 1 when something is not, 2
// when it could not be measured.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "cases.hpp"
#include "measured.hpp"
#include "program.hpp"

namespace fs = std::filesystem;

namespace overhead {
namespace {

struct Options {
  fs::path harness, parts;
  int rounds = 21;
  std::string min_time = "0.05";
  bool cpu_clock = false;
};

[[noreturn]] void usage(const std::string& fault) {
  std::fprintf(
      stderr,
      "overhead_bench: %s\n"
      "usage: overhead_bench --harness=FILE --parts=DIR [--rounds=N] [--min-time=SECONDS] [--clock=real|cpu]\n",
      fault.c_str());
  std::exit(2);
}

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const std::string value = word.substr(std::min(word.find('='), word.size() - 1) + 1);
    if (word.starts_with("--harness="))
      options.harness = value;
    else if (word.starts_with("--parts="))
      options.parts = value;
    else if (word.starts_with("--rounds="))
      options.rounds = std::atoi(value.c_str());
    else if (word.starts_with("--min-time="))
      options.min_time = value;
    else if (word == "--clock=real" || word == "--clock=cpu")
      options.cpu_clock = value == "cpu";
    else
      usage("unknown argument " + word);
  }
  if (options.harness.empty() || options.parts.empty()) usage("--harness and --parts are needed");
  if (options.rounds < 3) usage("--rounds: at least 3");
  if (!(std::atof(options.min_time.c_str()) > 0)) usage("--min-time: a positive number of seconds");
  return options;
}

// Removed with everything in it when the program ends.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "harness-overhead-XXXXXX").string();
    if (!mkdtemp(name.data())) give_up("no temporary folder " + name);
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string json_of(const std::vector<int>& numbers) {
  std::string text = "[";
  for (const int number : numbers) text += (text.size() > 1 ? ", " : "") + std::to_string(number);
  return text + "]";
}

void write_file(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

// One dataset file for each first half of a `<dataset>/<case>` name.
class DatasetWriter {
 public:
  DatasetWriter(fs::path folder, const std::string& parameters, const std::string& answer_type)
      : folder_(std::move(folder)) {
    write_file(folder_ / "problem.yaml", "problem: " + folder_.filename().string() + "\nparameters: [" + parameters +
                                             "]\nanswer_type: " + answer_type + "\nanswer: exact\ntime_limit_s: 10\n");
  }
  void add(const std::string& name, const std::string& arguments, const std::string& expected) {
    const std::size_t slash = name.find('/');
    std::string& cases = cases_of(name.substr(0, slash));
    cases += (cases.empty() ? "" : ",\n") + ("  {\"name\": \"" + name.substr(slash + 1)) + "\", \"args\": {" +
             arguments + "}, \"expect\": " + expected + "}";
  }
  void finish() const {
    for (const auto& [dataset, cases] : datasets_)
      write_file(folder_ / (dataset + ".json"), "{\"cases\": [\n" + cases + "\n]}\n");
  }

 private:
  std::string& cases_of(const std::string& dataset) {
    for (auto& [name, cases] : datasets_)
      if (name == dataset) return cases;
    return datasets_.emplace_back(dataset, "").second;
  }
  fs::path folder_;
  std::vector<std::pair<std::string, std::string>> datasets_;
};

void write_datasets(const fs::path& folder) {
  DatasetWriter spins(folder / "overhead", "{name: seed, type: integer}, {name: rounds, type: integer}", "integer");
  for (const auto& [name, rounds] : kSpinCases)
    spins.add(name, "\"seed\": " + std::to_string(kSpinSeed) + ", \"rounds\": " + std::to_string(rounds),
              std::to_string(spin(kSpinSeed, rounds)));
  spins.finish();

  DatasetWriter pairs(folder / "overhead-vector", "{name: nums, type: \"integer[]\"}, {name: target, type: integer}",
                      "integer[]");
  pairs.add(kPairCase, "\"nums\": " + json_of(kPairNumbers) + ", \"target\": " + std::to_string(kPairTarget),
            json_of(find_pair(kPairNumbers, kPairTarget)));
  pairs.finish();

  DatasetWriter sorts(folder / "overhead-sort", "{name: nums, type: \"integer[]\"}", "integer[]");
  for (const auto& [name, size] : kSortCases) {
    std::vector<int> sorted = numbers_to_sort(size);
    sort_in_place(sorted);
    sorts.add(name, "\"nums\": " + json_of(numbers_to_sort(size)), json_of(sorted));
  }
  sorts.finish();
}

std::string shown(double seconds) {
  const char* units[] = {"s", "ms", "us", "ns"};
  int unit = 0;
  while (unit < 3 && seconds < 1) {
    seconds *= 1000;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.4g %s", seconds, units[unit]);
  return text;
}

// The 95 % interval of the median of `values`: the order statistics between which a fair coin, thrown once for each
// value, falls in at least 95 % of all tries.
std::pair<double, double> interval_of_median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const int count = static_cast<int>(values.size());
  double outside = std::pow(0.5, count), term = outside;
  int rank = 0;  // values below it are given up on either side
  while (rank < count / 2) {
    term = term * (count - rank) / (rank + 1);
    if (outside + term > 0.025) break;
    outside += term;
    ++rank;
  }
  return {values[static_cast<std::size_t>(rank)], values[static_cast<std::size_t>(count - 1 - rank)]};
}

class Bench {
 public:
  Bench(Options options, const fs::path& scratch) : options_(std::move(options)), scratch_(scratch) {}

  void compare_with_twins() {
    std::vector<Case> cases;
    for (const auto& [name, rounds] : kSpinCases)
      cases.push_back({std::string("overhead/v1.0.0/") + name, 0.01, {}, {}});
    // One cycle of the heap more or less is 3 % of such a call.
    cases.push_back({std::string("overhead-vector/v1.0.0/") + kPairCase, 0.03, {}, {}});
    for (const auto& [name, size] : kSortCases)
      if (!options_.cpu_clock) cases.push_back({std::string("overhead-sort/v1.0.0/") + name, 0.03, {}, {}});

    for (int round = 0; round < options_.rounds; ++round) {
      std::fprintf(stderr, "round %d of %d\n", round + 1, options_.rounds);
      for (Case& one : cases)
        for (const bool harness_now : {round % 2 == 0, round % 2 != 0})  // neither side is always the first
          (harness_now ? one.harness : one.twin).push_back(harness_now ? time_harness(one.name) : time_twin(one.name));
    }

    std::printf(
        "| call | harness | hand-written | ratio of medians | rounds' ratios, 95 %% of their median | limit | |\n"
        "|---|---|---|---|---|---|---|\n");
    for (const Case& one : cases) {
      std::vector<double> ratios;
      for (std::size_t i = 0; i < one.harness.size(); ++i) ratios.push_back(one.harness[i] / one.twin[i]);
      const auto [low, high] = interval_of_median(ratios);
      const double ratio = median(one.harness) / median(one.twin);
      std::printf("| `%s` | %s | %s | %.3f | %.3f to %.3f | 1.00 ± %.2f | %s |\n", one.name.c_str(),
                  shown(median(one.harness)).c_str(), shown(median(one.twin)).c_str(), ratio, low, high, one.limit,
                  judge(std::abs(ratio - 1) <= one.limit));
    }
    std::printf("\n%d rounds, %s s of %s time a side and round; both sides are fresh processes, run in turns.\n\n",
                options_.rounds, options_.min_time.c_str(), options_.cpu_clock ? "CPU" : "real");
  }

  void measure_whole_runs() {
    std::printf("| whole run | wall | bare measuring time | ratio | limit | |\n|---|---|---|---|---|---|\n");
    whole_run("calls under 1 ms, shared values", "^overhead(-vector)?/v1.0.0/short/", true);
    // Copies are made outside of the clock; for 64 numbers they take a third of the time that sorting them does.
    whole_run("calls under 1 ms, in place: with the making of copies", "^overhead-sort/v1.0.0/short/", false);
    whole_run("calls of 1 ms", "^overhead/v1.0.0/long/", false);
    std::printf("\n3 processes a case as by default, %s s each; median of 5 runs.\n\n", options_.min_time.c_str());
  }

  void measure_start() {
    std::vector<double> lists, readers, versions;
    const fs::path many = make_many_libraries();
    for (int round = 0; round < options_.rounds; ++round) {
      const Finished list = run_or_exit({options_.harness, "list", "--plugin-dir=" + many.string(), datasets_flag()});
      if (round == 0 && list.output.find("v9.9.9") == std::string::npos) give_up("`harness list` does not show v9.9.9");
      lists.push_back(list.wall_seconds);
      readers.push_back(run_or_exit({options_.harness.parent_path() / "read_notes_twin", many}).wall_seconds);
      versions.push_back(run_or_exit({options_.harness, "--version"}).wall_seconds);
    }
    const double ratio = median(lists) / median(readers);
    std::printf("| start | harness | only reading the notes | ratio | limit | |\n|---|---|---|---|---|---|\n");
    std::printf("| `harness list`, 1,000 libraries | %s | %s | %.2f | 1.50 | %s |\n", shown(median(lists)).c_str(),
                shown(median(readers)).c_str(), ratio, judge(ratio <= 1.5));
    std::printf("| `harness --version` | %s | | | 20 ms | %s |\n", shown(median(versions)).c_str(),
                judge(median(versions) < 0.020));
    std::printf("\nMedians of %d processes, in turns.\n", options_.rounds);
  }

  bool all_within() const { return all_within_; }

 private:
  struct Case {
    std::string name;
    double limit;  // greatest distance of the ratio from 1
    std::vector<double> harness, twin;
  };

  std::string datasets_flag() const { return "--dataset-dir=" + (scratch_ / "datasets").string(); }

  std::vector<std::string> harness_command(const std::string& filter) const {
    return {options_.harness,
            "--plugin-dir=" + (options_.parts / "plugins").string(),
            datasets_flag(),
            "--benchmark_filter=" + filter,
            "--benchmark_min_time=" + options_.min_time,
            "--benchmark_format=csv",
            "--passes=time"};
  }

  double time_harness(const std::string& name) const {
    auto command = harness_command("^" + name + "$");
    command.push_back("--benchmark_repetitions=1");
    return time_in(run_or_exit(command));
  }

  double time_twin(const std::string& name) const {
    return time_in(run_or_exit({options_.parts / "overhead_twins", "--benchmark_filter=^" + name + "(/manual_time)?$",
                                "--benchmark_min_time=" + options_.min_time, "--benchmark_format=csv"}));
  }

  // Of the one row that a side was asked for.
  double time_in(const Finished& finished) const {
    const Row row = rows_of(finished.output).at(0);
    return options_.cpu_clock ? row.cpu_seconds_per_call : row.seconds_per_call;
  }

  void whole_run(const char* title, const std::string& filter, bool limited) {
    std::vector<double> walls, bares, ratios;
    for (int i = 0; i < 5; ++i) {
      const Finished finished = run_or_exit(harness_command(filter));
      double bare = 0;
      for (const Row& row : rows_of(finished.output)) bare += row.iterations * row.seconds_per_call;
      walls.push_back(finished.wall_seconds);
      bares.push_back(bare);
      ratios.push_back(finished.wall_seconds / bare);
    }
    const double ratio = median(ratios);
    std::printf("| %s | %s | %s | %.3f | %s | %s |\n", title, shown(median(walls)).c_str(),
                shown(median(bares)).c_str(), ratio, limited ? "1.15" : "reported",
                limited ? judge(ratio <= 1.15) : "");
  }

  // 0.0.0 to 9.9.9: versions of one length, so that they can be written over that of a built library.
  fs::path make_many_libraries() const {
    const fs::path original = options_.parts / "plugins" / "overhead-v1.0.0.so";
    std::ifstream file(original, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const std::string marker = "\nversion: ";
    const std::size_t at = bytes.find(marker + "1.0.0\n");
    if (at == std::string::npos) give_up(original.string() + ": no `version: 1.0.0` in its descriptor");
    const fs::path folder = scratch_ / "many";
    for (char version[6] = "0.0.0"; version[0] <= '9';) {
      bytes.replace(at + marker.size(), 5, version);
      write_file(folder / ("overhead-v" + std::string(version) + ".so"), bytes);
      for (int digit = 4; digit >= 0 && ++version[digit] > '9' && digit > 0; digit -= 2) version[digit] = '0';
    }
    return folder;
  }

  const char* judge(bool within) {
    all_within_ = all_within_ && within;
    return within ? "within" : "**beyond**";
  }

  Options options_;
  fs::path scratch_;
  bool all_within_ = true;
};

int main(int argc, char** argv) {
  const Options options = options_of(argc, argv);
  const ScratchFolder scratch;
  write_datasets(scratch.path() / "datasets");
  Bench bench(options, scratch.path());
  bench.compare_with_twins();
  bench.measure_whole_runs();
  bench.measure_start();
  return bench.all_within() ? 0 : 1;
}

}  // namespace
}  // namespace overhead

int main(int argc, char** argv) { return overhead::main(argc, argv); }
