#include <harness/model/history_json.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include <harness/model/document.hpp>
#include <harness/model/history_members.hpp>
#include <harness/model/json_stream.hpp>
#include <harness/model/text.hpp>
#include <harness/model/version.hpp>

namespace harness::model {
namespace {

constexpr double kMostNumber = 1e300;  // stays finite when it is rounded
constexpr std::size_t kMostNameBytes = 300;
constexpr const char* kSchemaKey = "harness_baseline_schema";

bool is_hexadecimal(std::string_view text, std::size_t size) {
  return text.size() == size &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_date(std::string_view text) {
  constexpr std::string_view kPattern = "0000-00-00T00:00:00Z";
  if (text.size() != kPattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kPattern[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != kPattern[i]) return false;
  }
  return true;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMostNameBytes && !has_control_character(text) &&
         text.find_first_of(" \t\n") == std::string_view::npos;
}

bool fits(std::string_view text, Shape shape) {
  switch (shape) {
    case Shape::kProblem:
    case Shape::kLine: return is_kebab_case(text);
    case Shape::kSolver: return text.size() <= kMostNameBytes && text.starts_with('v') && Version::parse(text);
    case Shape::kName: return is_name(text);
    case Shape::kDate: return is_date(text);
    case Shape::kHash: return is_hexadecimal(text, 64);
    case Shape::kCommit: return is_hexadecimal(text, 40);
    default: return !text.empty() && !has_control_character(text);
  }
}

bool fits(double value, Shape shape) {
  if (!(std::abs(value) <= kMostNumber)) return false;
  return shape == Shape::kScore || (shape == Shape::kRatio ? value > 0 : value >= 0);
}

std::string words_for(Shape shape) {
  switch (shape) {
    case Shape::kProblem: return "a problem's name such as two-sum";
    case Shape::kSolver: return "a solver's name such as v2.0.0";
    case Shape::kLine: return "a line such as v2";
    case Shape::kName: return fmt::format("a name of at most {} bytes without spaces", kMostNameBytes);
    case Shape::kWords: return "a text without control characters";
    case Shape::kDate: return "a date such as 2026-11-24T10:15:00Z";
    case Shape::kHash: return "64 lower case hexadecimal digits";
    case Shape::kCommit: return "40 lower case hexadecimal digits";
    case Shape::kScore: return "a number from -1e300 to 1e300";
    case Shape::kRatio: return "a number above 0, at most 1e300";
    default: return "a number from 0 to 1e300";
  }
}

// One member of the object that is being read, and where its value goes.
struct Slot {
  std::string_view name;
  std::variant<std::string*, double*, std::optional<double>*, bool*, std::uint64_t*, std::vector<Metric>*,
               std::vector<Segment>*, std::vector<RecordedRun>*, std::vector<CaseHistory>*>
      target;
  Shape shape = Shape::kWords;
  bool always = false;
  bool seen = false;
};

// Fills slots from the list of members.
struct Slots {
  std::vector<Slot>& slots;
  template <class T>
  void operator()(const char* name, T& target, Shape shape = Shape::kCount, bool always = false) {
    constexpr bool kIsNeeded = std::same_as<T, std::vector<Segment>> || std::same_as<T, std::vector<RecordedRun>> ||
                               std::same_as<T, std::vector<CaseHistory>> || std::same_as<T, std::uint64_t>;
    slots.push_back({name, &target, shape, always || kIsNeeded});
  }
};

class Reader : public JsonHandler {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  bool begin_object() override {
    if (depth_ == 0) return open(baseline_, true);
    if (!top().is_list) return refuse(expected(), "an object");
    Slot& list = holder();
    if (auto* cases = std::get_if<std::vector<CaseHistory>*>(&list.target)) return open((*cases)->emplace_back());
    if (auto* segments = std::get_if<std::vector<Segment>*>(&list.target)) return open((*segments)->emplace_back());
    if (auto* runs = std::get_if<std::vector<RecordedRun>*>(&list.target)) return open((*runs)->emplace_back());
    return refuse(expected(), "an object");
  }

  bool key(std::string_view name) override {
    Frame& frame = top();
    // In the order of writing, which is that of reading, the next one is the right one.
    std::size_t at = frame.next;
    while (at < frame.slots.size() && frame.slots[at].name != name) ++at;
    if (at == frame.slots.size()) {
      at = 0;
      while (at < frame.slots.size() && frame.slots[at].name != name) ++at;
    }
    const bool is_known = at < frame.slots.size();
    if (depth_ == 1 && !has_schema_ && !(is_known && frame.slots[at].name == kSchemaKey)) {
      return refuse(fmt::format("{} as the first key", kSchemaKey), in_quotes(name));
    }
    frame.now = kNone;
    if (!is_known) return refuse("no unknown key", in_quotes(name), hint(name));
    frame.now = at;
    frame.next = at + 1;
    if (std::exchange(frame.slots[at].seen, true)) return refuse("each key once", "it again");
    return true;
  }

  bool end_object() override {
    Frame& frame = top();
    for (std::size_t i = 0; i < frame.slots.size(); ++i) {
      if (!frame.slots[i].always || frame.slots[i].seen) continue;
      frame.now = i;
      return refuse(expected(frame.slots[i]), "no such key");
    }
    frame.now = kNone;
    if (depth_ == kDepthOfCase && !check(baseline_.cases.back())) return false;
    --depth_;
    return count();
  }

  bool begin_array() override {
    if (depth_ == 0 || top().is_list) return refuse(expected(), "an array");
    const bool is_list = std::visit(
        [](auto* target) {
          using T = std::remove_pointer_t<decltype(target)>;
          return !std::same_as<T, std::string> && !std::same_as<T, double> && !std::same_as<T, std::optional<double>> &&
                 !std::same_as<T, bool> && !std::same_as<T, std::uint64_t>;
        },
        slot().target);
    if (!is_list) return refuse(expected(), "an array");
    Frame& frame = frames_[depth_++];
    frame.is_list = true;
    frame.now = 0;
    return true;
  }
  bool end_array() override {
    --depth_;
    return true;
  }

  bool string(std::string_view text) override {
    if (in_list<Metric>()) return add_metric(text);
    auto* target = scalar<std::string>();
    if (target == nullptr) return refuse(expected(), in_quotes(text));
    const Slot& to = slot();
    const bool known = to.shape == Shape::kSolver && text == last_solver_;
    if (!known && !fits(text, to.shape)) return refuse(words_for(to.shape), in_quotes(text));
    if (to.shape == Shape::kSolver && !known) last_solver_ = text;
    *target = text;
    return true;
  }
  bool integer(std::int64_t value) override {
    if (value >= 0) return unsigned_integer(static_cast<std::uint64_t>(value));
    return number(static_cast<double>(value), std::to_string(value));
  }
  bool unsigned_integer(std::uint64_t value) override {
    auto* whole = scalar<std::uint64_t>();
    if (whole == nullptr) return number(static_cast<double>(value), std::to_string(value));
    *whole = value;
    return slot().name != kSchemaKey || check_schema(value);
  }
  bool floating(double value, std::string_view text) override { return number(value, text); }
  bool boolean(bool value) override {
    auto* target = scalar<bool>();
    if (target == nullptr) return refuse(expected(), value ? "true" : "false");
    *target = value;
    return true;
  }
  bool null() override { return refuse(expected(), "null"); }

  Result<Baseline> take() {
    if (fault_ || !check_cases()) return tl::unexpected(*fault_);
    return std::move(baseline_);
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  static constexpr std::size_t kDepthOfCase = 3;

  // Of an object or list that is open: what it is made of, and at which key or index reading stands.
  struct Frame {
    std::vector<Slot> slots;
    bool is_list = false;
    std::size_t now = kNone, next = 0;
  };

  Frame& top() { return frames_[depth_ - 1]; }
  Slot& slot() { return top().slots[top().now]; }
  Slot& holder() { return frames_[depth_ - 2].slots[frames_[depth_ - 2].now]; }  // of the list that is open

  template <class T>
  bool open(T& object, bool is_root = false) {
    Frame& frame = frames_[depth_++];
    frame.slots.clear();
    frame.is_list = false;
    frame.now = kNone;
    frame.next = 0;
    Slots slots{frame.slots};
    if (is_root) slots(kSchemaKey, schema_);
    members(slots, object);
    return true;
  }

  template <class T>
  bool in_list() {
    return depth_ > 0 && top().is_list && std::holds_alternative<std::vector<T>*>(holder().target);
  }
  // Null: something else is expected here.
  template <class T>
  T* scalar() {
    if (depth_ == 0 || top().is_list) return nullptr;
    T** target = std::get_if<T*>(&slot().target);
    return target == nullptr ? nullptr : *target;
  }

  bool number(double value, std::string_view text) {
    double* target = scalar<double>();
    if (auto* optional = scalar<std::optional<double>>()) target = &optional->emplace();
    if (target == nullptr) return refuse(expected(), std::string(text.substr(0, 30)));
    if (!fits(value, slot().shape)) return refuse(words_for(slot().shape), std::string(text.substr(0, 30)));
    *target = value;
    return true;
  }

  bool add_metric(std::string_view word) {
    auto& metrics = *std::get<std::vector<Metric>*>(holder().target);
    const auto metric = metric_of(word);
    if (!metric) return refuse(expected(), in_quotes(word));
    if (std::find(metrics.begin(), metrics.end(), *metric) != metrics.end()) {
      return refuse("each metric once", in_quotes(word) + " again");
    }
    metrics.push_back(*metric);
    return count();
  }

  // An item of a list is complete.
  bool count() {
    if (depth_ > 0 && top().is_list) ++top().now;
    return true;
  }

  bool check_schema(std::uint64_t schema) {
    has_schema_ = true;
    if (schema == kBaselineSchema) return true;
    if (schema < kBaselineSchema) return refuse(fmt::format("{}", kBaselineSchema), std::to_string(schema));
    fault_ = Error{
        file_,
        fmt::format("written by a newer harness (baseline schema {}, this one reads {})", schema, kBaselineSchema),
        "update harness", Exit::kUsage};
    return false;
  }

  bool check(const CaseHistory& history) {
    if (history.segments.empty()) return refuse_under("/segments", "at least one segment", "none");
    if (history.segments.front().chain)
      return refuse_under("/segments/0/chain", "no such key in the first segment", "it");
    for (std::size_t i = 0; i < history.runs.size(); ++i) {
      if (history.runs[i].segment < history.segments.size()) continue;
      return refuse_under(fmt::format("/runs/{}/segment", i),
                          fmt::format("one of the {} segments, counted from 0", history.segments.size()),
                          std::to_string(history.runs[i].segment));
    }
    return true;
  }

  bool check_cases() {
    std::vector<std::pair<std::string_view, std::string_view>> names;
    for (const CaseHistory& one : baseline_.cases) names.emplace_back(one.solver, one.case_name);
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice == names.end()) return true;
    fault_ = Error{file_ + ": /cases",
                   fmt::format("expected each solver and case once, found {} {} again", twice->first, twice->second),
                   {},
                   Exit::kUsage};
    return false;
  }

  static std::string expected(const Slot& slot) {
    return std::visit(
        [&](auto* target) -> std::string {
          using T = std::remove_pointer_t<decltype(target)>;
          if constexpr (std::same_as<T, bool>)
            return "true or false";
          else if constexpr (std::same_as<T, std::uint64_t>)
            return "a whole number from 0";
          else if constexpr (std::same_as<T, std::string> || std::same_as<T, double> ||
                             std::same_as<T, std::optional<double>>)
            return words_for(slot.shape);
          else
            return "an array";
        },
        slot.target);
  }
  std::string expected() {
    if (depth_ == 0) return "an object";
    if (!top().is_list) return expected(slot());
    return in_list<Metric>() ? "one of time, p95, allocs, alloc_bytes, peak_heap_bytes, heap_growths" : "an object";
  }

  std::string hint(std::string_view name) {
    std::vector<std::string_view> known;
    for (const Slot& one : top().slots) known.push_back(one.name);
    const std::string_view meant = nearest(name, known);
    return meant.empty() ? "" : fmt::format("was {} meant?", meant);
  }

  std::string place() {
    std::string pointer;
    for (std::size_t i = 0; i < depth_; ++i) {
      const Frame& frame = frames_[i];
      if (frame.now == kNone) continue;
      pointer += '/';
      pointer += frame.is_list ? std::to_string(frame.now) : std::string(frame.slots[frame.now].name);
    }
    return pointer;
  }
  bool refuse_under(const std::string& below, const std::string& what, const std::string& found,
                    const std::string& next = {}) {
    const std::string pointer = place() + below;
    fault_ = Error{file_ + ": " + (pointer.empty() ? "/" : pointer), fmt::format("expected {}, found {}", what, found),
                   next, Exit::kUsage};
    return false;
  }
  bool refuse(const std::string& what, const std::string& found, const std::string& next = {}) {
    return refuse_under({}, what, found, next);
  }

  const std::string& file_;
  Baseline baseline_;
  std::uint64_t schema_ = 0;
  bool has_schema_ = false;
  Frame frames_[8];
  std::size_t depth_ = 0;
  std::string last_solver_;  // that was found to be one
  std::optional<Error> fault_;
};

// The line of the first marker that a merge left, from 1; 0 = there is none. In JSON no text goes over a line's end.
std::size_t conflict_line(std::string_view text) {
  std::size_t number = 1;
  for (std::size_t at = 0; at < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    for (const std::string_view marker : {"<<<<<<<", "|||||||", "=======", ">>>>>>>"}) {
      if (line.starts_with(marker)) return number;
    }
    at = end + 1;
  }
  return 0;
}

}  // namespace

Result<Baseline> read_baseline(std::string_view text, const std::string& file) {
  if (text.size() > kBaselineMostBytes) {
    return fail(file,
                fmt::format("expected at most {} MiB of text, found {} bytes", kBaselineMostBytes >> 20, text.size()));
  }
  Reader reader(file);
  std::string_view rest = text;
  const auto next = [&rest](char* buffer, std::size_t capacity) {
    const std::size_t size = std::min(capacity, rest.size());
    if (size > 0) std::memcpy(buffer, rest.data(), size);
    rest.remove_prefix(size);
    return size;
  };
  const auto read = stream_json(next, reader, file);
  auto baseline = read ? reader.take() : Result<Baseline>(tl::unexpected(read.error()));
  if (baseline) return baseline;
  if (const std::size_t line = conflict_line(text); line > 0) {
    return fail(fmt::format("{}: line {}", file, line), "a merge conflict was left in it",
                "resolve it, keeping the runs of both sides, and remove the markers");
  }
  return baseline;
}

}  // namespace harness::model
