#include <harness/sdk/solver.hpp>

#include <algorithm>
#include <numeric>

#include "../catch.hpp"

using namespace harness::sdk;
using Bytes = std::vector<uint8_t>;

namespace {

template <class... T>
Bytes arguments(const T&... values) {
  Bytes out;
  cbor::Writer writer(out);
  writer.array(sizeof...(T));
  (Codec<T>::encode(writer, values), ...);
  return out;
}

// A solver as the worker sees it.
class Opened {
 public:
  Opened(const harness_solver* table, Bytes bytes) : table_(table), bytes_(std::move(bytes)) {
    status_ = table_->open(bytes_.data(), bytes_.size(), &instance_);
  }
  ~Opened() {
    if (instance_ != nullptr) table_->close(instance_);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  harness_status status() const { return status_; }
  std::string error() const { return table_->last_error(instance_); }
  size_t bytes_per_call() { return table_->bytes_per_call(instance_); }
  harness_status prepare(uint64_t calls) { return table_->prepare(instance_, calls); }
  harness_status run(uint64_t calls) { return table_->run(instance_, calls); }

  template <class T>
  T answer() {
    harness_bytes bytes{};
    REQUIRE(table_->answer(instance_, &bytes) == HARNESS_OK);
    Decoder decoder({bytes.data, bytes.size}, "answer");
    T value{};
    REQUIRE(decoder.decode(value));
    return value;
  }
  harness_status answer_status() {
    harness_bytes bytes{};
    return table_->answer(instance_, &bytes);
  }

  // Prepared, run once, answered.
  template <class T>
  T solved() {
    REQUIRE(status() == HARNESS_OK);
    REQUIRE(prepare(1) == HARNESS_OK);
    REQUIRE(run(1) == HARNESS_OK);
    return answer<T>();
  }

 private:
  const harness_solver* table_;
  Bytes bytes_;
  void* instance_ = nullptr;
  harness_status status_;
};

template <class Make>
const harness_solver* table_of(Make) {
  return solver_table<Make>();
}
#define TABLE(...) table_of([] { return __VA_ARGS__; })

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  for (int i = 0; i < static_cast<int>(nums.size()); ++i) {
    for (int j = i + 1; j < static_cast<int>(nums.size()); ++j) {
      if (nums[i] + nums[j] == target) return {i, j};
    }
  }
  return {};
}

// What happened, in order. A letter for each event.
std::string events;

// A result whose life can be watched: m(ade), d(estroyed).
struct Watched {
  Watched() { events += 'm'; }
  Watched(const Watched&) { events += 'c'; }
  Watched(Watched&&) noexcept { events += 'v'; }
  ~Watched() { events += 'd'; }
  int value = 5;
};
HARNESS_STRUCT(Watched, value);

// An argument whose copies are numbered.
int copies_alive = 0;
int next_copy = 0;
std::vector<int> destroyed;
struct Counted {
  Counted() : number(next_copy++) { ++copies_alive; }
  Counted(const Counted& other) : value(other.value), number(next_copy++) { ++copies_alive; }
  Counted(Counted&& other) noexcept : value(other.value), number(next_copy++) { ++copies_alive; }
  Counted& operator=(const Counted&) = default;
  ~Counted() {
    --copies_alive;
    destroyed.push_back(number);
  }
  int value = 0;
  int number;
};
HARNESS_STRUCT(Counted, value);

class Solution {
 public:
  std::vector<int> twoSum(std::vector<int>& nums, int target) { return two_sum(nums, target); }
  int calls() { return ++calls_; }
  int without_change(int x) const noexcept { return x + calls_; }
  static int by_class(int x) { return x * 2; }

 private:
  int calls_ = 0;
};

struct Functor {
  std::string seen;
  std::string operator()(std::string word) {
    seen += word;
    return seen;
  }
};

}  // namespace

TEST_CASE("a function is opened, run and answers") {
  const harness_solver* table = TABLE(two_sum);
  REQUIRE(table->size == sizeof(harness_solver));
  CHECK(table->boundary == HARNESS_BOUNDARY_VERSION);
  CHECK(std::string(table->signature) == "(integer[], integer) -> integer[]");
  Opened solver(table, arguments(std::vector<int>{2, 7, 11, 15}, 9));
  CHECK(solver.bytes_per_call() == 0);
  CHECK(solver.run(3) == HARNESS_OK);  // nothing is copied, so that nothing needs preparing
  CHECK(solver.answer<std::vector<int>>() == std::vector<int>{0, 1});
}

