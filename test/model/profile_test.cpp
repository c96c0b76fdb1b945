#include <harness/model/profile.hpp>

#include <string>

#include "../catch.hpp"

using namespace harness::model;

TEST_CASE("where a frame is from is written as a word and read back") {
  using Origin = CodePlace::Origin;
  for (const Origin origin : {Origin::kSolver, Origin::kLibrary, Origin::kHarness, Origin::kKernel, Origin::kUnknown}) {
    CHECK(origin_of(origin_word(origin)) == origin);
  }
  CHECK(origin_word(Origin::kHarness) == "harness");
  CHECK_FALSE(origin_of("Solver"));
  CHECK_FALSE(origin_of(""));
}

TEST_CASE("a function is shown without template arguments and parameters") {
  const auto [whole, expected] = GENERATE(table<std::string, std::string>({
      {"main", "main"},
      {"std::_Hashtable<int, std::pair<int const, int>, std::allocator<int> >::_M_rehash_aux(unsigned long, "
       "std::integral_constant<bool, true>)",
       "std::_Hashtable::_M_rehash_aux"},
      {"IndexTable::find(int) const", "IndexTable::find"},
      {"A<int>::B<char>::f(A<int>::B<char>&&) const &", "A::B::f"},
      {"f() noexcept", "f"},
      {"A::~A()", "A::~A"},
      {"foo[abi:cxx11](int)", "foo"},
      {"std::__cxx11::to_string[abi:cxx11](int)::table", "std::__cxx11::to_string::table"},
  }));
  CHECK(short_name(whole) == expected);
}

TEST_CASE("the type that a template returns is no part of its name") {
  const auto [whole, expected] = GENERATE(table<std::string, std::string>({
      {"int foo<int>(int)", "foo"},
      {"unsigned long const* std::find<unsigned long const*>(unsigned long const*)", "std::find"},
      {"std::vector<int, std::allocator<int> > a::make<3>()", "a::make"},
      {"std::enable_if<((sizeof (int))<(8)), std::pair<int, char> >::type f<int>(int)", "f"},
      {"decltype(auto) visit<int>(int)", "visit"},
      {"decltype(auto) a::visit<int>(int)", "a::visit"},
      {"decltype (begin(declval<T>())) first<T>(T&)", "first"},
      {"decltype(begin(declval<T>())) first<T>(T&)", "first"},
      {"auto g<int>(int) const", "g"},
      {"void (*pick<int>(int))(char)", "pick"},
      {"int (&row<int>(int)) [3]", "row"},
      {"std::ostream& std::operator<< <std::char_traits<char> >(std::ostream&, char const*)", "std::operator<<"},
      {"bool std::operator< <int>(std::vector<int> const&, std::vector<int> const&)", "std::operator<"},
      {"non-virtual thunk to Shape::area() const", "Shape::area"},
  }));
  CHECK(short_name(whole) == expected);
}

TEST_CASE("operators keep their signs") {
  const auto [whole, expected] = GENERATE(table<std::string, std::string>({
      {"Less::operator()(int, int) const", "Less::operator()"},
      {"Less<int>::operator()<char>(int) const", "Less::operator()"},
      {"operator<(A const&, A const&)", "operator<"},
      {"operator<< <int>(A const&, int)", "operator<<"},
      {"operator<<<int>(A const&, int)", "operator<<"},
      {"A<int>::operator<=>(A<int> const&) const", "A::operator<=>"},
      {"A<int>::operator->() const", "A::operator->"},
      {"A<int>::operator->*(int) const", "A::operator->*"},
      {"A<int>::operator> <int>(int) const", "A::operator>"},
      {"A<int>::operator>>=(int)", "A::operator>>="},
      {"A::operator[](unsigned long)", "A::operator[]"},
      {"A::operator,(A)", "A::operator,"},
      {"A::operator&(A)", "A::operator&"},
      {"operator new(unsigned long)", "operator new"},
      {"operator new[](unsigned long)", "operator new[]"},
      {"operator delete[](void*, unsigned long)", "operator delete[]"},
      {"operator   new[](unsigned long)", "operator   new[]"},
      {"operator\"\" _km(long double)", "operator\"\" _km"},
      {"A::operator bool() const", "A::operator bool"},
      {"A<int>::operator unsigned long<int>() const", "A::operator unsigned long"},
      {"A::operator std::vector<int, std::allocator<int> >() const", "A::operator std::vector"},
      {"A::operator char const*() const", "A::operator char const*"},
      {"call<&(bool operator< <int>(A<int>, A<int>))>(int)", "call"},
      {"call<&(A::operator->)>(int)", "call"},
      {"my_operator<int>(int)", "my_operator"},
      {"operator_of<int>(int)", "operator_of"},
  }));
  CHECK(short_name(whole) == expected);
}

