#include <harness/model/comparison_json.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <harness/model/comparison_members.hpp>
#include <harness/model/json_stream.hpp>
#include <harness/model/text.hpp>

namespace harness::model {
namespace {

constexpr std::size_t kMostValues = 100'000;  // of one comparison
constexpr std::size_t kMostWarnings = 100;
constexpr int kMostCore = 1'000'000;

struct Value {
  enum class Kind { kNull, kBoolean, kWhole, kNumber, kText, kList, kMap } kind = Kind::kNull;
  bool boolean = false;
  std::uint64_t whole = 0;  // kWhole: `number` is the same
  double number = 0;
  std::string text;
  std::vector<std::string> keys;  // of a map, one an item
  std::vector<Value> items;

  bool is_number() const { return kind == Kind::kWhole || kind == Kind::kNumber; }
  const Value* find(std::string_view name) const {
    const auto at = std::find(keys.begin(), keys.end(), name);
    return kind != Kind::kMap || at == keys.end() ? nullptr : &items[static_cast<std::size_t>(at - keys.begin())];
  }
  std::string found() const {
    switch (kind) {
      case Kind::kNull: return "null";
      case Kind::kBoolean: return boolean ? "true" : "false";
      case Kind::kWhole: return std::to_string(whole);
      case Kind::kNumber: return fmt::format("{}", number);
      case Kind::kText: return in_quotes(text);
      case Kind::kList: return "an array";
      case Kind::kMap: return "an object";
    }
    return {};
  }
};

// A JSON Pointer that is put together only when there is something to say.
struct Place {
  const Place* above = nullptr;
  std::string_view key;
  std::size_t index = 0;

  std::string text() const {
    if (above == nullptr) return "";
    std::string pointer = above->text() + "/";
    if (key.data() == nullptr) return pointer + std::to_string(index);
    for (const char c : key) pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return pointer;
  }
};

// The members of an object, taken one by one; the first fault is kept and ends the reading.
class Reader {
 public:
  Reader(const Value& object, const Place& place, std::optional<Error>& fault, const std::string& file)
      : object_(object), place_(place), fault_(fault), file_(file) {}

  template <class T>
  void operator()(const char* name, T& target, double null_is = std::numeric_limits<double>::quiet_NaN()) {
    if (fault_) return;
    const Place place{&place_, name};
    const Value* value = object_.find(name);
    if (value == nullptr) return refuse(place, std::string(expected(target)), "no such key");
    null_is_ = null_is;
    read(*value, place, target);
  }
  template <class T>
  void operator()(const char* name, std::optional<T>& target) {
    if (fault_ || object_.find(name) == nullptr) return;
    (*this)(name, target.emplace());
  }

  template <class T>
  requires std::is_class_v<T>
  void read(const Value& value, const Place& place, T& target) {
    if (value.kind != Value::Kind::kMap) return refuse(place, "an object", value.found());
    Reader inside(value, place, fault_, file_);
    members(inside, target);
  }

  void refuse(const Place& place, const std::string& what, const std::string& found, const std::string& next = {}) {
    if (fault_) return;
    const std::string pointer = place.text();
    fault_ = Error{file_ + ": " + (pointer.empty() ? "/" : pointer), fmt::format("expected {}, found {}", what, found),
                   next, Exit::kUsage};
  }

 private:
  static std::string_view expected(const double&) { return "a number"; }
  static std::string_view expected(const std::uint64_t&) { return "a whole number"; }
  static std::string_view expected(const int&) { return "a core's number"; }
  static std::string_view expected(const bool&) { return "true or false"; }
  static std::string_view expected(const std::string&) { return "a text"; }
  static std::string_view expected(const Verdict&) { return "a verdict"; }
  static std::string_view expected(const std::vector<std::pair<std::string, double>>&) {
    return "an object of numbers";
  }
  template <class T>
  static std::string_view expected(const std::vector<T>&) {
    return "an array";
  }
  template <class T>
  static std::string_view expected(const T&) {
    return "an object";
  }

