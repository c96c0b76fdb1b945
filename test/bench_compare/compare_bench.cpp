// How fast `harness diff` is, and how much memory it takes, beside Google's compare.py and beside a program that merely
// parses both reports with Boost.JSON: whole processes on the same files, in turns, round after round.
//
//   compare_bench --harness=FILE --parse-twin=FILE [--tools=DIR] [--rounds=N]
//
// `tools` is where the packages libbenchmark-tools, python3-scipy and what they need were unpacked; without it compare.py
// is left out. Prints Markdown. Exit code: 0 when every figure is within its limit, 1 when one is not, 2 when it could not be
// measured.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "child.hpp"
#include "reports.hpp"

namespace fs = std::filesystem;

namespace compare_bench {
namespace {

constexpr double kLeastTimesAsFast = 50;   // as compare.py
constexpr double kLeastThroughput = 0.5;   // of bare parsing
constexpr double kMostMemory = 6;          // of the size of both reports
constexpr int kRoundsOfPython = 3;         // seconds each, and the ratio is far from 1

struct Options {
  fs::path harness, parse_twin, tools;
  int rounds = 9;
};

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const std::string value = word.substr(std::min(word.find('='), word.size() - 1) + 1);
    if (word.starts_with("--harness=")) options.harness = value;
    else if (word.starts_with("--parse-twin=")) options.parse_twin = value;
    else if (word.starts_with("--tools=")) options.tools = value;
    else if (word.starts_with("--rounds=")) options.rounds = std::atoi(value.c_str());
    else give_up("unknown argument " + word);
  }
  if (options.harness.empty() || options.parse_twin.empty()) give_up("--harness and --parse-twin are needed");
  if (options.rounds < 5) give_up("--rounds: at least 5");
  return options;
}

// Removed with everything in it when the program ends.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "harness-compare-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) give_up("no temporary folder " + name);
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

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

struct Pair {
  const char* title;
  Shape shape;
  bool against_python;
  fs::path before{}, after{};
  double bytes = 0;  // of both
  std::vector<double> harness{}, twin{}, python{};
  double peak_bytes = 0, twin_peak_bytes = 0;
};

class Bench {
 public:
  Bench(Options options, const fs::path& scratch) : options_(std::move(options)), scratch_(scratch) {
    for (auto& pair : pairs_) {
      pair.before = scratch_ / (std::to_string(pair.shape.names) + "-old.json");
      pair.after = scratch_ / (std::to_string(pair.shape.names) + "-new.json");
      write_report(pair.before, pair.shape, 1);
      write_report(pair.after, pair.shape, 2);
      pair.bytes = static_cast<double>(fs::file_size(pair.before) + fs::file_size(pair.after));
    }
  }

  void measure() {
    for (Pair& pair : pairs_) {
      check_rows(pair);
      for (int round = 0; round < options_.rounds; ++round) {
        std::fprintf(stderr, "%s: round %d of %d\n", pair.title, round + 1, options_.rounds);
        for (const bool harness_now : {round % 2 == 0, round % 2 != 0}) {  // neither side is always the first
          const Ran ran = run_or_give_up(harness_now ? diff_of(pair) : Command{{options_.parse_twin, pair.before, pair.after}, {}});
          (harness_now ? pair.harness : pair.twin).push_back(ran.seconds);
          double& peak = harness_now ? pair.peak_bytes : pair.twin_peak_bytes;
          peak = std::max(peak, ran.peak_bytes);
        }
        if (pair.against_python && has_python_ && round < kRoundsOfPython) ask_python(pair);
      }
    }
  }

  void print() {
    std::printf("| two reports of | size of both | `harness diff` | compare.py | times as fast | limit | |\n|---|---|---|---|---|---|---|\n");
    for (const Pair& pair : pairs_) {
      std::printf("| %s | %s | %s ", pair.title, megabytes(pair.bytes).c_str(), shown(median(pair.harness)).c_str());
      if (pair.python.empty()) {
        std::printf("| %s | | | |\n", pair.against_python ? "not available" : "not run: quadratic");
        continue;
      }
      const double times = median(pair.python) / median(pair.harness);
      std::printf("| %s | %.0f | >= %.0f | %s |\n", shown(median(pair.python)).c_str(), times, kLeastTimesAsFast, judge(times >= kLeastTimesAsFast));
    }
    std::printf(
        "\n| two reports of | `harness diff` | bare `boost::json::parse` | throughput of it | limit | | peak memory | of the input | limit | | bare "
        "parse |\n|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (const Pair& pair : pairs_) {
      const double ours = pair.bytes / median(pair.harness), bare = pair.bytes / median(pair.twin), share = pair.peak_bytes / pair.bytes;
      std::printf("| %s | %.0f MB/s | %.0f MB/s | %.2f | >= %.1f | %s | %s | %.2f | < %.0f | %s | %s |\n", pair.title, ours / 1e6, bare / 1e6, ours / bare,
                  kLeastThroughput, judge(ours >= kLeastThroughput * bare), megabytes(pair.peak_bytes).c_str(), share, kMostMemory,
                  judge(share < kMostMemory), megabytes(pair.twin_peak_bytes).c_str());
    }
    std::printf("\nMedians of %d rounds (compare.py: %d), whole processes in turns; memory is the most of all rounds.\n", options_.rounds,
                std::min(options_.rounds, kRoundsOfPython));
  }

