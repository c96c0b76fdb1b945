// All that the author of a solver includes:
//
//   #include <harness/sdk/solver.hpp>
//   std::vector<int> two_sum(const std::vector<int>& nums, int target) { ... }
//   HARNESS_SOLVER("two-sum", two_sum);
//
// HARNESS_SOLVER(problem, target) stands once in a library, at namespace scope. `target` is a function, a member
// function (`&Solution::twoSum`), a lambda or a functor (`TwoSum{}`). A class with state is made anew for each call, a
// class without is a name only. Types: codec.hpp; how parameters are passed: callable.hpp.
//
// Inside the clock: the call, and the destruction of the call's result right before the next call, as in a plain loop.
// Outside: decoding, the fresh copies that T, T&, T&& and span<T> ask for, the making and the end of objects with
// state, encoding the answer.
//
// Figures of the solver's own: counters.hpp, included before HARNESS_SOLVER.
//
// Builds without exceptions too; running out of memory then ends the process.
#pragma once

#include <exception>
#include <memory>
#include <new>

#include <harness/sdk/abi.h>
#include <harness/sdk/callable.hpp>

#define HARNESS_SDK_EXPORT __attribute__((visibility("default")))

namespace harness::sdk {

// Runs `body` and turns what leaves it into a status.
template <class Body>
harness_status guarded([[maybe_unused]] Message& message, Body&& body) noexcept {
#if defined(__cpp_exceptions)
  try {
    return body();
  } catch (const std::bad_alloc&) {
    message.set("out of memory");
    return HARNESS_NO_MEMORY;
  } catch (const std::exception& thrown) {
    message.set(thrown.what());
    return HARNESS_SOLVER_THREW;
  } catch (...) {
    message.set("something that is no std::exception");
    return HARNESS_SOLVER_THREW;
  }
#else
  return body();
#endif
}

// Nothing before this line may be moved behind it, and whatever is reachable may have changed: without it a pure
// function is hoisted out of the loop. ("r": clang takes "g" for memory and stores the address on each call.)
template <class T>
[[gnu::always_inline]] inline void barrier(T& state) {
  asm volatile("" : : "r"(&state) : "memory");
}

// Decodes the array of arguments into what holds them.
template <class... P>
bool decode_arguments(Decoder& from, std::tuple<typename Parameter<P>::Shared...>& shared) {
  Decoder::Sequence list;
  if (!from.enter(list, "an array of the arguments")) return false;
  if (list.count != sizeof...(P)) {
    return from.fault(Decoder::counted(sizeof...(P), "argument"), Decoder::counted(list.count, "argument"));
  }
  uint64_t index = 0;
  const auto decode = [&](auto& held) { return held.decode(from, list, index++); };
  if (!std::apply([&](auto&... held) { return (decode(held) && ...); }, shared)) return false;
  return from.reader().at_end() || from.fault("the end of the arguments", "more bytes");
}

// One solver with decoded arguments. Make{}() is the target: a constant expression in all but name, so that the one
// call in `run` is a direct one and may be inlined.
template <class Make, class Parts, class Parameters = typename Parts::Parameters>
class Instance;

template <class Make, class Parts, class... P>
class Instance<Make, Parts, TypeList<P...>> {
  using Result = typename Parts::Result;
  using Object = typename Parts::Object;
  static constexpr bool kAnswersThrough = std::is_void_v<Result>;
  static constexpr size_t kAnswering = answering_parameter(TypeList<P...>{});
  using Stored = std::conditional_t<kAnswersThrough, Nothing, Kept<std::conditional_t<kAnswersThrough, int, Result>>>;

  static constexpr bool has_state() {
    if constexpr (std::is_void_v<Object>) {
      return false;
    } else {
      return !(std::is_empty_v<Object> && std::is_trivially_destructible_v<Object>);
    }
  }
  static constexpr bool kState = has_state();
  static constexpr bool kRows = kState || (Parameter<P>::kCopied || ...);

  using Shared = std::tuple<typename Parameter<P>::Shared...>;
  struct Stateless {};

  // What one call has of its own.
  struct Row {
    std::tuple<typename Parameter<P>::Copy...> copies;
    [[no_unique_address]] std::conditional_t<kState, Object, Stateless> object;
  };

 public:
  ~Instance() {
    destroy_rows();
    if (rows_ != nullptr) std::allocator<Row>().deallocate(rows_, capacity_);
    destroy_result();
  }
  Instance() = default;
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  static constexpr auto kSignature = signature_of<Result>(TypeList<P...>{});

  Message message;

