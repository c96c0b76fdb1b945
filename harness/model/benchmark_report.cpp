#include <harness/model/benchmark_report.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

#include <fmt/format.h>

#include <harness/model/bare_numbers.hpp>
#include <harness/model/json_stream.hpp>
#include <harness/model/text.hpp>

namespace harness::model {
namespace {

constexpr std::size_t kMostContextKeys = 1'000;
constexpr std::size_t kMostMembers = 10'000;

// A value of the document as the handler got it.
struct Scalar {
  enum class Kind { kText, kNumber, kTruth, kNull } kind = Kind::kNull;
  std::string_view text;  // of a text; of a number as it stood, where that is known
  double number = 0;
  std::optional<std::uint64_t> whole;  // of a number without sign and fraction
  bool truth = false;
};

std::string found(const Scalar& value) {
  switch (value.kind) {
    case Scalar::Kind::kText: return in_quotes(value.text);
    case Scalar::Kind::kNumber: return fmt::format("{}", value.number);
    case Scalar::Kind::kTruth: return value.truth ? "true" : "false";
    case Scalar::Kind::kNull: return "null";
  }
  return "null";
}

std::string in_pointer(std::string_view key) {
  std::string escaped;
  for (const char c : key) {
    if (c == '~') escaped += "~0";
    else if (c == '/') escaped += "~1";
    else escaped += c;
  }
  return escaped.size() > 80 ? escaped.substr(0, 60) + "..." : escaped;
}

double seconds_in(std::string_view unit) {
  if (unit.empty() || unit == "ns") return 1e-9;
  if (unit == "us") return 1e-6;
  if (unit == "ms") return 1e-3;
  return unit == "s" ? 1 : 0;
}

enum class Key {
  kName, kRunName, kRunType, kTimeUnit, kAggregateName, kAggregateUnit, kLabel, kBigO, kErrorOccurred, kErrorMessage, kSkipped, kSkipMessage,
  kFamilyIndex, kInstanceIndex, kRepetitionIndex, kRepetitions, kThreads, kIterations, kRealTime, kCpuTime, kOther
};

Key key_of(std::string_view key) {
  const auto is = [key](std::string_view word, Key known) { return key == word ? known : Key::kOther; };
  switch (key.size()) {
    case 4: return is("name", Key::kName);
    case 5: return key == "label" ? Key::kLabel : is("big_o", Key::kBigO);
    case 7: return key == "threads" ? Key::kThreads : is("skipped", Key::kSkipped);
    case 8: return key == "run_name" ? Key::kRunName : key == "cpu_time" ? Key::kCpuTime : is("run_type", Key::kRunType);
    case 9: return key == "real_time" ? Key::kRealTime : is("time_unit", Key::kTimeUnit);
    case 10: return is("iterations", Key::kIterations);
    case 11: return is("repetitions", Key::kRepetitions);
    case 12: return key == "family_index" ? Key::kFamilyIndex : is("skip_message", Key::kSkipMessage);
    case 13: return is("error_message", Key::kErrorMessage);
    case 14: return key == "aggregate_name" ? Key::kAggregateName : key == "aggregate_unit" ? Key::kAggregateUnit : is("error_occurred", Key::kErrorOccurred);
    case 16: return is("repetition_index", Key::kRepetitionIndex);
    case 25: return is("per_family_instance_index", Key::kInstanceIndex);
    default: return Key::kOther;
  }
}

// One entry, member by member. Its texts keep their room from entry to entry.
class Entry {
 public:
  void begin() {
    for (std::string* text : {&entry_.name, &entry_.run_name, &entry_.aggregate_name, &entry_.time_unit, &entry_.label, &entry_.big_o,
                              &run_type_, &aggregate_unit_, &error_message_, &skip_message_}) {
      text->clear();
    }
    for (auto* number : {&entry_.family_index, &entry_.repetition_index, &entry_.repetitions, &entry_.threads, &entry_.iterations}) number->reset();
    for (auto* time : {&entry_.real_seconds, &entry_.cpu_seconds, &entry_.real_time, &entry_.cpu_time}) time->reset();
    entry_.counters.clear();
    entry_.percentage = error_ = skipped_ = false;
    members_ = 0;
    seen_ = 0;
    passed_over_.clear();
    many_.clear();
  }

