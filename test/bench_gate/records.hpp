// What each gate said, a JSON line each, in a file that only grows: a run that was ended at any moment goes on from there.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gate_bench {

struct CaseRecord {
  std::string name;       // of the trial
  std::string verdict;    // `slower`, `faster`, `same`, `cannot-tell`, `failed`
  std::string failed;     // what made it red: `time`, `memory+time`; "" = it was not
  double log_ratio = 0;   // ln(candidate / reference)
  std::size_t processes = 0;
  std::optional<double> instructions;  // relative change; where they were counted and differ
};

struct Record {
  std::string series;
  std::size_t index = 0;
  std::string base, head;
  int exit = 0;
  double seconds = 0;     // wall time of the process
  std::vector<CaseRecord> cases;
  std::size_t not_measured = 0, incomparable = 0;
  std::optional<double> control_log_ratio;
  bool named = false;     // the worse case's name stands in what it said
  std::string evidence;   // kept file; "" = none
  std::string note;       // its last line, where it did not end with 0 or 1

  bool is_red() const;
  std::size_t count(const std::string& verdict) const;
};

class Records {
 public:
  // Opens or begins the file. `build` names harness and the repository: records of others are not mixed with these. A last
  // line that was not finished is dropped. Ends the program with code 2 when that does not work.
  Records(const std::string& file, const std::string& build);
  ~Records();
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;

  void add(const Record& record);  // on the disk when it returns
  const std::map<std::size_t, Record>& of(const std::string& series) const;  // by index
  const std::string& file() const { return file_; }

 private:
  void read_lines(const std::string& text, const std::string& build);

  std::string file_;
  int descriptor_ = -1;
  std::map<std::string, std::map<std::size_t, Record>> by_series_;
};

}  // namespace gate_bench