  bool all_within() const { return all_within_; }

 private:
  static std::string shown(double seconds) {
    char text[32];
    std::snprintf(text, sizeof text, seconds < 1 ? "%.1f ms" : "%.2f s", seconds < 1 ? 1e3 * seconds : seconds);
    return text;
  }
  static std::string megabytes(double bytes) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f MB", bytes / 1e6);
    return text;
  }

  const char* judge(bool within) {
    all_within_ = all_within_ && within;
    return within ? "within" : "**beyond**";
  }

  Command diff_of(const Pair& pair) const { return {{options_.harness, "diff", pair.before, pair.after}, {}}; }

  static Ran run_or_give_up(const Command& command, bool wants_output = false) {
    Ran ran = run(command, wants_output);
    if (ran.code != 0) {
      std::string words;
      for (const std::string& word : command.words) words += word + " ";
      give_up(words + "ended with " + std::to_string(ran.code) + "; set HARNESS_BENCH_VERBOSE=1 to see what it says");
    }
    return ran;
  }

  // What is fast because it is wrong is not measured.
  void check_rows(const Pair& pair) const {
    const Ran ran = run_or_give_up(diff_of(pair), true);
    const auto rows = std::count(ran.output.begin(), ran.output.end(), '\n');
    if (rows != expected_rows(pair.shape)) {
      give_up(std::string(pair.title) + ": expected " + std::to_string(expected_rows(pair.shape)) + " rows, found " + std::to_string(rows));
    }
  }

  void ask_python(Pair& pair) {
    const Ran ran = run(python_command({"--no-color", "benchmarks", pair.before, pair.after}));
    if (ran.code != 0) give_up("compare.py ended with " + std::to_string(ran.code) + "; set HARNESS_BENCH_VERBOSE=1 to see what it says");
    pair.python.push_back(ran.seconds);
  }

  Command python_command(const std::vector<std::string>& arguments) const {
    Command command{{"/usr/bin/env", "python3", options_.tools / "usr/share/benchmark/compare.py"}, {}};
    command.words.insert(command.words.end(), arguments.begin(), arguments.end());
    command.environment.emplace_back("PYTHONPATH", (options_.tools / "usr/lib/python3/dist-packages").string());
    std::string libraries;
    std::error_code ignored;
    for (const auto& folder : fs::directory_iterator(options_.tools / "usr/lib", ignored)) {
      if (folder.path().filename().string().find("-linux-gnu") == std::string::npos) continue;
      for (const char* part : {"", "blas", "lapack"}) libraries += (libraries.empty() ? "" : ":") + (folder.path() / part).string();
    }
    command.environment.emplace_back("LD_LIBRARY_PATH", libraries);
    return command;
  }

  bool find_python() const {
    if (options_.tools.empty()) return false;
    const int code = run(python_command({"--help"})).code;
    if (code != 0) std::printf("compare.py not available: it ends with %d when asked for --help\n\n", code);
    return code == 0;
  }

  Options options_;
  fs::path scratch_;
  std::vector<Pair> pairs_{{"5,000 names", {5'000, 1}, true}, {"100 names x 1,000 repetitions", {100, 1'000}, true}, {"100,000 names", {100'000, 1}, false}};
  bool has_python_ = find_python();
  bool all_within_ = true;
};

}  // namespace
}  // namespace compare_bench

int main(int argc, char** argv) {
  const auto options = compare_bench::options_of(argc, argv);
  static const compare_bench::ScratchFolder scratch;  // gone also where the program gives up
  compare_bench::Bench bench(options, scratch.path());
  bench.measure();
  bench.print();
  return bench.all_within() ? 0 : 1;
}