TEST_CASE("what has no name of its own keeps what it is called instead") {
  const auto [whole, expected] = GENERATE(table<std::string, std::string>({
      {"(anonymous namespace)::Table<int>::find(int)", "(anonymous namespace)::Table::find"},
      {"a::(anonymous namespace)::f((anonymous namespace)::B)", "a::(anonymous namespace)::f"},
      {"int (anonymous namespace)::f<int>(int)", "(anonymous namespace)::f"},
      {"twoSum(std::vector<int> const&)::{lambda(int)#1}::operator()(int) const", "twoSum::{lambda#1}::operator()"},
      {"void sort<f(int)::{lambda(int)#2}>(int*, f(int)::{lambda(int)#2})", "sort"},
      {"f(int)::{lambda(auto:1)#1}::operator()<int>(int) const::{lambda()#3}::operator()() const",
       "f::{lambda#1}::operator()::{lambda#3}::operator()"},
      {"f(int)::'lambda'(int)::operator()(int) const", "f::'lambda'::operator()"},
      {"f(int)::$_0::operator()(int) const", "f::$_0::operator()"},
      {"{lambda(int)#1}::operator()(int) const", "{lambda#1}::operator()"},
      {"f(int)::<lambda(int)>::operator()", "f::<lambda>::operator()"},
      {"<lambda(int, std::vector<int>)>", "<lambda>"},
      {"A::{unnamed type#1}::g()", "A::{unnamed type#1}::g"},
      {"[vdso]", "[vdso]"},
      {"[unknown]", "[unknown]"},
  }));
  CHECK(short_name(whole) == expected);
}

TEST_CASE("what the compiler split off a function bears the function's name") {
  const auto [whole, expected] = GENERATE(table<std::string, std::string>({
      {"A::f(int) [clone .cold]", "A::f"},
      {"A<int>::f(int) const [clone .isra.0] [clone .cold]", "A::f"},
      {"f [clone .part.0]", "f"},
      {"f(int) (.cold)", "f"},
      {"f.isra.0", "f"},
      {"f.cold", "f"},
      {"f.part.3.constprop.0", "f"},
      {"_ZN1A1fEi.cold.12", "_ZN1A1fEi"},
      {"f.colder", "f.colder"},
      {"runtime.main", "runtime.main"},
      {".cold", ".cold"},
      {"memcpy@@GLIBC_2.14", "memcpy@@GLIBC_2.14"},
  }));
  CHECK(short_name(whole) == expected);
}

TEST_CASE("comparisons and characters inside of template arguments do not end them early") {
  const auto [whole, expected] = GENERATE(table<std::string, std::string>({
      {"f<((1)>(2)), int>(int)", "f"},
      {"f<((1)<(2)), int>::g(int)", "f::g"},
      {"f<((1)>>(2))>::g(int)", "f::g"},
      {"f<'<'>::g(int)", "f::g"},
      {"f<'>', '('>::g(int)", "f::g"},
      {"f<decltype([]() -> int {})>::g(int)", "f::g"},
      {"f<int (*)(char, A<int>)>::g(int (*)(char, A<int>))", "f::g"},
  }));
  CHECK(short_name(whole) == expected);
}

TEST_CASE("no name becomes empty, whatever it is") {
  for (const std::string name :
       {" ",         "<",         ">",           "(",        ")",  "()",          "<>", "[",  "]",
        "{",         "}",         "'",           "''",       ".",  "::",          "*",  "&",  "operator",
        "operator ", "operator<", "(anonymous ", "{lambda(", "{#", "int ",        "a ", " a", "( (.",
        "[abi:",     "decltype(", "void (*",     "\xff\xfe", "\n", "operator\"\""}) {
    INFO(name);
    CHECK_FALSE(short_name(name).empty());
  }
  CHECK(short_name("").empty());
  CHECK(short_name("int ") == "int");
  CHECK(short_name("(") == "(");
}

TEST_CASE("names of 10,000 letters and of hostile nesting are read once") {
  CHECK(short_name(std::string(10'000, 'f') + "(int)") == std::string(10'000, 'f'));
  const std::string deep(100'000, '<');
  CHECK(short_name("f" + deep) == "f");
  CHECK(short_name("f" + deep + std::string(100'000, '>') + "::g(int)") == "f::g");
  CHECK(short_name("f<" + std::string(100'000, '(') + ">::g") == "f");
  CHECK(short_name("f(" + std::string(100'000, ')')) == "f");
  std::string operators, parts;
  for (int i = 0; i < 10'000; ++i) operators += "operator<", parts += "a<b(c)>::";
  CHECK_FALSE(short_name(operators).empty());
  CHECK(short_name(parts + "f(int)").size() == 10'000 * 3 + 1);
}
