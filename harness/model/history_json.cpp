#include <harness/model/history_json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include <harness/model/history_members.hpp>
#include <harness/model/json_text.hpp>
#include <harness/model/version.hpp>

namespace harness::model {
namespace {

// The document's text. Objects are spread over lines as far as cases; what is in their lists stands in a line each.
class Writer {
 public:
  void baseline(const Baseline& baseline) {
    text_ += "{\n  \"harness_baseline_schema\": " + std::to_string(kBaselineSchema);
    first_ = false;
    members(*this, baseline);
    text_ += "\n}\n";
  }
  std::string take() { return std::move(text_); }

  void operator()(const char* name, const std::string& value, Shape, bool always = false) {
    if (!value.empty() || always) begin(name), text_ += json_text(value);
  }
  void operator()(const char* name, double value, Shape shape, bool = false) {
    begin(name);
    number(value, shape);
  }
  void operator()(const char* name, const std::optional<double>& value, Shape shape) {
    if (value) (*this)(name, *value, shape);
  }
  void operator()(const char* name, bool value) {
    if (value) begin(name), text_ += "true";
  }
  void operator()(const char* name, std::uint64_t value) {
    begin(name);
    text_ += std::to_string(value);
  }
  void operator()(const char* name, const std::vector<Metric>& metrics) {
    if (metrics.empty()) return;
    begin(name);
    for (const Metric& metric : metrics) {
      ((text_ += &metric == metrics.data() ? "[\"" : ", \"") += metric_word(metric)) += '"';
    }
    text_ += ']';
  }
  template <class T>
  void operator()(const char* name, const std::vector<T>& values) {
    begin(name);
    std::vector<const T*> order;
    for (const T& value : values) order.push_back(&value);
    if constexpr (std::same_as<T, CaseHistory>) sort(order);
    text_ += '[';
    for (const T* value : order) {
      if (value != order.front()) text_ += ',';
      object(*value);
    }
    if (!values.empty()) line();
    text_ += ']';
    first_ = false;
  }

 private:
  template <class T>
  void object(const T& value) {
    constexpr bool kSpread = std::same_as<T, CaseHistory>;
    indent_ += 2;
    line();
    text_ += '{';
    indent_ += 2;
    first_ = true;
    in_one_line_ = !kSpread;
    members(*this, value);
    in_one_line_ = false;
    indent_ -= 2;
    if (kSpread) line();
    text_ += '}';
    indent_ -= 2;
  }

  // By problem's versions as SemVer orders them, then by name.
  static void sort(std::vector<const CaseHistory*>& cases) {
    std::map<std::string_view, Version> versions;
    for (const CaseHistory* one : cases) {
      const auto [at, is_new] = versions.try_emplace(one->solver);
      if (is_new) at->second = Version::parse(one->solver).value_or(Version{});
    }
    std::stable_sort(cases.begin(), cases.end(), [&](const CaseHistory* a, const CaseHistory* b) {
      if (a->solver == b->solver) return a->case_name < b->case_name;
      const auto order = versions.at(a->solver) <=> versions.at(b->solver);
      return order != 0 ? order < 0 : a->solver < b->solver;
    });
  }

  void line() { (text_ += '\n').append(indent_, ' '); }
  void begin(const char* name) {
    if (!first_) text_ += in_one_line_ ? ", " : ",";
    if (!in_one_line_) line();
    first_ = false;
    ((text_ += '"') += name) += "\": ";
  }
  // Rounded digits read and rounded again are the same digits.
  void number(double value, Shape shape) {
    if (shape == Shape::kCount || !std::isfinite(value) || value == 0) {
      text_ += value == 0 ? "0" : json_number(value);
      return;
    }
    char digits[32];
    const int precision = shape == Shape::kSeconds || shape == Shape::kScore ? 4 : 6;
    const auto end = std::to_chars(digits, digits + sizeof(digits), value, std::chars_format::general, precision).ptr;
    text_.append(digits, end);
  }

  std::string text_;
  std::size_t indent_ = 2;
  bool first_ = true, in_one_line_ = false;
};

}  // namespace

std::string write_baseline(const Baseline& baseline) {
  Writer writer;
  writer.baseline(baseline);
  return writer.take();
}

}  // namespace harness::model