  // What was expected instead; a null pointer: it was taken, or is of no interest. `name` is the key.
  const char* take(Key key, const std::string& name, const Scalar& value) {
    if (members_++ == kMostMembers) return "at most 10000 members";
    if (!is_first(key, name)) return nullptr;
    switch (key) {
      case Key::kName: return text(entry_.name, value);
      case Key::kRunName: return text(entry_.run_name, value);
      case Key::kRunType: return text(run_type_, value);
      case Key::kTimeUnit: return text(entry_.time_unit, value);
      case Key::kFamilyIndex: return whole(entry_.family_index, value);
      case Key::kRepetitionIndex: return whole(entry_.repetition_index, value);
      case Key::kRepetitions: return whole(entry_.repetitions, value);
      case Key::kThreads: return whole(entry_.threads, value);
      case Key::kIterations: return whole(entry_.iterations, value);
      case Key::kInstanceIndex: return nullptr;
      case Key::kRealTime: return number(entry_.real_time, value);
      case Key::kCpuTime: return number(entry_.cpu_time, value);
      default: break;
    }
    // A number under one of these is a counter of that name: Google Benchmark writes them only where it has something to say.
    if (value.kind == Scalar::Kind::kNumber) {
      entry_.counters.emplace_back(name, value.number);
      return nullptr;
    }
    switch (key) {
      case Key::kAggregateName: return text(entry_.aggregate_name, value);
      case Key::kAggregateUnit: return text(aggregate_unit_, value);
      case Key::kLabel: return text(entry_.label, value);
      case Key::kBigO: return text(entry_.big_o, value);
      case Key::kErrorOccurred: return truth(error_, value);
      case Key::kErrorMessage: return text(error_message_, value);
      case Key::kSkipped: return skip(value);
      case Key::kSkipMessage: return text(skip_message_, value);
      default: passed_over_.push_back(name); return nullptr;
    }
  }

  // What is wrong with it as a whole; "" = nothing. Afterwards `row` is complete.
  std::string finish() {
    if (entry_.name.empty()) return "expected a name, found none";
    if (entry_.run_name.empty()) entry_.run_name = entry_.name;
    if (run_type_ == "aggregate" && entry_.aggregate_name.empty()) return "expected an aggregate_name, found none";
    if (run_type_ == "iteration") entry_.aggregate_name.clear();
    entry_.percentage = aggregate_unit_ == "percentage" ||
                        (aggregate_unit_.empty() && (entry_.aggregate_name == "cv" || entry_.aggregate_name == "RMS"));
    const double scale = seconds_in(entry_.time_unit);
    if (scale == 0) return "expected a time_unit of ns, us, ms or s, found " + in_quotes(entry_.time_unit);
    const auto in_seconds = [&](double time) { return entry_.percentage ? time : time * scale; };
    if (entry_.real_time) entry_.real_seconds = in_seconds(*entry_.real_time);
    if (entry_.cpu_time) entry_.cpu_seconds = in_seconds(*entry_.cpu_time);
    entry_.error = error_ ? std::optional(error_message_) : std::nullopt;
    entry_.skipped = skipped_ ? std::optional(skip_message_) : std::nullopt;
    return {};
  }

  const BenchmarkEntry& row() const { return entry_; }

 private:
  bool is_first(Key key, const std::string& name) {
    if (key != Key::kOther) {
      const auto bit = std::uint32_t{1} << static_cast<unsigned>(key);
      const bool first = (seen_ & bit) == 0;
      seen_ |= bit;
      return first;
    }
    // Almost always they are few: then a walk is faster than a set.
    constexpr std::size_t kFew = 16;
    const auto& counters = entry_.counters;
    if (counters.size() + passed_over_.size() < kFew) {
      const bool counted = std::any_of(counters.begin(), counters.end(), [&](const auto& one) { return one.first == name; });
      return !counted && std::find(passed_over_.begin(), passed_over_.end(), name) == passed_over_.end();
    }
    if (many_.empty()) {
      many_.insert(passed_over_.begin(), passed_over_.end());
      for (const auto& [counter, value] : counters) many_.insert(counter);
    }
    return many_.insert(name).second;
  }