TEST_CASE("signatures mark the parameter that a void solver answers through") {
  CHECK(std::string(TABLE([](std::vector<int>& v) { v.clear(); })->signature) == "(integer[]&) -> void");
  CHECK(std::string(TABLE([](int, std::span<char> v, std::string& s) { v[0] = s[0]; })->signature) ==
        "(integer, character[]&, string) -> void");
  CHECK(std::string(TABLE([](std::vector<int>& v) { return v.size(); })->signature) == "(integer[]) -> long");
  CHECK(std::string(TABLE([] { return true; })->signature) == "() -> boolean");
}

TEST_CASE("member functions, lambdas, functors and static members are solvers too") {
  CHECK(Opened(TABLE(&Solution::twoSum), arguments(std::vector<int>{3, 3}, 6)).solved<std::vector<int>>() ==
        std::vector<int>{0, 1});
  CHECK(Opened(TABLE(&Solution::without_change), arguments(4)).solved<int>() == 4);
  CHECK(Opened(TABLE(&Solution::by_class), arguments(4)).solved<int>() == 8);
  CHECK(Opened(TABLE([](double x) { return x / 2; }), arguments(3)).solved<double>() == 1.5);
  CHECK(Opened(TABLE(Functor{}), arguments(std::string("ab"))).solved<std::string>() == "ab");
}

TEST_CASE("an object with state is new for every call") {
  Opened method(TABLE(&Solution::calls), arguments());
  CHECK(method.bytes_per_call() >= sizeof(Solution));
  REQUIRE(method.prepare(5) == HARNESS_OK);
  REQUIRE(method.run(5) == HARNESS_OK);
  CHECK(method.answer<int>() == 1);

  Opened functor(TABLE(Functor{"begin "}), arguments(std::string("x")));
  REQUIRE(functor.prepare(3) == HARNESS_OK);
  REQUIRE(functor.run(3) == HARNESS_OK);
  CHECK(functor.answer<std::string>() == "begin x");
}

TEST_CASE("every parameter kind arrives as it was given") {
  const auto* table = TABLE([](const std::string& a, std::string b, std::string&& c, std::string& d, std::string_view e,
                               std::span<const int> f, std::span<int> g, int h, int&& i, const int& j, int& k,
                               std::optional<std::pair<int, int>> l, const std::span<const double>& m) {
    std::string all = a + b + c + d + std::string(e);
    return std::tuple(all, f[0] + g[0] + h + i + j + k + l->second + static_cast<int>(m[0]));
  });
  const std::string s = "s";
  const std::vector<int> one{1};
  Opened solver(table,
                arguments(s, s, s, s, s, one, one, 1, 1, 1, 1, std::optional(std::pair{0, 1}), std::vector<double>{1}));
  CHECK(solver.solved<std::tuple<std::string, int>>() == std::tuple<std::string, int>{"sssss", 8});
}

TEST_CASE("each call of an in-place solver gets a fresh copy") {
  Opened solver(TABLE([](std::vector<int>& values) { values.push_back(static_cast<int>(values.size())); }),
                arguments(std::vector<int>{7}));
  CHECK(solver.bytes_per_call() >= sizeof(std::vector<int>) + sizeof(int));
  REQUIRE(solver.prepare(4) == HARNESS_OK);
  REQUIRE(solver.run(4) == HARNESS_OK);
  CHECK(solver.answer<std::vector<int>>() == std::vector<int>{7, 1});
  REQUIRE(solver.prepare(2) == HARNESS_OK);
  REQUIRE(solver.run(2) == HARNESS_OK);
  CHECK(solver.answer<std::vector<int>>() == std::vector<int>{7, 1});
}

TEST_CASE("a span of numbers that may change is a fresh copy and the answer of a void solver") {
  Opened solver(TABLE([](std::span<int> values) { std::sort(values.begin(), values.end()); }),
                arguments(std::vector<int>{3, 1, 2}));
  CHECK(solver.solved<std::vector<int>>() == std::vector<int>{1, 2, 3});
}