  harness_status open(std::span<const uint8_t> document) {
    Decoder decoder(document, "argument");
    if (!decode_arguments<P...>(decoder, shared_)) {
      message.set(decoder.error());
      return HARNESS_BAD_INPUT;
    }
    return HARNESS_OK;
  }

  size_t bytes_per_call() const {
    if constexpr (!kRows) return 0;
    return sizeof(Row) + heap_per_call(std::index_sequence_for<P...>{});
  }

  harness_status prepare(uint64_t calls) {
    answerable_ = false;
    if constexpr (kRows) {
      destroy_rows();
      fresh_ = 0;
      if (calls > capacity_) {
        if (calls > SIZE_MAX / sizeof(Row)) {
          message.set("out of memory");
          return HARNESS_NO_MEMORY;
        }
        if (rows_ != nullptr) std::allocator<Row>().deallocate(rows_, capacity_);
        capacity_ = 0;
        rows_ = nullptr;
        rows_ = std::allocator<Row>().allocate(static_cast<size_t>(calls));
        capacity_ = static_cast<size_t>(calls);
      }
      for (; built_ < calls; ++built_) build_row(rows_ + built_, std::index_sequence_for<P...>{});
      fresh_ = calls;
    }
    return HARNESS_OK;
  }

  harness_status run(uint64_t calls) {
    if constexpr (kRows) {
      if (fresh_ != calls || calls == 0) {
        message.set("run without a fresh prepare of as many calls");
        return HARNESS_BAD_STATE;
      }
      fresh_ = 0;
    }
    answerable_ = false;
    Row* row = rows_;
    // Whether there is an old result lives in a register; in memory it is none until the loop is through, which is
    // the truth when a call throws.
    [[maybe_unused]] bool alive = result_alive_;
    if (calls > 0) result_alive_ = false;
    for (uint64_t i = 0; i < calls; ++i) {
      if constexpr (kOwns) {
        if (alive) result_.stored.~Stored();
        alive = true;
      }
      barrier(*this);
      if constexpr (kAnswersThrough) {
        call(row, std::index_sequence_for<P...>{});
      } else if constexpr (std::is_reference_v<Result>) {
        result_.stored = std::addressof(call(row, std::index_sequence_for<P...>{}));
      } else {
        ::new (static_cast<void*>(std::addressof(result_.stored))) Stored(call(row, std::index_sequence_for<P...>{}));
      }
      barrier(*this);
      if constexpr (kRows) ++row;
    }
    if (calls > 0) result_alive_ = kOwns;
    answerable_ = calls > 0;
    last_row_ = row;
    return HARNESS_OK;
  }

  harness_status answer(harness_bytes& bytes) {
    if (!answerable_) {
      message.set("no answer yet: run first");
      return HARNESS_BAD_STATE;
    }
    answer_.clear();
    cbor::Writer writer(answer_);
    if constexpr (kAnswersThrough) {
      const auto& copy = std::get<kAnswering>(last_row_[-1].copies);
      Codec<std::remove_cvref_t<decltype(copy)>>::encode(writer, copy);
    } else if constexpr (std::is_reference_v<Result>) {
      Codec<std::remove_cvref_t<Result>>::encode(writer, *result_.stored);
    } else {
      Codec<std::remove_cvref_t<Result>>::encode(writer, result_.stored);
    }
    bytes = {answer_.data(), answer_.size()};
    return HARNESS_OK;
  }

  // Of a `CounterTable`. A template, so that solvers without counters need not know it.
  template <class Table>
  harness_status counters(const Table& table, harness_bytes& bytes) {
    if (table.calls == 0 || table.overflown) {
      message.set(table.overflown ? "more than 32 counters" : "no counters yet: run first");
      return HARNESS_BAD_STATE;
    }
    answer_.clear();
    cbor::Writer writer(answer_);
    writer.map(table.used);
    for (size_t i = 0; i < table.used; ++i) {
      writer.text(table.names[i]);
      writer.floating(table.values[i] / static_cast<double>(table.calls));
    }
    bytes = {answer_.data(), answer_.size()};
    return HARNESS_OK;
  }

 private:
  static constexpr bool kOwns = !std::is_trivially_destructible_v<Stored>;

  union Slot {
    Slot() {}
    ~Slot() {}
    Stored stored;
  };

  void destroy_result() {
    if constexpr (kOwns) {
      if (result_alive_) result_.stored.~Stored();
    }
    result_alive_ = false;
  }

  // In the order in which they were made: the reverse leaves the allocator in a state that makes the next batch slower.
  void destroy_rows() {
    for (size_t i = 0; i < built_; ++i) rows_[i].~Row();
    built_ = 0;
  }

