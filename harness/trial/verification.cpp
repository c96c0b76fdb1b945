#include <harness/trial/verification.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <harness/trial/cbor_value.hpp>

namespace harness::trial {
namespace {

constexpr std::size_t kShortValue = 32;      // characters; where both values are no longer, they are shown whole

std::string number_or_value_text(const Number* number, Document value) {
  return number != nullptr ? number->text() : shown(value, kMostCharacters);
}

struct Difference {
  std::string place;  // `[3][1]`, "" = the value itself
  std::string what;

  std::string text() const { return place.empty() ? what : place + ": " + what; }
};
using Found = std::optional<Difference>;

// Two readers over well-formed documents walk side by side; a walk ends at the first difference. Calls nest as deep as
// the documents do, which the reader limits to 64.
class Comparison {
 public:
  Comparison(Document expected, Document answer, const model::AnswerRule& rule)
      : expected_(expected),
        answer_(answer),
        tolerance_(rule.tolerance),
        tolerant_(rule.kind == model::AnswerRule::Kind::kTolerance) {}

  Found run() const {
    Reader expected(expected_), answer(answer_);
    return values(expected, answer);
  }

 private:
  bool same(const Number& expected, const Number& answer) const {
    if (expected == answer || !tolerant_) {
      return expected == answer;
    }
    const double e = expected.as_double(), a = answer.as_double();
    return std::isfinite(e) && std::isfinite(a) && std::abs(a - e) <= tolerance_ * std::max(1.0, std::abs(e));
  }

  Found numbers(const Number& expected, const Number& answer) const {
    if (same(expected, answer)) {
      return std::nullopt;
    }
    return Difference{"", against(expected.text(), answer.text())};
  }

  Found values(Reader& expected, Reader& answer) const {
    const Kind of_expected = expected.peek(), of_answer = answer.peek();
    if (is_array(of_expected) && is_array(of_answer)) {
      return arrays(expected, answer);
    }
    if (is_number(of_expected) && is_number(of_answer)) {
      return numbers(read_number(expected, expected_, of_expected), read_number(answer, answer_, of_answer));
    }
    if (of_expected == Kind::kMap && of_answer == Kind::kMap) {
      return maps(expected, answer);
    }
    if (of_expected == Kind::kText && of_answer == Kind::kText) {
      std::string_view expected_text, answer_text;
      expected.text(expected_text);
      answer.text(answer_text);
      return texts(expected_text, answer_text);
    }
    const Document expected_item = next_item(expected, expected_), answer_item = next_item(answer, answer_);
    if (of_expected == of_answer && bytes_of(of_expected, expected_item) == bytes_of(of_answer, answer_item)) {
      return std::nullopt;
    }
    return Difference{"", against(shown(expected_item, kMostCharacters), shown(answer_item, kMostCharacters))};
  }

  // What decides about null, booleans and byte strings, whose heads may have several widths.
  static std::string_view bytes_of(Kind kind, Document item) {
    Reader reader(item);
    Document content;
    bool truth = false;
    if (kind == Kind::kBytes) {
      reader.bytes(content);
      return {reinterpret_cast<const char*>(content.data()), content.size()};
    }
    return kind == Kind::kBoolean && reader.boolean(truth) && truth ? "true" : "";
  }

  static Found texts(std::string_view expected, std::string_view answer) {
    if (expected == answer) {
      return std::nullopt;
    }
    const auto place = std::mismatch(expected.begin(), expected.end(), answer.begin(), answer.end());
    auto same = static_cast<std::size_t>(place.first - expected.begin());
    while (same > 0 && same < expected.size() && (static_cast<std::uint8_t>(expected[same]) & 0xc0) == 0x80) {
      --same;  // to the character's first byte
    }
    if (same < kShortValue) {
      return Difference{"", against(quoted_text(expected), quoted_text(answer))};
    }
    return Difference{"", fmt::format("from byte {} on: {}", same,
                                      against(quoted_text(expected.substr(same)), quoted_text(answer.substr(same))))};
  }

