// JSON into values by their lists of members (comparison_members.hpp, gate_members.hpp,
// profile_members.hpp). Private to this module.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <harness/model/gate_members.hpp>
#include <harness/model/profile_members.hpp>
#include <harness/model/text.hpp>

namespace harness::model {

// A part of a document that is small enough to stand in memory as a tree.
struct JsonValue {
  enum class Kind { kNull, kBoolean, kWhole, kNumber, kText, kList, kMap } kind = Kind::kNull;
  bool boolean = false;
  std::uint64_t whole = 0;  // kWhole: `number` is the same
  double number = 0;
  std::string text;
  std::vector<std::string> keys;  // of a map, one an item
  std::vector<JsonValue> items;

  bool is_number() const { return kind == Kind::kWhole || kind == Kind::kNumber; }
  const JsonValue* find(std::string_view name) const {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i] == name) return &items[i];
    }
    return nullptr;
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
struct JsonPlace {
  const JsonPlace* above = nullptr;
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

// The first fault of a document is kept, and ends its reading.
class JsonFault {
 public:
  explicit JsonFault(const std::string& file) : file_(file) {}
  explicit operator bool() const { return error_.has_value(); }
  const Error& error() const { return *error_; }

  void refuse(const JsonPlace& place, const std::string& what, const std::string& found, const std::string& next = {}) {
    if (error_) return;
    const std::string pointer = place.text();
    error_ = Error{file_ + ": " + (pointer.empty() ? "/" : pointer), fmt::format("expected {}, found {}", what, found),
                   next, Exit::kUsage};
  }

 private:
  const std::string& file_;
  std::optional<Error> error_;
};

// The members of one object.
class MemberReader {
 public:
  MemberReader(const JsonValue& object, const JsonPlace& place, JsonFault& fault)
      : object_(object), place_(place), fault_(fault) {}

  template <class T>
  void operator()(const char* name, T& target, double null_is = kUndefined) {
    read_member(name, target, [&](const JsonValue& value, const JsonPlace& place) {
      null_is_ = null_is;
      read(value, place, target);
    });
  }
  template <class T>
  void operator()(const char* name, std::optional<T>& target) {
    if (!fault_ && object_.find(name) != nullptr) (*this)(name, target.emplace());
  }
  void operator()(const char* name, std::vector<Texts>& target, TextNames names) {
    read_member(name, target, [&](const JsonValue& value, const JsonPlace& place) {
      read_list(value, place, target, [&](const JsonValue& item, const JsonPlace& at, Texts& pair) {
        if (item.kind != Kind::kMap) return fault_.refuse(at, "an object", item.found());
        MemberReader inside(item, at, fault_);
        inside(names.first, pair.first);
        inside(names.second, pair.second);
      });
    });
  }
  void operator()(const char* name, Context& target) {
    read_member(name, target, [&](const JsonValue& value, const JsonPlace& place) {
      if (value.kind != Kind::kMap) return fault_.refuse(place, "an object of texts", value.found());
      for (std::size_t i = 0; i < value.items.size() && !fault_; ++i) {
        target.emplace_back(value.keys[i], std::string());
        read(value.items[i], JsonPlace{&place, value.keys[i]}, target.back().second);
      }
    });
  }

  template <class T>
  requires std::is_class_v<T>
  void read(const JsonValue& value, const JsonPlace& place, T& target) {
    if (value.kind != Kind::kMap) return fault_.refuse(place, "an object", value.found());
    MemberReader inside(value, place, fault_);
    members(inside, target);
  }

 private:
  using Kind = JsonValue::Kind;
  static constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
  static constexpr int kMostCore = 1'000'000;
  static constexpr const char* kVerdicts =
      "one of slower, faster, same, cannot-tell, new, missing, incomparable, failed";
  static constexpr const char* kChanges = "one of same, edited, new version, new, removed";
  static constexpr const char* kCauses = "one of time, memory, p95, growth, limits";
  static constexpr const char* kOrigins = "one of solver, library, harness, kernel, unknown";
  static constexpr const char* kExits = "one of 0, 1, 2, 3, 4, 5, 130";

  static const char* expected(const double&) { return "a number"; }
  static const char* expected(const std::uint64_t&) { return "a whole number"; }
  static const char* expected(const std::uint32_t&) { return "a whole number"; }
  static const char* expected(const int&) { return "a core's number"; }
  static const char* expected(const bool&) { return "true or false"; }
  static const char* expected(const std::string&) { return "a text"; }
  static const char* expected(const Verdict&) { return "a verdict"; }
  static const char* expected(const Change::Kind&) { return kChanges; }
  static const char* expected(const Cause&) { return kCauses; }
  static const char* expected(const CodePlace::Origin&) { return kOrigins; }
  static const char* expected(const Exit&) { return kExits; }
  static const char* expected(const Context&) { return "an object of texts"; }
  static const char* expected(const std::vector<std::pair<std::string, double>>&) { return "an object of numbers"; }
  template <class T>
  static const char* expected(const std::vector<T>&) {
    return "an array";
  }
  template <class T>
  static const char* expected(const T&) {
    return "an object";
  }