  static const char* text(std::string& target, const Scalar& value) {
    if (value.kind != Scalar::Kind::kText) return "a text";
    target = value.text;
    return nullptr;
  }
  static const char* truth(bool& target, const Scalar& value) {
    if (value.kind != Scalar::Kind::kTruth) return "true or false";
    target = value.truth;
    return nullptr;
  }
  static const char* number(std::optional<double>& target, const Scalar& value) {
    if (value.kind != Scalar::Kind::kNumber) return "a number";
    target = value.number;
    return nullptr;
  }
  static const char* whole(std::optional<std::uint64_t>& target, const Scalar& value) {
    if (value.kind != Scalar::Kind::kNumber) return "a whole number";
    // An aggregate's iterations were written as 3.0000000000000000e+00 by some versions.
    if (value.whole) target = value.whole;
    else if (value.number >= 0 && value.number < 1.8e19 && value.number == std::floor(value.number)) {
      target = static_cast<std::uint64_t>(value.number);
    } else {
      return "a whole number";
    }
    return nullptr;
  }
  // A truth value, in some versions a text that says how.
  const char* skip(const Scalar& value) {
    if (value.kind != Scalar::Kind::kTruth && value.kind != Scalar::Kind::kText) return "true or false";
    skipped_ = value.kind == Scalar::Kind::kText ? !value.text.empty() : value.truth;
    return nullptr;
  }

  BenchmarkEntry entry_;
  std::size_t members_ = 0;
  std::uint32_t seen_ = 0;             // of the known keys, a bit each
  std::vector<std::string> passed_over_;  // other keys of no interest
  std::set<std::string> many_;         // of more than a few: all others
  std::string run_type_, aggregate_unit_, error_message_, skip_message_;
  bool error_ = false, skipped_ = false;
};

// Finds `context` and `benchmarks` in the document and gives their members to whom they belong.
class Reader : public JsonHandler {
 public:
  Reader(const std::function<bool(const BenchmarkEntry&)>& on_entry, const std::string& file) : on_entry_(on_entry), file_(file) {}

  Result<Context> take_context() {
    if (fault_) return tl::unexpected(*fault_);
    if (!benchmarks_seen_ && !stopped_) {
      return fail(file_, "is no report of Google Benchmark: it has no `benchmarks`", "write one with --benchmark_out=FILE");
    }
    return std::move(context_);
  }
  bool is_over() const { return stopped_ || fault_; }

  bool begin_object() override {
    ++depth_;
    if (depth_ == 1) return true;
    if (depth_ == 2) {
      if (key_ == "context" && !context_seen_) place_ = Place::kContext, context_seen_ = true;
      return key_ != "benchmarks" || refuse("/benchmarks", "expected an array, found an object");
    }
    if (depth_ == 3 && place_ == Place::kEntries) entry_.begin();
    return true;
  }
  bool end_object() override {
    --depth_;
    if (depth_ == 1) place_ = Place::kElsewhere;
    if (depth_ == 2 && place_ == Place::kEntries) return finish_entry();
    return true;
  }
  bool begin_array() override {
    ++depth_;
    if (depth_ == 1) return refuse("", "expected an object, found an array");
    if (depth_ == 2 && key_ == "benchmarks") {
      if (benchmarks_seen_) return refuse("/benchmarks", "expected once, found a second time");
      place_ = Place::kEntries;
      benchmarks_seen_ = true;
    }
    if (depth_ == 3 && place_ == Place::kEntries) return refuse(entry_place(), "expected an object, found an array");
    return true;
  }
  bool end_array() override {
    --depth_;
    if (depth_ == 1) place_ = Place::kElsewhere;
    return true;
  }
  bool key(std::string_view name) override {
    key_ = name;
    if (depth_ == 3 && place_ == Place::kEntries) member_ = key_of(name);
    return true;
  }
  bool string(std::string_view text) override { return scalar({Scalar::Kind::kText, text, 0, {}, false}); }
  bool integer(std::int64_t value) override {
    const auto whole = value >= 0 ? std::optional(static_cast<std::uint64_t>(value)) : std::nullopt;
    return scalar({Scalar::Kind::kNumber, {}, static_cast<double>(value), whole, false});
  }
  bool unsigned_integer(std::uint64_t value) override {
    return scalar({Scalar::Kind::kNumber, {}, static_cast<double>(value), value, false});
  }
  bool floating(double value, std::string_view text) override {
    return scalar({Scalar::Kind::kNumber, text, meant_by_bare_number(text).value_or(value), {}, false});
  }
  bool boolean(bool value) override { return scalar({Scalar::Kind::kTruth, {}, 0, {}, value}); }
  bool null() override { return scalar({}); }

