#include <harness/model/profile.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

namespace harness::model {
namespace {

constexpr auto kNone = std::string_view::npos;

bool is_identifier(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$'; }

// The length of the operator's sign at the front of the text: `()` of `()(int)`. 0 = it is none.
std::size_t sign_length(std::string_view text) {
  constexpr std::array<std::string_view, 40> kLongestFirst{
      "<=>", "<<=", ">>=", "->*", "()", "[]", "<<", ">>", "<=", ">=", "->", "==",  "!=", "&&",
      "||",  "++",  "--",  "+=",  "-=", "*=", "/=", "%=", "^=", "&=", "|=", "<",   ">",  "=",
      "!",   "~",   "+",   "-",   "*",  "/",  "%",  "^",  "&",  "|",  ",",  "\"\""};
  for (const std::string_view sign : kLongestFirst)
    if (text.starts_with(sign)) return sign.size();
  return 0;
}

constexpr std::string_view kOperator = "operator";
bool is_operator_at(std::string_view name, std::size_t at) {
  return name.substr(at).starts_with(kOperator) && (at == 0 || !is_identifier(name[at - 1])) &&
         (at + kOperator.size() == name.size() || !is_identifier(name[at + kOperator.size()]));
}

// What `<`, `(`, `[` and `{` are open. Closing one closes those inside of it that were comparisons after all.
class Brackets {
 public:
  bool take(char c) {
    switch (c) {
      case '<':
      case '(':
      case '[':
      case '{':
        open_ += c;
        ++count_[index(c)];
        return true;
      case '>':
        if (!open_.empty() && open_.back() == '<') pop();
        break;
      case ')': close('('); break;
      case ']': close('['); break;
      case '}': close('{'); break;
      default: break;
    }
    return !open_.empty();
  }

 private:
  static std::size_t index(char c) { return c == '<' ? 0 : c == '(' ? 1 : c == '[' ? 2 : 3; }
  void pop() {
    --count_[index(open_.back())];
    open_.pop_back();
  }
  void close(char c) {
    if (count_[index(c)] == 0) return;
    while (open_.back() != c) pop();
    pop();
  }
  std::string open_;
  std::array<std::size_t, 4> count_{};
};

// Behind the bracket that closes the one at `at`; the end where none does.
std::size_t behind_bracket(std::string_view name, std::size_t at) {
  Brackets brackets;
  while (at < name.size()) {
    if (is_operator_at(name, at)) {
      at += kOperator.size();
      at += sign_length(name.substr(at));
    } else if (name.substr(at).starts_with("->")) {
      at += 2;
    } else if (name[at] == '\'' && at + 2 < name.size() && name[at + 2] == '\'') {
      at += 3;  // a character: '<'
    } else if (!brackets.take(name[at++])) {
      return at;
    }
  }
  return name.size();
}

// Reads a demangled name once, from left to right. What stood before a blank was the type of what is returned.
class ShortName {
 public:
  explicit ShortName(std::string_view name) : name_(name) {}

  std::string read() {
    while (at_ < name_.size() && take()) {
    }
    while (!short_.empty() && short_.back() == ' ') short_.pop_back();
    return std::any_of(short_.begin(), short_.end(), is_identifier) ? short_ : std::string(name_);
  }

 private:
  std::string_view rest() const { return name_.substr(at_); }
  bool at_component() const { return short_.empty() || short_.ends_with("::"); }
  void copy(std::size_t count) {
    short_ += name_.substr(at_, count);
    at_ = std::min(at_ + count, name_.size());
  }

  // False: what follows is no part of the name.
  bool take() {
    switch (name_[at_]) {
      case ' ': return take_blank();
      case '<': return take_template();
      case '(': return take_parenthesis();
      case '[': return take_bracket();
      case '{': return take_brace();
      case '.': return take_dot();
      case '\'': return take_quote();
      case '*':
      case '&':
        if (!at_component()) break;
        ++at_;  // of the type that is returned
        return true;
      default: break;
    }
    if (is_operator_at(name_, at_)) return take_operator();
    copy(1);
    return true;
  }

  bool take_blank() {
    const std::size_t next = name_.find_first_not_of(' ', at_);
    if (next == kNone || name_[next] == '[' || name_.substr(next).starts_with("(.")) return false;  // ` [clone .cold]`
    at_ = next;
    if (is_conversion_) {
      short_ += ' ';
    } else {
      short_.clear();
    }
    return true;
  }

  bool take_template() {
    const std::size_t end = behind_bracket(name_, at_);
    if (at_component()) {  // `<lambda(int)>`
      std::size_t word = at_ + 1;
      while (word < end && (is_identifier(name_[word]) || name_[word] == ' ')) ++word;
      short_ += name_.substr(at_, word - at_);
      short_ += '>';
    }
    at_ = end;
    return true;
  }

  bool take_parenthesis() {
    if (rest().starts_with("(anonymous ")) {
      copy(rest().find(')') == kNone ? rest().size() : rest().find(')') + 1);
      return true;
    }
    if (short_.empty() && rest().size() > 1 && (rest()[1] == '*' || rest()[1] == '&')) {  // `int (*f(char))(int)`
      at_ += 2;
      return true;
    }
    at_ = behind_bracket(name_, at_);
    if (short_ == "decltype" || short_ == "noexcept" || short_.empty()) return true;
    is_conversion_ = false;
    constexpr std::array<std::string_view, 7> kQualifiers{" const", " volatile", " noexcept", " &&", " &", "&&", "&"};
    for (bool taken = true; taken;) {
      taken = false;
      for (const std::string_view qualifier : kQualifiers) {
        if (!rest().starts_with(qualifier)) continue;
        at_ += qualifier.size();
        taken = true;
      }
    }
    return rest().starts_with("::") || rest().starts_with("[abi:") || rest().starts_with("<");
  }

  bool take_bracket() {
    if (at_component()) {  // `[vdso]`
      copy(behind_bracket(name_, at_) - at_);
    } else {
      at_ = behind_bracket(name_, at_);  // `[abi:cxx11]`
    }
    return true;
  }

  // `{lambda(int)#1}`: which one it is stays.
  bool take_brace() {
    const std::size_t end = behind_bracket(name_, at_);
    const std::string_view inside = name_.substr(at_, end - at_);
    const std::size_t parameters = inside.find_first_of("(<");
    if (parameters == kNone) {
      short_ += inside;
    } else {
      short_ += inside.substr(0, parameters);
      const std::size_t number = inside.rfind('#');
      short_ += number != kNone && number > parameters ? inside.substr(number) : "}";
    }
    at_ = end;
    return true;
  }

  // `.isra.0`, `.cold`: what the compiler made of the function.
  bool take_dot() {
    constexpr std::array<std::string_view, 11> kParts{".isra",       ".cold",     ".part",   ".constprop",
                                                      ".lto_priv",   ".llvm",     ".hot",    ".clone",
                                                      ".localalias", ".unlikely", ".startup"};
    for (const std::string_view part : kParts) {
      const bool is_whole =
          rest().size() == part.size() || !is_identifier(rest()[std::min(part.size(), rest().size() - 1)]);
      if (!short_.empty() && rest().starts_with(part) && is_whole) return false;
    }
    copy(1);
    return true;
  }

  // clang's `'lambda'(int)`
  bool take_quote() {
    const std::size_t end = name_.find('\'', at_ + 1);
    copy(end == kNone ? rest().size() : end + 1 - at_);
    return true;
  }

  bool take_operator() {
    copy(kOperator.size());
    std::size_t sign = sign_length(rest());
    if (sign == 0 && rest().starts_with(" ") && sign_length(rest().substr(1)) > 0 && !rest().starts_with(" (")) {
      sign = 1 + sign_length(rest().substr(1));
    }
    if (sign > 0) {
      const bool is_literal = rest().substr(0, sign).ends_with("\"\"");
      copy(sign);
      while (is_literal && at_ < name_.size() && (name_[at_] == ' ' || is_identifier(name_[at_]))) copy(1);
      if (rest().starts_with(" <")) ++at_;
    } else {
      is_conversion_ = true;  // to a type of several words, or ` new`, ` delete[]`
      const std::size_t word = std::min(rest().find_first_not_of(' '), rest().size());
      for (const std::string_view array : {"new[]", "delete[]"}) {
        if (!rest().substr(word).starts_with(array)) continue;
        copy(word + array.size());
        break;
      }
    }
    return true;
  }

  std::string_view name_;
  std::size_t at_ = 0;
  std::string short_;
  bool is_conversion_ = false;
};

constexpr std::array<std::string_view, 5> kOrigins{"solver", "library", "harness", "kernel", "unknown"};

bool is_system_header(const std::string& file) {
  if (!file.starts_with('/')) return false;
  const std::string plain = std::filesystem::path(file).lexically_normal().string();
  static constexpr std::array kFolders{"/usr/include/", "/usr/local/include/", "/usr/lib/", "/usr/lib64/",
                                       "/usr/libexec/"};
  if (std::any_of(kFolders.begin(), kFolders.end(), [&](const char* folder) { return plain.starts_with(folder); }))
    return true;
  // Compilers that were installed elsewhere.
  return plain.find("/include/c++/") != std::string::npos || plain.find("/lib/gcc/") != std::string::npos ||
         plain.find("/lib/clang/") != std::string::npos;
}

bool is_sdk_header(std::string_view file) {
  const auto at = file.find("harness/sdk/");
  return at != std::string_view::npos && (at == 0 || file[at - 1] == '/');
}

}  // namespace

std::string_view origin_word(CodePlace::Origin origin) { return kOrigins[static_cast<std::size_t>(origin)]; }

std::optional<CodePlace::Origin> origin_of(std::string_view word) {
  const auto at = std::find(kOrigins.begin(), kOrigins.end(), word);
  if (at == kOrigins.end()) return std::nullopt;
  return static_cast<CodePlace::Origin>(at - kOrigins.begin());
}

std::string short_name(std::string_view function) { return ShortName(function).read(); }

bool is_own_source(const CodePlace& place) {
  return place.origin == CodePlace::Origin::kSolver && !place.file.empty() && !is_system_header(place.file) &&
         !is_sdk_header(place.file);
}

}  // namespace harness::model
