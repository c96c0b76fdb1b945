#include "records.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

#include <boost/json.hpp>

#include "program.hpp"

namespace gate_bench {
namespace {

namespace json = boost::json;

std::string line_of(const Record& record) {
  json::object line = {{"series", record.series}, {"index", record.index}, {"base", record.base}, {"head", record.head},
                       {"exit", record.exit},     {"seconds", record.seconds}};
  json::array cases;
  for (const CaseRecord& one : record.cases) {
    json::object each = {{"name", one.name}, {"verdict", one.verdict}, {"log_ratio", one.log_ratio}, {"processes", one.processes}};
    if (!one.failed.empty()) each["failed"] = one.failed;
    if (one.instructions) each["instructions"] = *one.instructions;
    cases.push_back(std::move(each));
  }
  line["cases"] = std::move(cases);
  line["not_measured"] = record.not_measured;
  line["incomparable"] = record.incomparable;
  if (record.control_log_ratio) line["control_log_ratio"] = *record.control_log_ratio;
  if (record.named) line["named"] = true;
  if (!record.evidence.empty()) line["evidence"] = record.evidence;
  if (!record.note.empty()) line["note"] = record.note;
  return json::serialize(line) + "\n";
}

std::optional<double> number_in(const json::object& line, const char* key) {
  const auto* value = line.if_contains(key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

std::size_t count_in(const json::object& line, const char* key) { return static_cast<std::size_t>(number_in(line, key).value_or(0)); }

std::string text_in(const json::object& line, const char* key) {
  const auto* value = line.if_contains(key);
  return value == nullptr || !value->is_string() ? "" : std::string(value->get_string());
}

Record record_of(const json::object& line) {
  Record record;
  record.series = text_in(line, "series");
  record.index = count_in(line, "index");
  record.base = text_in(line, "base");
  record.head = text_in(line, "head");
  record.exit = static_cast<int>(number_in(line, "exit").value_or(2));
  record.seconds = number_in(line, "seconds").value_or(0);
  if (const auto* cases = line.if_contains("cases"); cases != nullptr && cases->is_array()) {
    for (const auto& each : cases->get_array()) {
      if (!each.is_object()) continue;
      const auto& one = each.get_object();
      record.cases.push_back({text_in(one, "name"), text_in(one, "verdict"), text_in(one, "failed"), number_in(one, "log_ratio").value_or(0),
                              count_in(one, "processes"), number_in(one, "instructions")});
    }
  }
  record.not_measured = count_in(line, "not_measured");
  record.incomparable = count_in(line, "incomparable");
  record.control_log_ratio = number_in(line, "control_log_ratio");
  record.named = line.contains("named");
  record.evidence = text_in(line, "evidence");
  record.note = text_in(line, "note");
  return record;
}

}  // namespace

bool Record::is_red() const {
  return exit == 1 || std::any_of(cases.begin(), cases.end(), [](const CaseRecord& one) { return !one.failed.empty(); });
}

std::size_t Record::count(const std::string& verdict) const {
  return static_cast<std::size_t>(std::count_if(cases.begin(), cases.end(), [&](const CaseRecord& one) { return one.verdict == verdict; }));
}

Records::Records(const std::string& file, const std::string& build) : file_(file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  const std::size_t whole = text.rfind('\n') + 1;  // 0 where there is no line
  text.resize(whole);
  descriptor_ = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor_ < 0 || ftruncate(descriptor_, static_cast<off_t>(whole)) != 0) give_up(file + ": cannot be written: " + std::strerror(errno));
  if (!text.empty()) {
    read_lines(text, build);
    return;
  }
  const std::string head = json::serialize(json::object{{"schema", 1}, {"build", build}}) + "\n";
  if (write(descriptor_, head.data(), head.size()) != static_cast<ssize_t>(head.size())) give_up(file + ": " + std::strerror(errno));
}

Records::~Records() { close(descriptor_); }

void Records::read_lines(const std::string& text, const std::string& build) {
  std::istringstream lines(text);
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    boost::system::error_code fault;
    const auto value = json::parse(line, fault);
    if (fault || !value.is_object()) give_up(file_ + ": line " + std::to_string(number) + " is no JSON object; remove the file");
    if (number == 1) {
      if (text_in(value.get_object(), "build") == build) continue;
      give_up(file_ + ": made by another build of harness, or of another repository; remove it to begin anew");
    }
    auto record = record_of(value.get_object());
    by_series_[record.series][record.index] = std::move(record);
  }
}

void Records::add(const Record& record) {
  const std::string line = line_of(record);
  if (write(descriptor_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) give_up(file_ + ": " + std::strerror(errno));
  by_series_[record.series][record.index] = record;
}

const std::map<std::size_t, Record>& Records::of(const std::string& series) const {
  static const std::map<std::size_t, Record> kNone;
  const auto found = by_series_.find(series);
  return found == by_series_.end() ? kNone : found->second;
}

}  // namespace gate_bench