  void read(const Value& value, const Place& place, double& target) {
    if (!value.is_number() && value.kind != Value::Kind::kNull) return refuse(place, "a number", value.found());
    if (value.is_number() && !std::isfinite(value.number)) {
      return refuse(place, "a number that a double can hold", "a larger one");
    }
    target = value.is_number() ? value.number : null_is_;
  }
  void read(const Value& value, const Place& place, std::uint64_t& target) {
    if (value.kind != Value::Kind::kWhole) {
      return refuse(place, "a whole number from 0 to 18446744073709551615", value.found());
    }
    target = value.whole;
  }
  void read(const Value& value, const Place& place, int& target) {
    if (value.kind != Value::Kind::kWhole || value.whole > kMostCore) {
      return refuse(place, "a core's number", value.found());
    }
    target = static_cast<int>(value.whole);
  }
  void read(const Value& value, const Place& place, bool& target) {
    if (value.kind != Value::Kind::kBoolean) return refuse(place, "true or false", value.found());
    target = value.boolean;
  }
  void read(const Value& value, const Place& place, std::string& target) {
    if (value.kind != Value::Kind::kText) return refuse(place, "a text", value.found());
    target = value.text;
  }
  void read(const Value& value, const Place& place, Verdict& target) {
    const auto verdict = value.kind == Value::Kind::kText ? verdict_of(value.text) : std::nullopt;
    if (!verdict) {
      return refuse(place, "one of slower, faster, same, cannot-tell, new, missing, incomparable, failed",
                    value.found());
    }
    target = *verdict;
  }
  void read(const Value& value, const Place& place, std::vector<std::pair<std::string, double>>& target) {
    if (value.kind != Value::Kind::kMap) return refuse(place, "an object of numbers", value.found());
    null_is_ = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t i = 0; i < value.items.size() && !fault_; ++i) {
      target.emplace_back(value.keys[i], 0);
      read(value.items[i], Place{&place, value.keys[i]}, target.back().second);
    }
  }
  template <class T>
  void read(const Value& value, const Place& place, std::vector<T>& target) {
    if (value.kind != Value::Kind::kList) return refuse(place, "an array", value.found());
    null_is_ = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t i = 0; i < value.items.size() && !fault_; ++i) {
      read(value.items[i], Place{&place, {}, i}, target.emplace_back());
    }
  }

  const Value& object_;
  const Place& place_;
  std::optional<Error>& fault_;
  const std::string& file_;
  double null_is_ = 0;
};

// Builds the context and one comparison at a time; everything else passes by.
class Document : public JsonHandler {
 public:
  explicit Document(const std::string& file) : file_(file) {}