  Found arrays(Reader& expected_reader, Reader& answer_reader) const {
    Elements expected(expected_reader, expected_), answer(answer_reader, answer_);
    if (expected.count() != answer.count()) {
      return Difference{"", against(counted(expected.count(), "element"), std::to_string(answer.count()))};
    }
    if (expected.packed() && answer.packed() && expected.numbers().element == answer.numbers().element &&
        !is_floating(expected) &&
        std::equal(expected.numbers().data, expected.numbers().data + packed_bytes(expected), answer.numbers().data)) {
      return std::nullopt;
    }
    for (std::uint64_t i = 0; i < expected.count(); ++i) {
      if (Found found = elements(expected, expected_reader, answer, answer_reader)) {
        found->place = fmt::format("[{}]", i) + found->place;
        return found;
      }
    }
    return std::nullopt;
  }

  static bool is_floating(const Elements& elements) {
    return elements.numbers().element == cbor::Element::kFloat32 ||
           elements.numbers().element == cbor::Element::kFloat64;
  }
  static std::size_t packed_bytes(const Elements& elements) {
    return elements.numbers().count * cbor::size_of(elements.numbers().element);
  }

  Found elements(Elements& expected, Reader& expected_reader, Elements& answer, Reader& answer_reader) const {
    if (!expected.packed() && !answer.packed()) {
      return values(expected_reader, answer_reader);
    }
    Number expected_number, answer_number;
    const Number *of_expected = nullptr, *of_answer = nullptr;
    Document expected_item, answer_item;
    if (expected.number_is_next()) {
      expected_number = expected.take_number();
      of_expected = &expected_number;
    } else {
      expected_item = next_item(expected_reader, expected_);
    }
    if (answer.number_is_next()) {
      answer_number = answer.take_number();
      of_answer = &answer_number;
    } else {
      answer_item = next_item(answer_reader, answer_);
    }
    if (of_expected != nullptr && of_answer != nullptr) {
      return numbers(expected_number, answer_number);
    }
    return Difference{
        "", against(number_or_value_text(of_expected, expected_item), number_or_value_text(of_answer, answer_item))};
  }

  // Keys in any order. Where one key comes twice, its values are compared in the order in which they come.
  Found maps(Reader& expected_reader, Reader& answer_reader) const {
    const auto expected = Canonical(expected_).sorted_pairs(expected_reader);
    const auto answer = Canonical(answer_).sorted_pairs(answer_reader);
    const auto place = [](const Canonical::Pair& pair) { return "[" + shown(pair.key, kMostCharacters) + "]"; };
    for (std::size_t e = 0, a = 0; e < expected.size() || a < answer.size(); ++e, ++a) {
      if (a == answer.size() || (e < expected.size() && expected[e].key < answer[a].key)) {
        return Difference{place(expected[e]), against(shown(expected[e].value, kMostCharacters), "nothing")};
      }
      if (e == expected.size() || answer[a].key < expected[e].key) {
        return Difference{place(answer[a]), against("nothing", shown(answer[a].value, kMostCharacters))};
      }
      Reader expected_value(expected[e].value), answer_value(answer[a].value);
      const Comparison inner = within(expected[e].value, answer[a].value);
      if (Found found = inner.values(expected_value, answer_value)) {
        found->place = place(expected[e]) + found->place;
        return found;
      }
    }
    return std::nullopt;
  }

  Comparison within(Document expected, Document answer) const {
    Comparison inner(*this);
    inner.expected_ = expected;
    inner.answer_ = answer;
    return inner;
  }