  template <size_t... I>
  void build_row(Row* row, std::index_sequence<I...>) {
    if constexpr (!kState) {
      ::new (static_cast<void*>(row)) Row{{copy_of<P>(std::get<I>(shared_))...}, {}};
    } else if constexpr (Parts::kMember) {
      ::new (static_cast<void*>(row)) Row{{copy_of<P>(std::get<I>(shared_))...}, Object()};
    } else {
      ::new (static_cast<void*>(row)) Row{{copy_of<P>(std::get<I>(shared_))...}, Make{}()};
    }
  }

  template <class Q>
  static decltype(auto) copy_of(const typename Parameter<Q>::Shared& shared) {
    if constexpr (Parameter<Q>::kCopied) {
      return Parameter<Q>::copy_of(shared);
    } else {
      return Nothing{};
    }
  }

  template <size_t... I>
  size_t heap_per_call(std::index_sequence<I...>) const {
    return (size_t{0} + ... + heap_of<P>(std::get<I>(shared_)));
  }
  template <class Q>
  static size_t heap_of(const typename Parameter<Q>::Shared& shared) {
    if constexpr (Parameter<Q>::kCopied) {
      return shared.heap();
    } else {
      return 0;
    }
  }

  template <size_t I>
  [[gnu::always_inline]] decltype(auto) argument(Row* row) {
    using Q = std::tuple_element_t<I, std::tuple<P...>>;
    if constexpr (Parameter<Q>::kCopied) {
      return Parameter<Q>::pass(std::get<I>(shared_), std::get<I>(row->copies));
    } else {
      Nothing none;
      return Parameter<Q>::pass(std::get<I>(shared_), none);
    }
  }

  template <size_t... I>
  [[gnu::always_inline]] decltype(auto) call([[maybe_unused]] Row* row, std::index_sequence<I...>) {
    if constexpr (std::is_void_v<Object>) {
      return Make{}()(argument<I>(row)...);
    } else if constexpr (!Parts::kMember) {
      if constexpr (kState) {
        return row->object(argument<I>(row)...);
      } else {
        return Make{}()(argument<I>(row)...);
      }
    } else if constexpr (kState) {
      return (row->object.*(Make{}()))(argument<I>(row)...);
    } else {
      Object object;
      return (object.*(Make{}()))(argument<I>(row)...);
    }
  }

  Shared shared_;
  Row* rows_ = nullptr;
  size_t capacity_ = 0;
  size_t built_ = 0;
  uint64_t fresh_ = 0;
  Row* last_row_ = nullptr;  // one behind the row of the last call
  bool answerable_ = false;
  bool result_alive_ = false;
  Slot result_;
  std::vector<uint8_t> answer_;
};

// Of the last `open` that failed: there is no instance to ask.
inline Message& open_message() {
  static constinit Message message;
  return message;
}

// `kCounters`: nullptr, or the address of the library's counters.
template <class Make, class Parts, auto kCounters>
struct SolverTable {
  using Solver = Instance<Make, Parts>;
  static constexpr bool kCounts = !std::is_null_pointer_v<decltype(kCounters)>;

  static Solver& solver(void* instance) { return *static_cast<Solver*>(instance); }

  static harness_status open(const uint8_t* data, size_t size, void** instance) noexcept {
    *instance = nullptr;
    return guarded(open_message(), [&]() -> harness_status {
      auto opened = std::make_unique<Solver>();
      const harness_status status = opened->open({data, size});
      if (status == HARNESS_OK) {
        *instance = opened.release();
      } else {
        open_message().set(opened->message.text());
      }
      return status;
    });
  }
  static size_t bytes_per_call(void* instance) noexcept { return solver(instance).bytes_per_call(); }
  static harness_status prepare(void* instance, uint64_t calls) noexcept {
    return guarded(solver(instance).message, [&] { return solver(instance).prepare(calls); });
  }
  // Aligned, so that code elsewhere in the library does not move the measured loop within its cache lines.
  [[gnu::aligned(64)]] static harness_status run(void* instance, uint64_t calls) noexcept {
    if constexpr (kCounts) kCounters->begin();
    const harness_status status = guarded(solver(instance).message, [&] { return solver(instance).run(calls); });
    if constexpr (kCounts) kCounters->calls = status == HARNESS_OK ? calls : 0;
    return status;
  }
  static harness_status answer(void* instance, harness_bytes* answer) noexcept {
    return guarded(solver(instance).message, [&] { return solver(instance).answer(*answer); });
  }
  static harness_status counters(void* instance, harness_bytes* counters) noexcept {
    return guarded(solver(instance).message, [&] { return solver(instance).counters(*kCounters, *counters); });
  }
  static void close(void* instance) noexcept { delete static_cast<Solver*>(instance); }
  static const char* last_error(void* instance) noexcept {
    return instance == nullptr ? open_message().text() : solver(instance).message.text();
  }

