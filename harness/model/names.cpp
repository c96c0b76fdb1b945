#include <harness/model/document.hpp>

namespace harness::model {

bool is_kebab_case(std::string_view name) {
  if (name.empty() || name.size() > 128 || name.front() < 'a' || name.front() > 'z' || name.back() == '-') return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!word && (c != '-' || name[i - 1] == '-')) return false;
  }
  return true;
}

bool glob_matches(std::string_view pattern, std::string_view name) {
  // On a mismatch only the last star needs to be tried again, one character longer: pattern x name steps at most.
  std::size_t p = 0, n = 0;
  std::size_t after_star = std::string_view::npos, star_begin = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      star_begin = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p, ++n;
    } else if (after_star != std::string_view::npos) {
      p = after_star;
      n = ++star_begin;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace harness::model
