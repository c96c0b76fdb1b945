// How often an A/B is wrong, how often it finds what is there, and how soon: harness itself and the rules that people use.
//
//   detection_bench --plugins=DIR --datasets=DIR --programs=DIR --records=FILE [--quick] [--limit=SECONDS] [--only=TEXT] [--table]
//
// --only: cells whose id holds the text (`sort/+2%`, `/load`), and then no rivals. --table: prints what there is, makes nothing.
// Prints Markdown. Exit code: 0 when every aim that could be judged is met, 1 when one is not, 2 when it could not be
// measured, 130 after Ctrl-C (what there is has been printed; the next start goes on from there).
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include <harness/model/sha256.hpp>

#include "../bench_overhead/program.hpp"
#include "cells.hpp"
#include "decisions.hpp"
#include "records.hpp"
#include "rivals.hpp"
#include "table.hpp"

namespace detection {
namespace {

using overhead::give_up;

std::atomic<bool> stop{false};

struct Options {
  Places places;
  std::string records, only;
  bool quick = false, only_table = false;
  double limit = 0;  // seconds; 0 = none
};

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto equals = word.find('=');
    const std::string name = word.substr(0, equals), value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (name == "--plugins") options.places.plugins = value;
    else if (name == "--datasets") options.places.datasets = value;
    else if (name == "--programs") options.places.programs = value;
    else if (name == "--records") options.records = value;
    else if (name == "--only") options.only = value;
    else if (name == "--limit") options.limit = std::atof(value.c_str());
    else if (word == "--quick") options.quick = true;
    else if (word == "--table") options.only_table = true;
    else give_up("unknown " + word);
  }
  if (options.places.plugins.empty() || options.places.datasets.empty() || options.places.programs.empty() ||
      options.records.empty()) {
    give_up("needs --plugins, --datasets, --programs and --records");
  }
  if (options.quick && options.limit <= 0) options.limit = 240;  // with building the tables and the last decision below 300
  return options;
}

// Decisions by one build are one sample; another build's are another one.
std::string build_of(const Options& options) {
  harness::model::Sha256 sum;
  const auto worker = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "harness-worker";
  for (const std::filesystem::path& file : {std::filesystem::path("/proc/self/exe"), worker, options.places.programs / "detection_program_0"}) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) give_up(file.string() + ": cannot be read");
    sum.add(std::string{std::istreambuf_iterator<char>(stream), {}});
  }
  return sum.hex().substr(0, 16);
}

class Bench {
 public:
  explicit Bench(const Options& options)
      : options_(options), cells_(plan(options.quick)), records_(options.records, build_of(options)),
        rivals_(options.places, records_, options.quick ? 3 : 30) {
    std::erase_if(cells_, [&](const Cell& cell) { return cell.id.find(options.only) == cell.id.npos; });
    if (cells_.empty()) give_up("--only=" + options.only + " is in no cell's id");
  }

  // False after Ctrl-C.
  bool run() {
    begin_ = clock();
    if (options_.only.empty()) verify_pairs();
    while (!stop) {
      if (options_.limit > 0 && clock() - begin_ > options_.limit) {
        say(fmt::format("ended after {:.0f} s; what is missing is made by another start", clock() - begin_));
        break;
      }
      const Cell* cell = most_behind();
      const Contest* contest = next_contest();
      if (cell == nullptr && contest == nullptr) break;
      // The rivals get half of the time that harness gets, until one of them is finished.
      const bool rivals_turn = contest != nullptr && (cell == nullptr || rivals_seconds_ < 0.5 * own_seconds_);
      if (rivals_turn) {
        say_progress(fmt::format("{}: {} +{} %", words_of(contest->rule), contest->function, contest->percent));
        const double before = clock();
        rivals_.go_on(*contest);
        rivals_seconds_ += clock() - before;
      } else {
        decide_once(*cell);
      }
    }
    std::fputc('\n', stderr);
    return !stop;
  }

  bool print() const {
    print_verified();
    return print_tables(cells_, records_, rivals_);
  }

 private:
  static double clock() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

  void say(const std::string& line) const { std::fprintf(stderr, "\r\033[K%s%s", line.c_str(), isatty(STDERR_FILENO) ? "" : "\n"); }

  void say_progress(const std::string& what) {
    if (!isatty(STDERR_FILENO) && clock() - said_ < 60) return;
    said_ = clock();
    double left = 0;
    for (const Cell& cell : cells_) left += static_cast<double>(cell.count - std::min(cell.count, made(cell))) * expected(cell);
    for (const Contest& contest : rivals_.contests()) left += options_.only.empty() ? rivals_.standing(contest).seconds_left : 0;
    say(fmt::format("about {:.0f}:{:02.0f} h left: {}", std::floor(left / 3600), std::floor(std::fmod(left, 3600) / 60), what));
  }

