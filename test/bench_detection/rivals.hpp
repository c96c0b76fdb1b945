// The ways in which people decide today, each with processes of its own: what do they need for the same error?
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "decisions.hpp"
#include "records.hpp"

namespace detection {

enum class Rule {
  kBlocks,    // compare.py's users: all repetitions of one program, then of the other; Mann-Whitney p < 0.05 and > 1 %
  kStored,    // the mean of one run beyond mean + 2 sigma of 30 stored ones
  kHyperfine  // two driver programs; the ratio that it prints beyond 1 by more than its own error, and > 1 %
};
const char* words_of(Rule rule);

// A rule, a function and a slowdown, tried with more and more repetitions until identical code is called different at most
// once in a hundred and the slowdown is found 95 times: with 30 decisions each that is never, and 29 times.
struct Contest {
  Rule rule = Rule::kBlocks;
  std::string function;
  int percent = 5;
};

struct Standing {
  enum class State { kRunning, kReached, kNever } state = State::kRunning;
  std::string setting;             // `20 x 0.05 s`: where it stands, or the last that was tried
  std::size_t same = 0, same_wrong = 0, slower = 0, slower_found = 0;  // decisions with that setting
  double seconds = 0;              // median of a decision with it
  double seconds_of_next = 0;      // what the next decision will take, about
  double seconds_left = 0;         // of this setting, should it do
  bool beyond_a_minute = false;    // kNever: the next setting would take more than 60 s a decision
};

class Rivals {
 public:
  // `wanted`: decisions of each kind with one setting. hyperfine is left out where it is not installed.
  Rivals(const Places& places, Records& records, std::size_t wanted);

  const std::vector<Contest>& contests() const { return contests_; }
  std::size_t wanted() const { return wanted_; }
  bool has_hyperfine() const { return !hyperfine_.empty(); }
  Standing standing(const Contest& contest) const;
  // One more process or decision of a contest that is running.
  void go_on(const Contest& contest);

 private:
  struct Setting {
    int repetitions;
    double min_seconds;
    std::string words() const;
  };
  struct Step {
    Standing standing;
    Setting setting{};
    std::string cell;   // what is to be done next: a decision, or a stored run
    int percent = 0;
    bool stored = false;
  };
  static const std::vector<Setting>& ladder(Rule rule);
  Step step(const Contest& contest) const;
  std::vector<double> repeat(const std::string& function, const std::string& program, const Setting& setting) const;
  Record decide(const Contest& contest, const Step& next) const;

  Places places_;
  Records& records_;
  std::size_t wanted_;
  std::string hyperfine_;  // "" = not installed
  std::vector<Contest> contests_;
};

// Two-sided p of the Mann-Whitney U test: normal approximation with ties and continuity, as scipy has it for more than
// eight values a side. 1 where all values are equal.
double mann_whitney_p(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace detection
