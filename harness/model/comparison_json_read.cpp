#include <harness/model/comparison_json.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <harness/model/json_stream.hpp>
#include <harness/model/member_reader.hpp>

namespace harness::model {
namespace {

constexpr std::size_t kMostValues = 100'000;  // of one comparison
constexpr std::size_t kMostWarnings = 100;

// Builds the context and one comparison at a time; everything else passes by.
class Document : public JsonHandler {
 public:
  explicit Document(const std::string& file) : fault_(file) {}

  bool begin_object() override { return begin(JsonValue::Kind::kMap); }
  bool begin_array() override { return begin(JsonValue::Kind::kList); }
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
    JsonValue value{JsonValue::Kind::kText};
    if (builds()) value.text = text;
    return add(std::move(value));
  }
  bool integer(std::int64_t value) override {
    return value >= 0 ? unsigned_integer(static_cast<std::uint64_t>(value)) : floating(static_cast<double>(value), {});
  }
  bool unsigned_integer(std::uint64_t value) override {
    JsonValue whole{JsonValue::Kind::kWhole};
    whole.whole = value;
    whole.number = static_cast<double>(value);
    return add(std::move(whole));
  }
  bool floating(double value, std::string_view) override {
    JsonValue number{JsonValue::Kind::kNumber};
    number.number = value;
    return add(std::move(number));
  }
  bool boolean(bool value) override { return add({JsonValue::Kind::kBoolean, value}); }
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
    if (fault_) return tl::unexpected(fault_.error());
    return std::move(report_);
  }

 private:
  bool is_list_of_comparisons() const { return depth_ == 2 && member_ == "comparisons"; }
  bool builds() const { return !open_.empty() || (depth_ == 1 && member_ == "context") || is_list_of_comparisons(); }

  void refuse(const JsonPlace& place, const std::string& what, const std::string& found, const std::string& next = {}) {
    fault_.refuse(place, what, found, next);
  }

  bool begin(JsonValue::Kind kind) {
    if (depth_ == 0 && kind != JsonValue::Kind::kMap) refuse(root_, "an object", "an array");
    if (depth_ == 1 && member_ == "benchmarks") has_benchmarks_ = true;
    if (depth_ == 1 && member_ == "comparisons" && !take_comparisons(kind)) return false;
    if (builds()) open_.push_back(JsonValue{kind});
    ++depth_;
    return !fault_;
  }

  bool take_comparisons(JsonValue::Kind kind) {
    const JsonPlace place{&root_, "comparisons"};
    if (kind != JsonValue::Kind::kList) refuse(place, "an array", "an object");
    if (std::exchange(has_comparisons_, true)) refuse(place, "each key once", "it again");
    return !fault_;
  }

  bool end() {
    --depth_;
    if (open_.empty()) return true;
    JsonValue value = std::move(open_.back());
    open_.pop_back();
    if (value.kind == JsonValue::Kind::kMap) {
      std::vector<std::string_view> keys(value.keys.begin(), value.keys.end());
      std::sort(keys.begin(), keys.end());
      if (const auto twice = std::adjacent_find(keys.begin(), keys.end()); twice != keys.end()) {
        const JsonPlace place = place_of_part();
        refuse(place, "each key once", in_quotes(*twice) + " again");
        return false;
      }
    }
    return add(std::move(value));
  }

  JsonPlace place_of_part() const {
    return member_ == "comparisons" ? JsonPlace{&comparisons_, {}, report_.comparisons.size()} : JsonPlace{&root_, "context"};
  }

  bool counted() {
    if (++values_ > kMostValues) refuse(place_of_part(), fmt::format("at most {} values", kMostValues), "more");
    return !fault_;
  }

  bool add(JsonValue value) {
    if (depth_ == 0 && value.kind != JsonValue::Kind::kMap) {
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

  void take_comparison(const JsonValue& value) {
    const JsonPlace place{&comparisons_, {}, report_.comparisons.size()};
    Comparison comparison;
    MemberReader reader(value, place, fault_);
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

  void take_context(const JsonValue& value) {
    const JsonPlace place{&root_, "context"};
    if (value.kind != JsonValue::Kind::kMap) return refuse(place, "an object", value.found());
    if (std::exchange(has_context_, true)) return refuse(place, "each key once", "it again");
    const JsonValue* schema = value.find("harness_ab_schema");
    if (schema == nullptr) {
      is_run_ = value.find("harness_schema") != nullptr;
      return refuse({&place, "harness_ab_schema"}, "the schema of an A/B's report",
                    is_run_ ? "a report of a run, which has no comparisons" : "no such key",
                    "harness --ab=A,B --benchmark_out=FILE makes one");
    }
    if (schema->kind != JsonValue::Kind::kWhole || schema->whole != kAbSchema) {
      const bool newer = schema->kind == JsonValue::Kind::kWhole && schema->whole > kAbSchema;
      return refuse({&place, "harness_ab_schema"}, std::to_string(kAbSchema), schema->found(),
                    newer ? "a newer harness wrote it, and reads it" : "");
    }
    MemberReader reader(value, place, fault_);
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
      const bool own = value.keys[i] == "kind" || value.items[i].kind != JsonValue::Kind::kText;
      if (!own) report_.context.emplace_back(value.keys[i], value.items[i].text);
    }
  }

  const JsonPlace root_;
  const JsonPlace comparisons_{&root_, "comparisons"};
  AbReport report_;
  JsonFault fault_;
  std::size_t depth_ = 0;
  std::string member_;       // of the document, in which we are
  std::vector<JsonValue> open_;  // lists and maps that are being built
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
