// Google Benchmark's flags as this program takes them. The two library versions that we build against read some of them
// differently (`--benchmark_min_time=0.05`, `0.05s`, `30x`); here all forms mean the same everywhere.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <harness/model/error.hpp>

namespace harness::bench {

// --benchmark_filter over bare names: a POSIX extended regular expression that is searched for, `-` in front negates,
// empty and `all` match everything. At most 1,000 characters. Matching takes time linear in the name (no backtracking).
class Filter {
 public:
  static Result<Filter> parse(const std::string& text);
  bool matches(const std::string& name) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  struct Compiled;
  std::shared_ptr<const Compiled> expression_;
  bool everything_ = true;
  bool negative_ = false;
};

struct Flags {
  std::string filter;
  bool list_tests = false;
  bool dry_run = false;  // one call, one process
  std::uint64_t repetitions = 3;
  double min_time_seconds = 0.05;            // of measuring, per process
  std::optional<std::uint64_t> fixed_calls;  // `30x`: as many calls, whatever they cost
  double min_warmup_seconds = 0;             // untimed calls in each process; never below the worker's own millisecond
  std::string format = "console";            // console, json, csv: what stdout gets
  std::string out;                           // file for the report; "" = none
  std::string out_format = "json";           // json, csv, console
  std::string color = "auto";                // auto, yes, no
  std::vector<std::string> passed;           // for Google Benchmark's own parser, validated
};

// True for what belongs to Google Benchmark: `--benchmark_...` and `--v=...`.
bool is_benchmark_flag(std::string_view argument);

// Reads the flags; what they do not say is taken from the environment as Google Benchmark does (BENCHMARK_MIN_TIME for
// --benchmark_min_time), and then from the defaults above. An unknown flag or a bad value is an error (exit 2).
Result<Flags> parse_flags(const std::vector<std::string>& arguments,
                          const std::function<const char*(const char*)>& environment);

// Calls per process for a trial whose call costs this much. At least 1.
std::uint64_t calls_for(const Flags& flags, double seconds_per_call);

// The names nearest to what a filter that matches nothing looked for, best first, at most three.
std::vector<std::string> nearest(const std::string& wanted, const std::vector<std::string>& names);

}  // namespace harness::bench
