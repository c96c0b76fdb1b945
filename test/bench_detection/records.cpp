#include "records.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

#include <boost/json.hpp>

#include "../bench_overhead/program.hpp"

namespace detection {
namespace {

namespace json = boost::json;
using overhead::give_up;

std::string line_of(const Record& record) {
  json::object line = {{"cell", record.cell}, {"whole_seconds", record.whole_seconds}};
  if (record.verdict.empty()) {
    line["value"] = record.value;
  } else {
    line["verdict"] = record.verdict;
    line["log_ratio"] = record.log_ratio;
    line["first_seconds"] = record.first_seconds;
    line["confirm_seconds"] = record.confirm_seconds;
    line["processes"] = record.processes;
  }
  if (!record.note.empty()) line["note"] = record.note;
  return json::serialize(line) + "\n";
}

double number_in(const json::object& line, const char* key) {
  const auto* value = line.if_contains(key);
  return value == nullptr || !value->is_number() ? 0 : value->to_number<double>();
}

std::string text_in(const json::object& line, const char* key) {
  const auto* value = line.if_contains(key);
  return value == nullptr || !value->is_string() ? "" : std::string(value->get_string());
}

}  // namespace

Records::Records(const std::string& file, const std::string& build) : file_(file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  const std::size_t whole = text.rfind('\n') + 1;  // 0 where there is no line
  text.resize(whole);
  descriptor_ = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor_ < 0 || ftruncate(descriptor_, static_cast<off_t>(whole)) != 0) {
    give_up(file + ": cannot be written: " + std::strerror(errno) + "; name another with --records=FILE");
  }
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
    if (fault || !value.is_object()) give_up(file_ + ": line " + std::to_string(number) + " is no JSON object; remove the file, or name another with --records=FILE");
    const auto& object = value.get_object();
    if (number == 1) {
      if (text_in(object, "build") == build) continue;
      give_up(file_ + ": made by another build of harness; remove it to begin anew, or name another with --records=FILE");
    }
    Record record;
    record.cell = text_in(object, "cell");
    record.verdict = text_in(object, "verdict");
    record.note = text_in(object, "note");
    record.log_ratio = number_in(object, "log_ratio");
    record.first_seconds = number_in(object, "first_seconds");
    record.confirm_seconds = number_in(object, "confirm_seconds");
    record.whole_seconds = number_in(object, "whole_seconds");
    record.value = number_in(object, "value");
    record.processes = static_cast<std::size_t>(number_in(object, "processes"));
    by_cell_[record.cell].push_back(std::move(record));
  }
}

void Records::add(const Record& record) {
  const std::string line = line_of(record);
  if (write(descriptor_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) give_up(file_ + ": " + std::strerror(errno));
  by_cell_[record.cell].push_back(record);
}

const std::vector<Record>& Records::of(const std::string& cell) const {
  static const std::vector<Record> kNone;
  const auto found = by_cell_.find(cell);
  return found == by_cell_.end() ? kNone : found->second;
}

}  // namespace detection
