#include <harness/model/comparison.hpp>

#include <array>

namespace harness::model {
namespace {

constexpr std::array<std::pair<Verdict, std::string_view>, 10> kWords{{{Verdict::kSlower, "slower"},
                                                                     {Verdict::kFaster, "faster"},
                                                                     {Verdict::kSame, "same"},
                                                                     {Verdict::kCannotTell, "cannot-tell"},
                                                                     {Verdict::kNew, "new"},
                                                                     {Verdict::kMissing, "missing"},
                                                                     {Verdict::kIncomparable, "incomparable"},
                                                                     {Verdict::kFailed, "failed"},
                                                                     {Verdict::kSuspect, "suspect"},
                                                                     {Verdict::kAlert, "alert"}}};

}  // namespace

std::string_view verdict_word(Verdict verdict) {
  for (const auto& [value, word] : kWords) {
    if (value == verdict) {
      return word;
    }
  }
  return "cannot-tell";
}

std::optional<Verdict> verdict_of(std::string_view word) {
  for (const auto& [value, known] : kWords) {
    if (known == word) {
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace harness::model