  std::size_t made(const Cell& cell) const { return records_.of(cell.id).size(); }

  double expected(const Cell& cell) const {
    double sum = 0;
    for (const Record& record : records_.of(cell.id)) sum += record.whole_seconds;
    if (made(cell) > 0) return sum / static_cast<double>(made(cell));
    const auto& all = functions();
    const auto function = std::find_if(all.begin(), all.end(), [&](const Function& one) { return one.name == cell.function; });
    return function->guessed_duet * (cell.kind == Kind::kSlower ? 2 : 1) * (cell.programs ? 6 : 1);
  }

  // Round and round: a run that ends early has a part of everything, in the order of the plan.
  const Cell* most_behind() const {
    const Cell* behind = nullptr;
    double least = 1;
    for (const Cell& cell : cells_) {
      const double share = static_cast<double>(made(cell)) / static_cast<double>(cell.count);
      if (share < least) behind = &cell, least = share;
    }
    return behind;
  }

  const Contest* next_contest() {
    if (!options_.only.empty()) return nullptr;
    const auto& contests = rivals_.contests();
    for (std::size_t i = 0; i < contests.size(); ++i) {
      const Contest& contest = contests[(turn_ + i) % contests.size()];
      if (rivals_.standing(contest).state != Standing::State::kRunning) continue;
      turn_ = (turn_ + i + 1) % contests.size();
      return &contest;
    }
    return nullptr;
  }

  void decide_once(const Cell& cell) {
    say_progress(fmt::format("{} ({} of {})", cell.id, made(cell) + 1, cell.count));
    const auto record = decide(cell, made(cell), options_.places, stop);
    if (!record) return;
    own_seconds_ += record->whole_seconds;
    records_.add(*record);
    failures_ = record->verdict == "failed" ? failures_ + 1 : 0;
    if (failures_ == 3) give_up(fmt::format("{}: three decisions in a row failed: {}", cell.id, record->note));
  }

  // The slower versions do exactly so much more: counted once, where the machine can count.
  void verify_pairs() {
    for (const Function& function : functions()) {
      if (options_.quick && function.seconds > 1e-3) continue;
      for (const int percent : {1, 2, 5, 10}) {
        const std::string cell = verified_cell(function, percent);
        if (stop || !records_.of(cell).empty()) continue;
        say(fmt::format("counting the instructions of {}, +{} %", function.name, percent));
        const Instructions counted = count_instructions(function.name, percent, options_.places, stop);
        if (stop) return;
        Record record;
        record.cell = cell;
        record.value = counted.ratio;
        record.note = counted.why;
        records_.add(record);
      }
    }
  }

  static std::string verified_cell(const Function& function, int percent) { return fmt::format("instructions/{}/+{}%", function.name, percent); }

  void print_verified() const {
    std::printf("| instructions, slower / reference | +1 %% | +2 %% | +5 %% | +10 %% |\n|---|---|---|---|---|\n");
    bool exact = true;
    for (const Function& function : functions()) {
      std::string row = fmt::format("| {} |", function.name);
      for (const int percent : {1, 2, 5, 10}) {
        const auto& counted = records_.of(verified_cell(function, percent));
        if (counted.empty() || !counted.front().note.empty()) {
          row += counted.empty() ? " - |" : " not counted |";
          continue;
        }
        const double ratio = counted.front().value;
        const bool fits = std::abs(ratio - 1 - percent / 100.0) <= 0.001;
        exact = exact && fits;
        row += fmt::format(" {:.4f}{} |", ratio, fits ? "" : " **inexact**");
      }
      std::printf("%s\n", row.c_str());
    }
    std::printf("\n%s\n\n", exact ? "Slowdowns are exact within 0.1 % of the reference, by callgrind." : "**Some slowdowns are not what they are called.**");
  }

  Options options_;
  std::vector<Cell> cells_;
  Records records_;
  Rivals rivals_;
  double begin_ = 0, said_ = 0, own_seconds_ = 0, rivals_seconds_ = 0;
  std::size_t turn_ = 0;
  int failures_ = 0;
};

int main(int argc, char** argv) {
  const Options options = options_of(argc, argv);
  struct sigaction action {};
  action.sa_handler = [](int) { stop = true; };
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
  setenv("XDG_CACHE_HOME", (std::filesystem::path(options.records).parent_path() / "cache").c_str(), 1);
  Bench bench(options);
  const bool finished = options.only_table || bench.run();
  const bool met = bench.print();
  return !finished ? 130 : met ? 0 : 1;
}

}  // namespace
}  // namespace detection

int main(int argc, char** argv) { return detection::main(argc, argv); }
