// How often `harness gate` is wrong on identical source, how often it finds 5 %, and how long it takes: each time the whole
// program, in a fresh clone, with both revisions built by it.
//
//   gate_bench --harness=FILE --repository=DIR --functions=DIR --folder=DIR [--quick] [--limit=SECONDS] [--table]
//
// --table: prints what there is, makes nothing. Everything that is built is built before anything is measured.
// Prints Markdown. Exit code: 0 when every aim that could be judged is met, 1 when one is not, 2 when it could not be
// measured, 130 after Ctrl-C (what there is has been printed; the next start goes on from there).
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include <harness/model/sha256.hpp>

#include "gates.hpp"
#include "plan.hpp"
#include "program.hpp"
#include "records.hpp"
#include "repository.hpp"
#include "table.hpp"

namespace gate_bench {
namespace {

namespace fs = std::filesystem;

std::atomic<bool> stop{false};

struct Options {
  fs::path harness, repository, functions, folder;
  bool quick = false, only_table = false;
  double limit = 0;  // seconds; 0 = none
};

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto equals = word.find('=');
    const std::string name = word.substr(0, equals), value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (name == "--harness") options.harness = value;
    else if (name == "--repository") options.repository = value;
    else if (name == "--functions") options.functions = value;
    else if (name == "--folder") options.folder = value;
    else if (name == "--limit") options.limit = std::atof(value.c_str());
    else if (word == "--quick") options.quick = true;
    else if (word == "--table") options.only_table = true;
    else give_up("unknown " + word);
  }
  if (options.harness.empty() || options.repository.empty() || options.functions.empty() || options.folder.empty()) {
    give_up("needs --harness, --repository, --functions and --folder");
  }
  if (options.quick) options.folder /= "quick";
  fs::create_directories(options.folder);
  options.folder = fs::canonical(options.folder);
  return options;
}

// Gates by one build are one sample; another build's are another one.
std::string build_of(const Options& options) {
  harness::model::Sha256 sum;
  const auto programs = options.harness.parent_path();
  for (const auto& file : {options.harness, programs / "harness-worker", options.folder / "origin.sum"}) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) give_up(file.string() + ": cannot be read");
    sum.add(std::string{std::istreambuf_iterator<char>(stream), {}});
  }
  return sum.hex().substr(0, 16);
}

class Bench {
 public:
  explicit Bench(const Options& options)
      : options_(options), series_(plan(options.quick)),
        repository_(options.folder, options.repository, options.functions, series_.back().count + 1),
        build_(build_of(options)), records_((options.folder / "records.jsonl").string(), build_),
        gates_(options.harness, options.folder, build_, repository_, stop) {}

  // False after Ctrl-C.
  bool run() {
    begin_ = clock();
    const auto commits = gates_.unbuilt(commits_to_build());
    foretell(commits.size());
    // What is timed with its compilers first; then those of all others; then nothing but gates.
    for (const bool cold : {true, false}) {
      if (!cold) build_all(commits);
      for (const Series& series : series_) {
        if (series.cold == cold) decide_all(series);
      }
    }
    if (is_over() && !stop) say(fmt::format("ended after {:.0f} s; what is missing is made by another start", clock() - begin_));
    std::fputc('\n', stderr);
    return !stop;
  }

  bool print() const { return print_tables(series_, records_); }

 private:
  static double clock() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

  bool is_over() const { return stop || (options_.limit > 0 && clock() - begin_ > options_.limit); }

  void say(const std::string& line) const { std::fprintf(stderr, "\r\033[K%s%s", line.c_str(), isatty(STDERR_FILENO) ? "" : "\n"); }

  std::set<std::string> commits_to_build() const {
    std::set<std::string> commits;
    for (const Series& series : series_) {
      for (std::size_t index = 0; index < series.count && !series.cold; ++index) {
        if (records_.of(series.name).contains(index)) continue;
        const Gate gate = gate_of(series, index, repository_);
        commits.insert({gate.base, gate.head});
      }
    }
    return commits;
  }

  double expected(const Series& series) const {
    const auto& gates = records_.of(series.name);
    double sum = 0;
    for (const auto& [index, record] : gates) sum += record.seconds;
    return gates.empty() ? series.guessed_seconds : sum / static_cast<double>(gates.size());
  }

  std::size_t left(const Series& series) const { return series.count - std::min(series.count, records_.of(series.name).size()); }

  void foretell(std::size_t builds) const {
    constexpr double kSecondsToBuild = 4;  // most have one small file to compile
    double all = kSecondsToBuild * static_cast<double>(builds);
    if (builds > 0) std::fprintf(stderr, "plan: %zu revisions to build, about %.0f s each\n", builds, kSecondsToBuild);
    for (const Series& series : series_) {
      if (left(series) == 0) continue;
      all += static_cast<double>(left(series)) * expected(series);
      std::fprintf(stderr, "plan: %zu gates (%s), %zu cases x about 6 processes x 0.03 s, with checking about %.1f s each\n", left(series),
                   series.words.c_str(), series.cases, expected(series));
    }
    std::fprintf(stderr, "plan: about %.0f min in all%s\n", std::ceil(all / 60),
                 options_.limit > 0 ? fmt::format(", ended after {:g} s", options_.limit).c_str() : "");
  }

  void build_all(const std::set<std::string>& commits) {
    std::size_t number = 0;
    const double begin = clock();
    for (const auto& commit : commits) {
      if (is_over()) return;
      say(fmt::format("building {} of {}{}", number + 1, commits.size(),
                      number == 0 ? "" : fmt::format(", {:.1f} s each", (clock() - begin) / static_cast<double>(number))));
      gates_.build(commit);
      ++number;
    }
    if (!commits.empty() && !stop) ::sleep(2);  // what compilers leave to be written and to cool down
  }

  void decide_all(const Series& series) {
    int failures = 0;
    for (std::size_t index = 0; index < series.count && !is_over(); ++index) {
      if (records_.of(series.name).contains(index)) continue;
      say(fmt::format("{}: {} of {}, {:.1f} s each", series.words, index + 1, series.count, expected(series)));
      const auto record = gates_.decide(series, index);
      if (!record) return;
      records_.add(*record);
      failures = record->exit == 0 || record->exit == 1 ? 0 : failures + 1;
      if (failures == 3) give_up(fmt::format("{}: three gates in a row without an answer: {}", series.name, record->note));
    }
  }

  Options options_;
  std::vector<Series> series_;
  Repository repository_;
  std::string build_;
  Records records_;
  Gates gates_;
  double begin_ = 0;
};

int main(int argc, char** argv) {
  const Options options = options_of(argc, argv);
  struct sigaction action {};
  action.sa_handler = [](int) { stop = true; };
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
  Bench bench(options);
  const bool finished = options.only_table || bench.run();
  const bool met = bench.print();
  return !finished ? 130 : met ? 0 : 1;
}

}  // namespace
}  // namespace gate_bench

int main(int argc, char** argv) { return gate_bench::main(argc, argv); }
