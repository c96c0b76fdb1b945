// One row of a report in Google Benchmark's JSON that its own reporter does not write: of an A/B, of a baseline.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <harness/model/measurement.hpp>

namespace harness::model {

class ReportRow {
 public:
  // A key that comes again gives way to the first: a user counter may be called like a member of the row.
  ReportRow& text(const std::string& key, const std::string& value);
  ReportRow& count(const std::string& key, std::uint64_t value);
  ReportRow& value(const std::string& key, double value);
  // As SkipWithError writes it: there are no times then.
  ReportRow& put_error(const std::string& message);
  std::string line() const { return "{" + text_ + "}"; }

 private:
  ReportRow& put(const std::string& key, const std::string& value);
  std::set<std::string> keys_;
  std::string text_;
};

// The whole document: context, and a row a line. Ends with a line end.
std::string write_report(const Context& context, const std::vector<ReportRow>& rows);

}  // namespace harness::model