  template <class T, class Read>
  void read_member(const char* name, const T& target, const Read& read_it) {
    if (fault_) return;
    const JsonPlace place{&place_, name};
    const JsonValue* value = object_.find(name);
    if (value == nullptr) return fault_.refuse(place, expected(target), "no such key");
    read_it(*value, place);
  }

  void read(const JsonValue& value, const JsonPlace& place, double& target) {
    if (!value.is_number() && value.kind != Kind::kNull) return fault_.refuse(place, "a number", value.found());
    if (value.is_number() && !std::isfinite(value.number)) {
      return fault_.refuse(place, "a number that a double can hold", "a larger one");
    }
    target = value.is_number() ? value.number : null_is_;
  }
  void read(const JsonValue& value, const JsonPlace& place, std::uint64_t& target) {
    if (value.kind != Kind::kWhole)
      return fault_.refuse(place, "a whole number from 0 to 18446744073709551615", value.found());
    target = value.whole;
  }
  void read(const JsonValue& value, const JsonPlace& place, std::uint32_t& target) {
    if (value.kind != Kind::kWhole || value.whole > std::numeric_limits<std::uint32_t>::max())
      return fault_.refuse(place, "a whole number from 0 to 4294967295", value.found());
    target = static_cast<std::uint32_t>(value.whole);
  }
  void read(const JsonValue& value, const JsonPlace& place, int& target) {
    if (value.kind != Kind::kWhole || value.whole > kMostCore)
      return fault_.refuse(place, "a core's number", value.found());
    target = static_cast<int>(value.whole);
  }
  void read(const JsonValue& value, const JsonPlace& place, bool& target) {
    if (value.kind != Kind::kBoolean) return fault_.refuse(place, "true or false", value.found());
    target = value.boolean;
  }
  void read(const JsonValue& value, const JsonPlace& place, std::string& target) {
    if (value.kind != Kind::kText) return fault_.refuse(place, "a text", value.found());
    target = value.text;
  }
  void read(const JsonValue& value, const JsonPlace& place, Verdict& target) {
    read_word(value, place, target, kVerdicts, verdict_of);
  }
  void read(const JsonValue& value, const JsonPlace& place, Cause& target) {
    read_word(value, place, target, kCauses, cause_of);
  }
  void read(const JsonValue& value, const JsonPlace& place, CodePlace::Origin& target) {
    read_word(value, place, target, kOrigins, origin_of);
  }
  void read(const JsonValue& value, const JsonPlace& place, Change::Kind& target) {
    read_word(value, place, target, kChanges, [](std::string_view word) -> std::optional<Change::Kind> {
      for (const auto kind : {Change::Kind::kEqual, Change::Kind::kEdited, Change::Kind::kNewVersion,
                              Change::Kind::kNew, Change::Kind::kRemoved}) {
        if (change_word(kind) == word) return kind;
      }
      return std::nullopt;
    });
  }
  void read(const JsonValue& value, const JsonPlace& place, Exit& target) {
    for (const Exit exit : {Exit::kFine, Exit::kRegression, Exit::kUsage, Exit::kSolverFailed, Exit::kIncomplete,
                            Exit::kRollbackRefused, Exit::kInterrupted}) {
      if (value.kind == Kind::kWhole && value.whole == static_cast<std::uint64_t>(exit)) {
        target = exit;
        return;
      }
    }
    fault_.refuse(place, kExits, value.found());
  }
  void read(const JsonValue& value, const JsonPlace& place, std::vector<std::pair<std::string, double>>& target) {
    if (value.kind != Kind::kMap) return fault_.refuse(place, "an object of numbers", value.found());
    null_is_ = kUndefined;
    for (std::size_t i = 0; i < value.items.size() && !fault_; ++i) {
      target.emplace_back(value.keys[i], 0);
      read(value.items[i], JsonPlace{&place, value.keys[i]}, target.back().second);
    }
  }
  template <class T>
  void read(const JsonValue& value, const JsonPlace& place, std::vector<T>& target) {
    null_is_ = kUndefined;
    read_list(value, place, target,
              [this](const JsonValue& item, const JsonPlace& at, T& into) { read(item, at, into); });
  }

  template <class T, class WordOf>
  void read_word(const JsonValue& value, const JsonPlace& place, T& target, const char* words, const WordOf& word_of) {
    const auto known = value.kind == Kind::kText ? word_of(value.text) : std::nullopt;
    if (!known) return fault_.refuse(place, words, value.found());
    target = *known;
  }
  template <class T, class Read>
  void read_list(const JsonValue& value, const JsonPlace& place, std::vector<T>& target, const Read& read_item) {
    if (value.kind != Kind::kList) return fault_.refuse(place, "an array", value.found());
    for (std::size_t i = 0; i < value.items.size() && !fault_; ++i) {
      read_item(value.items[i], JsonPlace{&place, {}, i}, target.emplace_back());
    }
  }

  const JsonValue& object_;
  const JsonPlace& place_;
  JsonFault& fault_;
  double null_is_ = kUndefined;
};

}  // namespace harness::model
