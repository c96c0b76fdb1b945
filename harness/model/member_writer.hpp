// Values as JSON text by their lists of members (comparison_members.hpp, gate_members.hpp,
// profile_members.hpp). Private to this module.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <harness/model/gate_members.hpp>
#include <harness/model/json_text.hpp>
#include <harness/model/profile_members.hpp>

namespace harness::model {

// Members of one object, each on a line of its own or all in one. The object's braces are the caller's.
class MemberWriter {
 public:
  MemberWriter(std::string& text, std::size_t indent, bool in_one_line)
      : text_(text), indent_(indent), in_one_line_(in_one_line) {}

  template <class T>
  void operator()(const char* name, const T& value, double = 0) {
    begin(name);
    write(value);
  }
  template <class T>
  void operator()(const char* name, const std::optional<T>& value, double = 0) {
    if (value) (*this)(name, *value);
  }
  void operator()(const char* name, const std::vector<Texts>& pairs, TextNames names) {
    begin(name);
    list(pairs, [names](MemberWriter& item, const Texts& pair) {
      item.text_ += '{';
      MemberWriter inside(item.text_, item.indent_, true);
      inside(names.first, pair.first);
      inside(names.second, pair.second);
      item.text_ += '}';
    });
  }
  void operator()(const char* name, const Context& context) {
    begin(name);
    text_ += '{';
    MemberWriter inside(text_, indent_ + 2, false);
    std::vector<std::string> done;  // a key that comes again gives way to the first
    for (const auto& [key, value] : context) {
      std::string valid = in_utf8(key);
      if (std::find(done.begin(), done.end(), valid) != done.end()) continue;
      inside.begin(valid);
      inside.write(value);
      done.push_back(std::move(valid));
    }
    if (!done.empty()) line(indent_);
    text_ += '}';
  }

 private:
  void line(std::size_t indent) { (text_ += '\n').append(indent, ' '); }
  void begin(std::string_view name) {
    if (!first_) text_ += in_one_line_ ? ", " : ",";
    if (!in_one_line_) line(indent_);
    first_ = false;
    (text_ += json_text(name)) += ": ";
  }

  void write(double value) { text_ += json_number(value); }
  void write(std::uint64_t value) { text_ += std::to_string(value); }
  void write(std::uint32_t value) { text_ += std::to_string(value); }
  void write(int value) { text_ += std::to_string(value); }
  void write(bool value) { text_ += value ? "true" : "false"; }
  void write(const std::string& value) { text_ += json_text(value); }
  void write(Verdict value) { text_ += json_text(verdict_word(value)); }
  void write(Change::Kind value) { text_ += json_text(change_word(value)); }
  void write(Cause value) { text_ += json_text(cause_word(value)); }
  void write(CodePlace::Origin value) { text_ += json_text(origin_word(value)); }
  void write(Exit value) { text_ += std::to_string(static_cast<int>(value)); }
  void write(const std::vector<double>& values) { in_brackets(values); }
  void write(const std::vector<Cause>& values) { in_brackets(values); }
  void write(const std::vector<std::uint32_t>& values) { in_brackets(values); }
  void write(const std::vector<std::pair<std::string, double>>& values) {
    text_ += '{';
    MemberWriter inside(text_, indent_, true);
    for (const auto& [name, value] : values) {
      inside.begin(name);
      inside.write(value);
    }
    text_ += '}';
  }
  template <class T>
  void write(const std::vector<T>& values) {
    if (in_one_line_) return in_brackets(values);
    list(values, [](MemberWriter& item, const T& value) { item.write(value); });
  }
  template <class T>
  requires std::is_class_v<T>
  void write(const T& value) {
    text_ += '{';
    constexpr bool kOneLine = kInOneLine<T>;
    MemberWriter inside(text_, indent_ + 2, kOneLine);
    members(inside, value);
    if (!kOneLine) line(indent_);
    text_ += '}';
  }

  template <class T>
  void in_brackets(const std::vector<T>& values) {
    text_ += '[';
    for (const T& value : values) {
      if (&value != values.data()) text_ += ", ";
      write(value);
    }
    text_ += ']';
  }
  // An item a line.
  template <class T, class Write>
  void list(const std::vector<T>& values, const Write& write_item) {
    text_ += '[';
    for (const T& value : values) {
      if (&value != values.data()) text_ += ',';
      line(indent_ + 2);
      MemberWriter item(text_, indent_ + 2, false);
      write_item(item, value);
    }
    if (!values.empty()) line(indent_);
    text_ += ']';
  }

  std::string& text_;
  std::size_t indent_;
  bool in_one_line_, first_ = true;
};

}  // namespace harness::model
