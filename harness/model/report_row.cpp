#include <harness/model/report_row.hpp>

#include <fmt/format.h>

#include <harness/model/json_text.hpp>

namespace harness::model {

ReportRow& ReportRow::text(const std::string& key, const std::string& value) { return put(key, json_text(value)); }
ReportRow& ReportRow::count(const std::string& key, std::uint64_t value) { return put(key, std::to_string(value)); }
ReportRow& ReportRow::value(const std::string& key, double value) { return put(key, json_number(value)); }

ReportRow& ReportRow::put_error(const std::string& message) {
  return put("error_occurred", "true").put("error_message", json_text(message));
}

ReportRow& ReportRow::put(const std::string& key, const std::string& value) {
  if (keys_.insert(key).second) text_ += (text_.empty() ? "" : ", ") + json_text(key) + ": " + value;
  return *this;
}

std::string write_report(const Context& context, const std::vector<ReportRow>& rows) {
  std::string text = "{\n  \"context\": {";
  std::set<std::string> keys;
  for (const auto& [key, value] : context) {
    if (keys.insert(in_utf8(key)).second) text += fmt::format("{}\n    {}: {}", keys.size() == 1 ? "" : ",", json_text(key), json_text(value));
  }
  text += "\n  },\n  \"benchmarks\": [";
  for (const auto& row : rows) text += (&row == rows.data() ? "\n    " : ",\n    ") + row.line();
  return text + "\n  ]\n}\n";
}

}  // namespace harness::model