  bool begin_object() override { return begin(Value::Kind::kMap); }
  bool begin_array() override { return begin(Value::Kind::kList); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool key(std::string_view name) override {
    if (!open_.empty()) {
      open_.back().keys.emplace_back(name);
    } else if (depth_ == 1) {
      member_ = name;
    }
    return true;
  }
  bool string(std::string_view text) override {
    Value value{Value::Kind::kText};
    if (builds()) value.text = text;
    return add(std::move(value));
  }
  bool integer(std::int64_t value) override {
    return value >= 0 ? unsigned_integer(static_cast<std::uint64_t>(value)) : floating(static_cast<double>(value), {});
  }
  bool unsigned_integer(std::uint64_t value) override {
    Value whole{Value::Kind::kWhole};
    whole.whole = value;
    whole.number = static_cast<double>(value);
    return add(std::move(whole));
  }
  bool floating(double value, std::string_view) override {
    Value number{Value::Kind::kNumber};
    number.number = value;
    return add(std::move(number));
  }
  bool boolean(bool value) override { return add({Value::Kind::kBoolean, value}); }
  bool null() override { return add({}); }

  Result<AbReport> take() {
    if (!fault_ && !has_comparisons_) {
      refuse({&root_, "comparisons"}, "the comparisons of an A/B",
             is_run_           ? "a report of a run, which has none"
             : has_benchmarks_ ? "a Google Benchmark report, which has none"
                               : "no such key",
             "harness --ab=A,B --benchmark_out=FILE makes one");
    }
    if (!fault_ && !has_context_) refuse({&root_, "context"}, "an object", "no such key");
    if (fault_) return tl::unexpected(*fault_);
    return std::move(report_);
  }

 private:
  bool is_list_of_comparisons() const { return depth_ == 2 && member_ == "comparisons"; }
  bool builds() const { return !open_.empty() || (depth_ == 1 && member_ == "context") || is_list_of_comparisons(); }

  void refuse(const Place& place, const std::string& what, const std::string& found, const std::string& next = {}) {
    Reader({}, root_, fault_, file_).refuse(place, what, found, next);
  }

  bool begin(Value::Kind kind) {
    if (depth_ == 0 && kind != Value::Kind::kMap) refuse(root_, "an object", "an array");
    if (depth_ == 1 && member_ == "benchmarks") has_benchmarks_ = true;
    if (depth_ == 1 && member_ == "comparisons" && !take_comparisons(kind)) return false;
    if (builds()) open_.push_back(Value{kind});
    ++depth_;
    return !fault_;
  }

  bool take_comparisons(Value::Kind kind) {
    const Place place{&root_, "comparisons"};
    if (kind != Value::Kind::kList) refuse(place, "an array", "an object");
    if (std::exchange(has_comparisons_, true)) refuse(place, "each key once", "it again");
    return !fault_;
  }

  bool end() {
    --depth_;
    if (open_.empty()) return true;
    Value value = std::move(open_.back());
    open_.pop_back();
    if (value.kind == Value::Kind::kMap) {
      std::vector<std::string_view> keys(value.keys.begin(), value.keys.end());
      std::sort(keys.begin(), keys.end());
      if (const auto twice = std::adjacent_find(keys.begin(), keys.end()); twice != keys.end()) {
        const Place place = place_of_part();
        refuse(place, "each key once", in_quotes(*twice) + " again");
        return false;
      }
    }
    return add(std::move(value));
  }

  Place place_of_part() const {
    return member_ == "comparisons" ? Place{&comparisons_, {}, report_.comparisons.size()} : Place{&root_, "context"};
  }

  bool counted() {
    if (++values_ > kMostValues) refuse(place_of_part(), fmt::format("at most {} values", kMostValues), "more");
    return !fault_;
  }

  bool add(Value value) {
    if (depth_ == 0 && value.kind != Value::Kind::kMap) {
      refuse(root_, "an object", value.found());
      return false;
    }
    if (!builds()) {
      if (depth_ == 1 && member_ == "comparisons") refuse({&root_, "comparisons"}, "an array", value.found());
      return !fault_;
    }
    if (!counted()) return false;
    if (!open_.empty()) {
      open_.back().items.push_back(std::move(value));
      return true;
    }
    values_ = 0;
    if (is_list_of_comparisons()) {
      take_comparison(value);
    } else {
      take_context(value);
    }
    return !fault_;
  }

  void take_comparison(const Value& value) {
    const Place place{&comparisons_, {}, report_.comparisons.size()};
    Comparison comparison;
    Reader reader(value, place, fault_, file_);
    reader.read(value, place, comparison);
    if (!fault_ && !(comparison.min_effect > 0)) {
      refuse({&place, "min_effect"}, "a number above 0", fmt::format("{}", comparison.min_effect));
    }
    if (!fault_ && comparison.warnings.size() > kMostWarnings) {
      refuse({&place, "warnings"}, fmt::format("at most {} texts", kMostWarnings),
             std::to_string(comparison.warnings.size()));
    }
    report_.comparisons.push_back(std::move(comparison));
  }

  void take_context(const Value& value) {
    const Place place{&root_, "context"};
    if (value.kind != Value::Kind::kMap) return refuse(place, "an object", value.found());
    if (std::exchange(has_context_, true)) return refuse(place, "each key once", "it again");
    const Value* schema = value.find("harness_ab_schema");
    if (schema == nullptr) {
      is_run_ = value.find("harness_schema") != nullptr;
      return refuse({&place, "harness_ab_schema"}, "the schema of an A/B's report",
                    is_run_ ? "a report of a run, which has no comparisons" : "no such key",
                    "harness --ab=A,B --benchmark_out=FILE makes one");
    }
    if (schema->kind != Value::Kind::kWhole || schema->whole != kAbSchema) {
      const bool newer = schema->kind == Value::Kind::kWhole && schema->whole > kAbSchema;
      return refuse({&place, "harness_ab_schema"}, std::to_string(kAbSchema), schema->found(),
                    newer ? "a newer harness wrote it, and reads it" : "");
    }
    Reader reader(value, place, fault_, file_);
    reader("kind", report_.kind);
    reader("sides", report_.sides);
    reader("files", report_.files);
    if (fault_) return;
    if (report_.kind != "solvers" && report_.kind != "programs") {
      return refuse({&place, "kind"}, "solvers or programs", in_quotes(report_.kind));
    }
    if (report_.files.size() != report_.sides.size()) {
      return refuse({&place, "files"}, fmt::format("{} files, one a side", report_.sides.size()),
                    std::to_string(report_.files.size()));
    }
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      const bool own = value.keys[i] == "kind" || value.items[i].kind != Value::Kind::kText;
      if (!own) report_.context.emplace_back(value.keys[i], value.items[i].text);
    }
  }

  const std::string& file_;
  const Place root_;
  const Place comparisons_{&root_, "comparisons"};
  AbReport report_;
  std::optional<Error> fault_;
  std::size_t depth_ = 0;
  std::string member_;       // of the document, in which we are
  std::vector<Value> open_;  // lists and maps that are being built
  std::size_t values_ = 0;   // of the context or comparison that is being built
  bool has_context_ = false, has_comparisons_ = false, has_benchmarks_ = false, is_run_ = false;
};

}  // namespace

Result<AbReport> read_ab_report(std::string_view text, const std::string& file) {
  if (text.size() > kAbReportMostBytes) {
    return fail(file, fmt::format("expected at most 256 MiB of text, found {} bytes", text.size()));
  }
  Document document(file);
  const auto next = [&text](char* buffer, std::size_t capacity) {
    const std::size_t size = std::min(capacity, text.size());
    if (size > 0) std::memcpy(buffer, text.data(), size);
    text.remove_prefix(size);
    return size;
  };
  const auto read = stream_json(next, document, file);
  if (!read) return tl::unexpected(read.error());
  return document.take();
}

}  // namespace harness::model