TEST_CASE("run without a fresh prepare of as many calls is a bad state, not a call") {
  static int calls;
  calls = 0;
  Opened solver(TABLE([](std::vector<int> values) { return ++calls + static_cast<int>(values.size()); }),
                arguments(std::vector<int>{1}));
  CHECK(solver.run(1) == HARNESS_BAD_STATE);
  CHECK(solver.error() == "run without a fresh prepare of as many calls");
  REQUIRE(solver.prepare(3) == HARNESS_OK);
  CHECK(solver.run(2) == HARNESS_BAD_STATE);
  CHECK(solver.run(3) == HARNESS_OK);
  CHECK(solver.run(3) == HARNESS_BAD_STATE);
  CHECK(calls == 3);
}

TEST_CASE("there is no answer before a run, after a new prepare and after a run that failed") {
  static bool fail;
  fail = false;
  Opened solver(TABLE([](std::vector<int> values) {
                  if (fail) throw std::runtime_error("as told");
                  return values;
                }),
                arguments(std::vector<int>{1}));
  CHECK(solver.answer_status() == HARNESS_BAD_STATE);
  CHECK(solver.error() == "no answer yet: run first");
  REQUIRE(solver.prepare(1) == HARNESS_OK);
  REQUIRE(solver.run(1) == HARNESS_OK);
  CHECK(solver.answer_status() == HARNESS_OK);
  REQUIRE(solver.prepare(1) == HARNESS_OK);
  CHECK(solver.answer_status() == HARNESS_BAD_STATE);
  fail = true;
  CHECK(solver.run(1) == HARNESS_SOLVER_THREW);
  CHECK(solver.error() == "as told");
  CHECK(solver.answer_status() == HARNESS_BAD_STATE);
}

TEST_CASE("each result is destroyed right before the next call and the last one stays") {
  {
    Opened solver(TABLE([] {
                    events += '(';
                    Watched result;
                    events += ')';
                    return result;
                  }),
                  arguments());
    events.clear();
    REQUIRE(solver.run(3) == HARNESS_OK);
    CHECK(events == "(m)d(m)d(m)");
    CHECK(solver.answer_status() == HARNESS_OK);
    REQUIRE(solver.run(1) == HARNESS_OK);
    CHECK(events == "(m)d(m)d(m)d(m)");
  }
  CHECK(events == "(m)d(m)d(m)d(m)d");
}

TEST_CASE("a call that throws leaves one result destroyed once") {
  static int calls;
  calls = 0;
  {
    Opened solver(TABLE([] {
                    if (++calls == 2) throw 1;
                    return Watched();
                  }),
                  arguments());
    events.clear();
    CHECK(solver.run(5) == HARNESS_SOLVER_THREW);
    CHECK(solver.error() == "something that is no std::exception");
    CHECK(events == "md");
  }
  CHECK(events == "md");
}

TEST_CASE("argument sets are built in prepare and destroyed in the order of their making") {
  {
    Opened solver(TABLE([](Counted& counted) { return counted.value; }),
                  arguments(std::map<std::string, int>{{"value", 4}}));
    REQUIRE(solver.status() == HARNESS_OK);
    REQUIRE(solver.prepare(4) == HARNESS_OK);
    CHECK(copies_alive == 5);  // the decoded one, and four
    REQUIRE(solver.run(4) == HARNESS_OK);
    CHECK(copies_alive == 5);
    destroyed.clear();
    REQUIRE(solver.prepare(1) == HARNESS_OK);
    REQUIRE(destroyed.size() == 4);
    CHECK(std::is_sorted(destroyed.begin(), destroyed.end()));
    CHECK(copies_alive == 2);
  }
  CHECK(copies_alive == 0);
}

TEST_CASE("no exception leaves: not one of the solver, of a copy, or of memory that is not there") {
  CHECK(Opened(TABLE([](int x) -> int { throw std::invalid_argument(x > 0 ? "positive" : "other"); }), arguments(1))
            .run(1) == HARNESS_SOLVER_THREW);
  CHECK(Opened(TABLE([]() -> int { throw std::bad_alloc(); }), arguments()).run(1) == HARNESS_NO_MEMORY);
  Opened solver(TABLE([](std::vector<int> v) { return v; }), arguments(std::vector<int>{1}));
  CHECK(solver.prepare(UINT64_MAX / 4) == HARNESS_NO_MEMORY);
  CHECK(solver.error() == "out of memory");
  CHECK(solver.solved<std::vector<int>>() == std::vector<int>{1});
}