 private:
  enum class Place { kElsewhere, kContext, kEntries };

  std::string entry_place() const { return fmt::format("/benchmarks/{}", entries_); }

  bool refuse(const std::string& place, std::string why) {
    fault_ = Error{place.empty() ? file_ : file_ + ": " + place, std::move(why), {}, Exit::kUsage};
    return false;
  }

  bool scalar(const Scalar& value) {
    if (depth_ == 0) return refuse("", "expected an object, found " + found(value));
    if (depth_ == 1 && key_ == "benchmarks") return refuse("/benchmarks", "expected an array, found " + found(value));
    if (depth_ == 2 && place_ == Place::kEntries) return refuse(entry_place(), "expected an object, found " + found(value));
    if (depth_ == 2 && place_ == Place::kContext) return context_member(value);
    if (depth_ != 3 || place_ != Place::kEntries) return true;
    const char* expected = entry_.take(member_, key_, value);
    return expected == nullptr ||
           refuse(entry_place() + "/" + in_pointer(key_), fmt::format("expected {}, found {}", expected, found(value)));
  }

  bool context_member(const Scalar& value) {
    if (value.kind == Scalar::Kind::kNull) return true;
    if (context_.size() >= kMostContextKeys) {
      return refuse("/context", fmt::format("expected at most {} members, found more", kMostContextKeys));
    }
    const bool again = std::any_of(context_.begin(), context_.end(), [&](const auto& member) { return member.first == key_; });
    if (!again) context_.emplace_back(key_, value.kind == Scalar::Kind::kText ? std::string(value.text) : found(value));
    return true;
  }

  bool finish_entry() {
    if (auto why = entry_.finish(); !why.empty()) return refuse(entry_place(), std::move(why));
    ++entries_;
    stopped_ = !on_entry_(entry_.row());
    return !stopped_;
  }

  const std::function<bool(const BenchmarkEntry&)>& on_entry_;
  const std::string& file_;
  Context context_;
  Entry entry_;
  std::string key_;  // the last one; right for the scalar or container that follows it, which is all that is asked
  Key member_ = Key::kOther;  // the same, of an entry
  std::size_t depth_ = 0, entries_ = 0;
  Place place_ = Place::kElsewhere;
  bool context_seen_ = false, benchmarks_seen_ = false, stopped_ = false;
  std::optional<Error> fault_;
};

}  // namespace

Result<Context> stream_benchmark_report(const NextBytes& next, const std::function<bool(const BenchmarkEntry& entry)>& on_entry,
                                        const std::string& file) {
  Reader reader(on_entry, file);
  BareNumbers bytes(next, kBenchmarkReportMostBytes);
  const auto streamed = stream_json([&](char* buffer, std::size_t capacity) { return bytes.read(buffer, capacity); }, reader, file);
  if (!bytes.refused().empty()) return fail(file, bytes.refused());
  if (!streamed) return tl::unexpected(streamed.error());
  return reader.take_context();
}

Result<BenchmarkReport> read_benchmark_report(std::string_view text, const std::string& file) {
  BenchmarkReport report;
  const auto next = [&text](char* buffer, std::size_t capacity) {
    const auto size = std::min(capacity, text.size());
    std::memcpy(buffer, text.data(), size);
    text.remove_prefix(size);
    return size;
  };
  auto context = stream_benchmark_report(
      next,
      [&](const BenchmarkEntry& entry) {
        report.entries.push_back(entry);
        return true;
      },
      file);
  if (!context) return tl::unexpected(context.error());
  report.context = std::move(*context);
  return report;
}

}  // namespace harness::model