  Document expected_, answer_;
  double tolerance_;
  bool tolerant_;
};

// The least element of each side that the other lacks.
template <class Key>
Found multiset_difference(std::vector<Key> expected, std::vector<Key> answer, auto text_of) {
  std::sort(expected.begin(), expected.end());
  std::sort(answer.begin(), answer.end());
  std::vector<Key> missing, unexpected;
  for (std::size_t e = 0, a = 0;
       (e < expected.size() || a < answer.size()) && (missing.empty() || unexpected.empty());) {
    if (a == answer.size() || (e < expected.size() && expected[e] < answer[a])) {
      missing.push_back(expected[e++]);
    } else if (e == expected.size() || answer[a] < expected[e]) {
      unexpected.push_back(answer[a++]);
    } else {
      ++e, ++a;
    }
  }
  if (missing.empty() && unexpected.empty()) {
    return std::nullopt;
  }
  std::string what = missing.empty() ? "" : text_of(missing.front()) + " is missing";
  what += unexpected.empty() ? "" : (what.empty() ? "" : ", ") + text_of(unexpected.front()) + " is one too many";
  const bool same_count = expected.size() == answer.size();
  return Difference{"",
                    (same_count ? "in any order: "
                                : against(counted(expected.size(), "element"), std::to_string(answer.size())) + ": ") +
                        what};
}

// Nothing when an element is something else.
std::optional<std::vector<Number>> all_numbers(Document document) {
  Reader reader(document);
  Elements elements(reader, document);
  std::vector<Number> numbers;
  numbers.reserve(elements.count());
  for (std::uint64_t i = 0; i < elements.count(); ++i) {
    if (!elements.number_is_next()) {
      return std::nullopt;
    }
    numbers.push_back(elements.take_number());
  }
  return numbers;
}

// Canonical elements, one after the other in `bytes`, and views of them in their order.
std::vector<std::string_view> canonical_elements(Document document, std::vector<std::uint8_t>& bytes) {
  Reader reader(document);
  const Canonical canonical(document);
  Elements elements(reader, document);
  std::vector<std::size_t> ends;
  ends.reserve(elements.count());
  for (std::uint64_t i = 0; i < elements.count(); ++i) {
    if (elements.number_is_next()) {
      Canonical::append(elements.take_number(), bytes);
    } else {
      canonical.append(reader, bytes);
    }
    ends.push_back(bytes.size());
  }
  std::vector<std::string_view> views;
  views.reserve(ends.size());
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    views.emplace_back(reinterpret_cast<const char*>(bytes.data()) + begin, end - begin);
    begin = end;
  }
  return views;
}

Found unordered_difference(Document expected, Document answer) {
  if (auto expected_numbers = all_numbers(expected)) {
    if (auto answer_numbers = all_numbers(answer)) {
      return multiset_difference(std::move(*expected_numbers), std::move(*answer_numbers),
                                 [](const Number& number) { return number.text(); });
    }
  }
  std::vector<std::uint8_t> expected_bytes, answer_bytes;
  return multiset_difference(
      canonical_elements(expected, expected_bytes), canonical_elements(answer, answer_bytes),
      [](std::string_view item) {
        return shown({reinterpret_cast<const std::uint8_t*>(item.data()), item.size()}, kMostCharacters);
      });
}

// Do two arrays differ in their counts or in more than one element?
bool several_differ(Document expected, Document answer) {
  std::vector<std::uint8_t> expected_bytes, answer_bytes;
  const auto of_expected = canonical_elements(expected, expected_bytes);
  const auto of_answer = canonical_elements(answer, answer_bytes);
  int different = of_expected.size() == of_answer.size() ? 0 : 2;
  for (std::size_t i = 0; i < std::min(of_expected.size(), of_answer.size()); ++i) {
    different += of_expected[i] != of_answer[i];
  }
  return different > 1;
}

std::optional<std::string> fault_of(Document document) {
  Reader reader(document);
  if (reader.skip() && reader.at_end()) {
    return std::nullopt;
  }
  return fmt::format("{} at byte {} of {}", reader.ok() ? "more bytes after the value" : reader.error(),
                     reader.offset(), document.size());
}

}  // namespace

std::optional<std::string> first_difference(Document expected, Document answer, const model::AnswerRule& rule) {
  if (const auto fault = fault_of(answer)) {
    return "the answer is no well-formed CBOR: " + *fault;
  }
  if (const auto fault = fault_of(expected)) {
    return "the expected answer is no well-formed CBOR: " + *fault;
  }
  const bool both_arrays = is_array(Reader(expected).peek()) && is_array(Reader(answer).peek());
  if (rule.kind == model::AnswerRule::Kind::kUnordered && both_arrays) {
    const Found found = unordered_difference(expected, answer);
    return found ? std::optional(found->text()) : std::nullopt;
  }
  const Found found = Comparison(expected, answer, rule).run();
  if (!found) {
    return std::nullopt;
  }
  const std::string whole_expected = shown(expected, kShortValue + 1), whole_answer = shown(answer, kShortValue + 1);
  const bool is_short = !whole_expected.ends_with("…") && !whole_answer.ends_with("…");
  if (is_short && both_arrays && several_differ(expected, answer)) {
    const bool counts_differ = found->place.empty();
    return (counts_differ ? found->what + ": " : "") + against(whole_expected, whole_answer);
  }
  return found->text();
}

std::string shown(std::span<const std::uint8_t> value, std::size_t most_characters) {
  if (const auto fault = fault_of(value)) {
    return "no well-formed CBOR (" + *fault + ")";
  }
  Shown text(most_characters);
  Reader reader(value);
  text.value(reader, value);
  return std::move(text).text();
}

}  // namespace harness::trial
