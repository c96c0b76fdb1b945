// Runs the two sides as a user would, and reads what they print.
#pragma once

#include <string>
#include <vector>

namespace overhead {

struct Finished {
  int code = 0;             // the exit code; 128 + the signal's number when one ended it
  double wall_seconds = 0;  // from before the spawn to after the reaping
  std::string output;       // stdout
};

// Runs `command` to its end. Its stderr goes to /dev/null unless `HARNESS_BENCH_VERBOSE` is set.
Finished run(const std::vector<std::string>& command);

// As `run`; a code other than 0 ends this program with the command and its code on stderr.
Finished run_or_exit(const std::vector<std::string>& command);

// One line of --benchmark_format=csv that is a repetition, no aggregate.
struct Row {
  std::string name;
  double iterations = 0;
  double seconds_per_call = 0;      // real_time
  double cpu_seconds_per_call = 0;  // cpu_time
};
// Ends this program when a row failed or no header is found.
std::vector<Row> rows_of(const std::string& csv);

// Ends this program with `line` on stderr and exit code 2.
[[noreturn]] void give_up(const std::string& line);

double median(std::vector<double> values);  // values: not empty

}  // namespace overhead
