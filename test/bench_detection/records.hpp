// What was decided, a JSON line each, in a file that only grows: a run that was ended at any moment goes on from there.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace detection {

struct Record {
  std::string cell;             // Cell::id, or a rival's
  std::string verdict;          // `slower`, `faster`, `same`, `cannot-tell`, `failed`; of a stored run ""
  double log_ratio = 0;         // ln(candidate / reference) as measured
  double first_seconds = 0;     // of the first duet; of a rival all of its decision
  double confirm_seconds = 0;   // of the second; 0 = there was none
  double whole_seconds = 0;     // wall time with everything around it
  double value = 0;             // of a stored run: seconds per call
  std::size_t processes = 0;    // of both duets
  std::string note;             // why, where it failed
};

class Records {
 public:
  // Opens or begins the file. `build` names the programs that decide: records of other programs are not mixed with these.
  // A last line that was not finished is dropped. Ends the program with code 2 when that does not work.
  Records(const std::string& file, const std::string& build);
  ~Records();
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;

  void add(const Record& record);  // on the disk when it returns
  const std::vector<Record>& of(const std::string& cell) const;
  const std::string& file() const { return file_; }

 private:
  void read_lines(const std::string& text, const std::string& build);

  std::string file_;
  int descriptor_ = -1;
  std::map<std::string, std::vector<Record>> by_cell_;
};

}  // namespace detection