TEST_CASE("an input that does not fit is the dataset's fault, with its place") {
  const harness_solver* table = TABLE(two_sum);
  const auto fault = [&](const Bytes& bytes) {
    Opened solver(table, bytes);
    CHECK(solver.status() == HARNESS_BAD_INPUT);
    return solver.error();
  };
  CHECK(fault(arguments(std::vector<std::string>{"x"}, 9)) ==
        "argument [0][0]: expected a 32-bit integer, got the string \"x\"");
  CHECK(fault(arguments(std::vector<int>{}, std::string("9"))) ==
        "argument [1]: expected a 32-bit integer, got the string \"9\"");
  CHECK(fault(arguments(std::vector<int>{})) == "argument: expected 2 arguments, got 1 argument");
  CHECK(fault(arguments(std::vector<int>{}, 1, 2)) == "argument: expected 2 arguments, got 3 arguments");
  CHECK(fault(arguments(std::vector<long>{0, 1L << 32}, 1)) ==
        "argument [0][1]: expected a 32-bit integer, got 4294967296");
  Bytes more = arguments(std::vector<int>{}, 1);
  more.push_back(0);
  CHECK(fault(more) == "argument: expected the end of the arguments, got more bytes");
  CHECK(fault({}) == "argument: byte 0: the document ends early");
}

TEST_CASE("a span looks at aligned numbers of its own type where they lie") {
  static const int* seen;
  seen = nullptr;
  const auto* table = TABLE([](std::span<const int> values) {
    seen = values.data();
    return std::accumulate(values.begin(), values.end(), 0);
  });
  const Bytes document = arguments(std::vector<int>{1, 2, 3});

  alignas(64) uint8_t page[128] = {};
  void* instance = nullptr;
  std::copy(document.begin(), document.end(), page);
  REQUIRE(table->open(page, document.size(), &instance) == HARNESS_OK);
  REQUIRE(table->run(instance, 1) == HARNESS_OK);
  CHECK(reinterpret_cast<const uint8_t*>(seen) == page + document.size() - 3 * sizeof(int));
  table->close(instance);

  // The same bytes one off: a span must not point at them.
  std::copy(document.begin(), document.end(), page + 1);
  REQUIRE(table->open(page + 1, document.size(), &instance) == HARNESS_OK);
  REQUIRE(table->run(instance, 1) == HARNESS_OK);
  CHECK(
      (reinterpret_cast<const uint8_t*>(seen) < page || reinterpret_cast<const uint8_t*>(seen) >= page + sizeof(page)));
  harness_bytes answer{};
  REQUIRE(table->answer(instance, &answer) == HARNESS_OK);
  CHECK(Bytes(answer.data, answer.data + answer.size) == Bytes{6});
  table->close(instance);
}

TEST_CASE("a span of another width or of plain items is a converted copy") {
  const auto* table =
      TABLE([](std::span<const int> values) { return std::accumulate(values.begin(), values.end(), 0); });
  CHECK(Opened(table, arguments(std::vector<int64_t>{1, 2, 3})).solved<int>() == 6);
  CHECK(Opened(table, arguments(std::tuple{1, 2, 3})).solved<int>() == 6);
  CHECK(Opened(TABLE([](std::span<const std::string> words) { return words.back(); }),
               arguments(std::vector<std::string>{"a", "b"}))
            .solved<std::string>() == "b");
}

TEST_CASE("a result that is a reference is not copied inside the clock") {
  static Watched kept;
  Opened solver(TABLE([]() -> const Watched& { return kept; }), arguments());
  events.clear();
  REQUIRE(solver.run(10) == HARNESS_OK);
  CHECK(events.empty());
  CHECK(solver.answer_status() == HARNESS_OK);
}

TEST_CASE("spans and views are answers too") {
  CHECK(Opened(TABLE([](std::span<const int> values) { return values.subspan(1); }), arguments(std::vector<int>{1, 2}))
            .solved<std::vector<int>>() == std::vector<int>{2});
  CHECK(Opened(TABLE([](std::string_view text) { return text.substr(1); }), arguments(std::string("abc")))
            .solved<std::string>() == "bc");
}

TEST_CASE("a run of no calls is nothing and answers nothing") {
  Opened solver(TABLE(two_sum), arguments(std::vector<int>{2, 7}, 9));
  CHECK(solver.run(0) == HARNESS_OK);
  CHECK(solver.answer_status() == HARNESS_BAD_STATE);
}
