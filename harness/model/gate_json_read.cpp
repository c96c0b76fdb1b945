#include <harness/model/gate_json.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

#include <harness/model/comparison_json.hpp>
#include <harness/model/json_stream.hpp>
#include <harness/model/member_reader.hpp>

namespace harness::model {
namespace {

constexpr std::size_t kMostValues = 100'000;  // of one case, or of another member of the report
constexpr std::size_t kMostWarnings = 100;
constexpr const char* kSchemaKey = "harness_gate_schema";
constexpr const char* kCasesKey = "cases";

// The keys that a report has, told by its list of members.
struct Keys {
  std::vector<std::string_view> names{kSchemaKey, "context", kCasesKey};
  template <class... Rest>
  void operator()(const char* name, Rest&&...) {
    names.push_back(name);
  }
};

// Builds the members of the report, of its cases one at a time; what it does not know passes by.
class Document : public JsonHandler {
 public:
  explicit Document(const std::string& file) : fault_(file) {
    root_.kind = JsonValue::Kind::kMap;
    members(keys_, report_);
  }

  bool begin_object() override { return begin(JsonValue::Kind::kMap); }
  bool begin_array() override { return begin(JsonValue::Kind::kList); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool key(std::string_view name) override {
    if (!open_.empty()) {
      open_.back().keys.emplace_back(name);
    } else if (depth_ == 1) {
      member_ = name;
      is_known_ = std::find(keys_.names.begin(), keys_.names.end(), name) != keys_.names.end();
      if (is_known_ && std::find(seen_.begin(), seen_.end(), name) != seen_.end()) {
        fault_.refuse({&top_, member_}, "each key once", "it again");
      } else if (is_known_) {
        seen_.emplace_back(name);
      }
    }
    return !fault_;
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

  Result<GateReport> take() {
    if (!fault_) check_schema();
    if (!fault_ && std::find(seen_.begin(), seen_.end(), kCasesKey) == seen_.end()) {
      fault_.refuse({&top_, kCasesKey}, "an array", "no such key");
    }
    MemberReader reader(root_, top_, fault_);
    reader("context", report_.context);
    members(reader, report_);
    check_effect(report_.min_effect, top_);
    if (fault_) return tl::unexpected(fault_.error());
    return std::move(report_);
  }

 private:
  bool is_cases() const { return member_ == kCasesKey; }
  bool builds() const { return !open_.empty() || (is_known_ && depth_ == (is_cases() ? 2U : 1U)); }
  JsonPlace place_of_part() const {
    return is_cases() ? JsonPlace{&cases_, {}, report_.cases.size()} : JsonPlace{&top_, member_};
  }

  bool begin(JsonValue::Kind kind) {
    if (depth_ == 0 && kind != JsonValue::Kind::kMap) fault_.refuse(top_, "an object", "an array");
    if (depth_ == 1 && is_cases() && kind != JsonValue::Kind::kList) fault_.refuse(cases_, "an array", "an object");
    if (depth_ > 0 && builds()) open_.push_back(JsonValue{kind});
    ++depth_;
    return !fault_;
  }

  bool end() {
    --depth_;
    if (open_.empty()) return !fault_;
    JsonValue value = std::move(open_.back());
    open_.pop_back();
    std::vector<std::string_view> names(value.keys.begin(), value.keys.end());
    std::sort(names.begin(), names.end());
    if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end()) {
      fault_.refuse(place_of_part(), "each key once", in_quotes(*twice) + " again");
    }
    return !fault_ && add(std::move(value));
  }

  bool add(JsonValue value) {
    if (depth_ == 0) {
      fault_.refuse(top_, "an object", value.found());
    } else if (!builds()) {
      if (depth_ == 1 && is_cases()) fault_.refuse(cases_, "an array", value.found());
    } else if (++values_ > kMostValues) {
      fault_.refuse(place_of_part(), fmt::format("at most {} values", kMostValues), "more");
    } else if (!open_.empty()) {
      open_.back().items.push_back(std::move(value));
    } else {
      values_ = 0;
      take_part(std::move(value));
    }
    return !fault_;
  }

  void take_part(JsonValue value) {
    if (!is_cases()) {
      root_.keys.push_back(member_);
      root_.items.push_back(std::move(value));
      if (member_ == kSchemaKey) check_schema();  // at once: of a newer one nothing else is worth a word
      return;
    }
    const JsonPlace place = place_of_part();
    GateCase one;
    MemberReader(value, place, fault_).read(value, place, one);
    const JsonPlace inside{&place, "comparison"};
    check_effect(one.comparison.min_effect, inside);
    if (one.comparison.warnings.size() > kMostWarnings) {
      fault_.refuse({&inside, "warnings"}, fmt::format("at most {} texts", kMostWarnings),
                    std::to_string(one.comparison.warnings.size()));
    }
    report_.cases.push_back(std::move(one));
  }

  void check_effect(double effect, const JsonPlace& of) {
    if (!(effect > 0)) fault_.refuse({&of, "min_effect"}, "a number above 0", fmt::format("{}", effect));
  }

  void check_schema() {
    const JsonPlace place{&top_, kSchemaKey};
    const JsonValue* schema = root_.find(kSchemaKey);
    if (schema == nullptr) {
      const JsonValue* context = root_.find("context");
      const auto has = [&](const char* key) { return context != nullptr && context->find(key) != nullptr; };
      return fault_.refuse(place, "the schema of a gate's report",
                           has("harness_ab_schema") ? "a report of an A/B"
                           : has("harness_schema")  ? "a report of a run"
                                                    : "no such key",
                           "harness gate writes one");
    }
    if (schema->kind != JsonValue::Kind::kWhole || schema->whole != kGateSchema) {
      const bool newer = schema->kind == JsonValue::Kind::kWhole && schema->whole > kGateSchema;
      fault_.refuse(place, std::to_string(kGateSchema), schema->found(),
                    newer ? "a newer harness wrote it, and reads it" : "");
    }
  }

  const JsonPlace top_;
  const JsonPlace cases_{&top_, kCasesKey};
  JsonFault fault_;
  GateReport report_;
  Keys keys_;
  JsonValue root_;  // the members that were read, but for the cases
  std::vector<std::string> seen_;
  std::size_t depth_ = 0;
  std::string member_;  // of the document, in which we are
  bool is_known_ = false;
  std::vector<JsonValue> open_;  // lists and maps that are being built
  std::size_t values_ = 0;       // of the part that is being built
};

}  // namespace

Result<GateReport> read_gate_report(std::string_view text, const std::string& file) {
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