  static constexpr auto kSignature = Solver::kSignature;
  static constexpr auto counters_function() -> harness_status (*)(void*, harness_bytes*) {
    if constexpr (kCounts) return &counters;
    return nullptr;
  }

  static constexpr harness_solver kTable = {sizeof(harness_solver),
                                            HARNESS_BOUNDARY_VERSION,
                                            kSignature.text,
                                            &open,
                                            &bytes_per_call,
                                            &prepare,
                                            &run,
                                            &answer,
                                            &close,
                                            &last_error,
                                            nullptr,
                                            counters_function()};
};

template <class Parts>
constexpr bool check_object() {
  using Object = typename Parts::Object;
  if constexpr (Parts::kMember && !std::is_void_v<Object>) {
    static_assert(std::is_default_constructible_v<Object>,
                  "harness: the solver's class needs a default constructor, for each call gets a new object");
    return std::is_default_constructible_v<Object>;
  } else {
    return true;
  }
}

template <class Parts>
constexpr bool check_effect() {
  constexpr bool kFine =
      !std::is_void_v<typename Parts::Result> || answers_through_parameter(typename Parts::Parameters{});
  static_assert(
      kFine,
      "harness: a void solver must answer through a parameter: take a T& or a std::span<T> that it changes, or "
      "return the answer");
  return kFine;
}

// The table of the target that Make{}() gives, or one line that says why there is none.
template <class Make, auto kCounters = nullptr>
constexpr const harness_solver* solver_table() {
  using Target = decltype(Make{}());
  using Parts = Callable<Target>;
  static_assert(
      Parts::kKnown,
      "harness: the solver must be one function, member function, lambda or functor with fixed parameter types "
      "(no template, no overloads, no auto parameters, no ...)");
  if constexpr (Parts::kKnown) {
    constexpr bool kParameters = check_parameters(typename Parts::Parameters{});
    constexpr bool kResult = check_result<typename Parts::Result>();
    if constexpr (kParameters && kResult) {
      constexpr bool kEffect = check_effect<Parts>();
      constexpr bool kObject = check_object<Parts>();
      if constexpr (kEffect && kObject) return &SolverTable<Make, Parts, kCounters>::kTable;
    }
  }
  return nullptr;
}

// Can be called with a target that has one type; not with the name of an overloaded or template function.
template <class, class Target>
void has_one_type(const Target&);

constexpr bool same_text(std::string_view a, std::string_view b) { return a == b; }

}  // namespace harness::sdk

#if defined(HARNESS_PLUGIN_NAME)
#define HARNESS_SDK_CHECK_NAME(problem)                                  \
  static_assert(::harness::sdk::same_text(problem, HARNESS_PLUGIN_NAME), \
                "harness: HARNESS_SOLVER names another problem than `plugin` in version.yaml")
#else
#define HARNESS_SDK_CHECK_NAME(problem) static_assert(true)
#endif

// counters.hpp says otherwise.
#if !defined(HARNESS_SDK_COUNTS)
#define HARNESS_SDK_COUNTS nullptr
#define HARNESS_SDK_COUNTERS
#endif

#define HARNESS_SOLVER(problem, ...)                                                                                   \
  HARNESS_SDK_CHECK_NAME(problem);                                                                                     \
  HARNESS_SDK_COUNTERS                                                                                                 \
  [[maybe_unused]] static constexpr auto harness_target_has_one_type = [](auto tag) {                                  \
    return requires { ::harness::sdk::has_one_type<decltype(tag)>(__VA_ARGS__); };                                     \
  };                                                                                                                   \
  static_assert(harness_target_has_one_type(0),                                                                        \
                "harness: the solver is an overloaded or a template function; name one: wrap it into a function or a " \
                "lambda with fixed parameter types");                                                                  \
  static constexpr auto harness_solver_target = [] { return __VA_ARGS__; };                                            \
  extern "C" HARNESS_SDK_EXPORT const harness_solver* harness_solver_v1(void) {                                        \
    return ::harness::sdk::solver_table<std::remove_const_t<decltype(harness_solver_target)>, HARNESS_SDK_COUNTS>();   \
  }                                                                                                                    \
  static_assert(true)
