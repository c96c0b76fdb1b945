#include <harness/sdk/counters.hpp>
#include <harness/sdk/solver.hpp>

#include <map>
#include <stdexcept>
#include <string>

#include "../catch.hpp"

using namespace harness::sdk;

// What HARNESS_SOLVER defines in a library.
HARNESS_SDK_COUNTERS

namespace {

CounterTable& library = harness::sdk::harness_counter_table;

using Counters = std::map<std::string, double>;

// `[x, ...]` as the arguments of a solver.
std::vector<uint8_t> arguments(int x) {
  std::vector<uint8_t> out;
  cbor::Writer writer(out);
  writer.array(1);
  writer.integer(x);
  return out;
}

class Opened {
 public:
  Opened(const harness_solver* table, int x) : table_(table), bytes_(arguments(x)) {
    REQUIRE(table_->open(bytes_.data(), bytes_.size(), &instance_) == HARNESS_OK);
  }
  ~Opened() { table_->close(instance_); }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  harness_status run(uint64_t calls) { return table_->run(instance_, calls); }
  harness_status status() {
    harness_bytes bytes{};
    return table_->counters(instance_, &bytes);
  }
  std::string error() const { return table_->last_error(instance_); }
  Counters counters() {
    harness_bytes bytes{};
    REQUIRE(table_->counters(instance_, &bytes) == HARNESS_OK);
    cbor::Reader reader({bytes.data, bytes.size});
    uint64_t pairs = 0;
    REQUIRE(reader.map(pairs));
    Counters read;
    for (; pairs > 0; --pairs) {
      std::string_view name;
      double value = 0;
      REQUIRE(reader.text(name));
      REQUIRE(reader.floating(value));
      read[std::string(name)] = value;
    }
    REQUIRE(reader.at_end());
    return read;
  }

 private:
  const harness_solver* table_;
  std::vector<uint8_t> bytes_;
  void* instance_ = nullptr;
};

template <class Make>
const harness_solver* table_of(Make) {
  return solver_table<Make, HARNESS_SDK_COUNTS>();
}
#define TABLE(...) table_of([] { return __VA_ARGS__; })

bool count_more = false;

int probe(int x) {
  harness::count("probes", x);
  harness::count("depth", 0.25);
  if (count_more) harness::counter("rehashes") += 1;
  if (x < 0) throw std::runtime_error("negative");
  return x;
}

template <size_t kIndex>
struct Name {
  static constexpr char text[] = {'n', static_cast<char>('0' + kIndex / 10), static_cast<char>('0' + kIndex % 10),
                                  '\0'};
};

template <size_t... kIndex>
void count_each(std::index_sequence<kIndex...>) {
  (harness::count(Name<kIndex>::text, 1), ...);
}

}  // namespace

TEST_CASE("counters are told per call of the last run, and begin each run at 0") {
  library = {};
  Opened solver(TABLE(probe), 3);
  REQUIRE(solver.run(10) == HARNESS_OK);
  CHECK(solver.counters() == Counters{{"probes", 3}, {"depth", 0.25}});
  REQUIRE(solver.run(7) == HARNESS_OK);
  CHECK(solver.counters() == Counters{{"probes", 3}, {"depth", 0.25}});
}

TEST_CASE("a counter that is not counted in a run stays, as 0") {
  library = {};
  Opened solver(TABLE(probe), 3);
  count_more = true;
  REQUIRE(solver.run(2) == HARNESS_OK);
  CHECK(solver.counters()["rehashes"] == 1);
  count_more = false;
  REQUIRE(solver.run(2) == HARNESS_OK);
  const Counters counters = solver.counters();
  CHECK(counters.size() == 3);
  CHECK(counters.at("rehashes") == 0);
}

TEST_CASE("there are no counters before a run, nor after one that threw") {
  library = {};
  Opened solver(TABLE(probe), 3);
  CHECK(solver.status() == HARNESS_BAD_STATE);
  CHECK(solver.error() == "no counters yet: run first");
  Opened throws(TABLE(probe), -1);
  REQUIRE(throws.run(1) == HARNESS_SOLVER_THREW);
  CHECK(throws.status() == HARNESS_BAD_STATE);
}

TEST_CASE("counters leave the answer in place") {
  library = {};
  const harness_solver* table = TABLE(probe);
  const auto bytes = arguments(5);
  void* instance = nullptr;
  REQUIRE(table->open(bytes.data(), bytes.size(), &instance) == HARNESS_OK);
  REQUIRE(table->run(instance, 1) == HARNESS_OK);
  harness_bytes given{};
  REQUIRE(table->counters(instance, &given) == HARNESS_OK);
  REQUIRE(table->answer(instance, &given) == HARNESS_OK);
  Decoder decoder({given.data, given.size}, "answer");
  int answer = 0;
  CHECK(decoder.decode(answer));
  CHECK(answer == 5);
  table->close(instance);
}

TEST_CASE("a name that stands twice in the library is one counter") {
  library = {};
  static constexpr char one[] = "twice", other[] = "twice";
  REQUIRE(static_cast<const void*>(one) != static_cast<const void*>(other));
  harness::count(one, 1);
  harness::count(other, 2);
  CHECK(harness::counter(one) == 3);
  CHECK(library.used == 1);
}

TEST_CASE("32 names are told, and a 33rd is said instead of left out") {
  library = {};
  Opened most(TABLE([](int x) {
                count_each(std::make_index_sequence<32>());
                return x;
              }),
              1);
  REQUIRE(most.run(3) == HARNESS_OK);
  CHECK(most.counters().size() == 32);
  CHECK(most.counters()["n31"] == 1);
  Opened more(TABLE([](int x) {
                count_each(std::make_index_sequence<33>());
                return x;
              }),
              1);
  REQUIRE(more.run(3) == HARNESS_OK);
  CHECK(more.status() == HARNESS_BAD_STATE);
  CHECK(more.error() == "more than 32 counters");
}

TEST_CASE("a solver without counters has no such function, and tables of older builds end before it") {
  harness_solver table = *solver_table<decltype([] { return probe; })>();
  CHECK(table.counters == nullptr);
  CHECK_FALSE(HARNESS_SOLVER_HAS(&table, counters));
  harness_solver counting = *TABLE(probe);
  CHECK(HARNESS_SOLVER_HAS(&counting, counters));
  counting.size = HARNESS_SOLVER_LEAST_SIZE;
  CHECK_FALSE(HARNESS_SOLVER_HAS(&counting, counters));
}
