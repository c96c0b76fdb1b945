// All that the author of a problem includes, for what data alone cannot say:
//
//   #include <harness/sdk/problem.hpp>
//   bool adds_up(const std::vector<int>& nums, int target, const std::vector<int>& answer) { ... }
//   std::tuple<std::vector<int>, int> one_pair(uint64_t size, harness::Random& random) { ... }
//   std::vector<int> brute_force(const std::vector<int>& nums, int target) { ... }
//   HARNESS_PROBLEM("two-sum").check(adds_up).generate("uniform", one_pair).reference(brute_force);
//
//   check(f)           f(arguments..., answer) -> bool, or -> std::string: "" accepts, else it is the reason
//   generate(name, f)  f(size, harness::Random&) or f(size, seed) -> std::tuple of the arguments, or
//                      -> harness::Generated{tuple, answer}. Same size and seed: same bytes, on every machine
//   reference(f)       f(arguments...) -> answer; a void one answers with its first T&
//
// HARNESS_PROBLEM stands once in a library, at namespace scope; each part is optional, generators may be several. Each
// f is a function or a lambda without captures. Nothing here is timed. Not for threads: one call at a time.
#pragma once

#include <harness/sdk/random.hpp>
#include <harness/sdk/solver.hpp>

namespace harness {

// Arguments and the answer that is expected for them.
template <class Arguments, class Answer>
struct Generated {
  Arguments arguments;
  Answer answer;
};
template <class Arguments, class Answer>
Generated(Arguments, Answer) -> Generated<Arguments, Answer>;

}  // namespace harness

namespace harness::sdk {

// A target whose type is known again where it is called: `Adapter` is instantiated for it.
union Target {
  void (*function)() = nullptr;
};

struct Generator {
  using Make = harness_status (*)(Target, uint64_t size, uint64_t seed, std::vector<uint8_t>& made);
  const char* name = nullptr;
  Target target;
  Make make = nullptr;
};

// What HARNESS_PROBLEM collects. One in each library.
struct ProblemParts {
  using Check = harness_status (*)(Target, std::span<const uint8_t> args, std::span<const uint8_t> answer,
                                   uint32_t& accepted, Message& message);
  using Answer = harness_status (*)(Target, std::span<const uint8_t> args, std::vector<uint8_t>& answer,
                                    Message& message);

  harness_problem table = {};
  std::vector<Generator> generators;
  std::string generator_names;  // separated by '\n'
  Target checker;
  Check check = nullptr;
  Target answerer;
  Answer reference = nullptr;
  Message message;
  std::vector<uint8_t> bytes;  // what was handed out last
};

inline ProblemParts& problem_parts() {
  static ProblemParts parts;
  return parts;
}

template <class F>
Target target_of(F f) {
  Target target;
  if constexpr (std::is_pointer_v<F>) target.function = reinterpret_cast<void (*)()>(f);
  return target;
}

template <class F>
F target_as(Target target) {
  if constexpr (std::is_pointer_v<F>) {
    return reinterpret_cast<F>(target.function);
  } else {
    return F{};
  }
}

template <class F>
constexpr bool check_target() {
  constexpr bool kFine =
      Callable<F>::kKnown && (std::is_pointer_v<F> || (std::is_empty_v<F> && std::is_default_constructible_v<F>));
  static_assert(kFine,
                "harness: a problem's checker, generator or reference is a function or a lambda without captures, with "
                "fixed parameter types (no template, no overloads, no auto parameters)");
  return kFine;
}

// One parameter passed once: what a solver would get a copy of is handed over itself.
template <class P>
decltype(auto) pass_once(typename Parameter<P>::Shared& held) {
  if constexpr (Parameter<P>::kCopied) {
    return Parameter<P>::pass(held, held.value);
  } else {
    Nothing none;
    return Parameter<P>::pass(held, none);
  }
}

template <class F, class Parameters>
struct CheckAdapter;
template <class F, class... P>
struct CheckAdapter<F, TypeList<P...>> {
  using Result = typename Callable<F>::Result;
  static constexpr size_t kArguments = sizeof...(P) - 1;

  static harness_status check(Target target, std::span<const uint8_t> args, std::span<const uint8_t> answer,
                              uint32_t& accepted, Message& message) {
    std::tuple<typename Parameter<P>::Shared...> held;
    Decoder arguments(args, "argument");
    Decoder::Sequence list;
    bool fine = arguments.enter(list, "an array of the arguments");
    if (fine && list.count != kArguments) {
      fine = arguments.fault(Decoder::counted(kArguments, "argument"), Decoder::counted(list.count, "argument"));
    }
    if (!fine || !decode(arguments, list, held, std::make_index_sequence<kArguments>{})) {
      message.set(arguments.error());
      return HARNESS_BAD_INPUT;
    }
    Decoder given(answer, "answer");
    if (!decode_answer(given, std::get<kArguments>(held)) || !given.reader().at_end()) {
      message.set(given.error().empty() ? "answer: expected its end, got more bytes" : given.error());
      return HARNESS_BAD_INPUT;
    }
    judge(target, held, accepted, message, std::index_sequence_for<P...>{});
    return HARNESS_OK;
  }

 private:
  template <size_t... I, class Tuple>
  static bool decode(Decoder& from, const Decoder::Sequence& list, Tuple& held, std::index_sequence<I...>) {
    return (std::get<I>(held).decode(from, list, I) && ...);
  }
  template <class T>
  static bool decode_answer(Decoder& from, Held<T>& held) {
    return from.decode(held.value);
  }
  template <class T>
  static bool decode_answer(Decoder& from, HeldSpan<T>& held) {
    if (!from.decode(held.owned)) return false;
    held.view = held.owned;
    return true;
  }
  template <size_t... I, class Tuple>
  static void judge(Target target, Tuple& held, uint32_t& accepted, Message& message, std::index_sequence<I...>) {
    const Result verdict = target_as<F>(target)(pass_once<P>(std::get<I>(held))...);
    if constexpr (std::is_same_v<Result, bool>) {
      accepted = verdict ? 1 : 0;
      if (!verdict) message.set("the checker refused it");
    } else {
      accepted = verdict.empty() ? 1 : 0;
      if (!verdict.empty()) message.set(verdict);
    }
  }
};

template <class F, class Parameters>
struct ReferenceAdapter;
template <class F, class... P>
struct ReferenceAdapter<F, TypeList<P...>> {
  using Result = typename Callable<F>::Result;

  static harness_status answer(Target target, std::span<const uint8_t> args, std::vector<uint8_t>& answer,
                               Message& message) {
    std::tuple<typename Parameter<P>::Shared...> held;
    Decoder decoder(args, "argument");
    if (!decode_arguments<P...>(decoder, held)) {
      message.set(decoder.error());
      return HARNESS_BAD_INPUT;
    }
    cbor::Writer writer(answer);
    call(target, held, writer, std::index_sequence_for<P...>{});
    return HARNESS_OK;
  }

 private:
  template <size_t... I, class Tuple>
  static void call(Target target, Tuple& held, cbor::Writer& writer, std::index_sequence<I...>) {
    if constexpr (std::is_void_v<Result>) {
      target_as<F>(target)(pass_once<P>(std::get<I>(held))...);
      const auto& changed = std::get<answering_parameter(TypeList<P...>{})>(held).value;
      Codec<std::remove_cvref_t<decltype(changed)>>::encode(writer, changed);
    } else {
      const auto& result = target_as<F>(target)(pass_once<P>(std::get<I>(held))...);
      Codec<std::remove_cvref_t<Result>>::encode(writer, result);
    }
  }
};

template <class Made>
struct MadeParts {
  static constexpr bool kKnown = false;
};
template <class... T>
struct MadeParts<std::tuple<T...>> {
  static constexpr bool kKnown = (Supported<T> && ...);
  static void encode(cbor::Writer& to, const std::tuple<T...>& made) {
    to.map(1);
    to.text("args");
    Codec<std::tuple<T...>>::encode(to, made);
  }
};
template <class Answer, class... T>
struct MadeParts<Generated<std::tuple<T...>, Answer>> {
  static constexpr bool kKnown = (Supported<T> && ...) && Supported<Answer>;
  static void encode(cbor::Writer& to, const Generated<std::tuple<T...>, Answer>& made) {
    to.map(2);
    to.text("args");
    Codec<std::tuple<T...>>::encode(to, made.arguments);
    to.text("expect");
    Codec<Answer>::encode(to, made.answer);
  }
};

template <class F>
struct GeneratorAdapter {
  using Made = std::remove_cvref_t<typename Callable<F>::Result>;

  static harness_status make(Target target, uint64_t size, uint64_t seed, std::vector<uint8_t>& made) {
    cbor::Writer writer(made);
    if constexpr (std::is_invocable_v<F, uint64_t, Random&>) {
      Random random(seed);
      MadeParts<Made>::encode(writer, target_as<F>(target)(size, random));
    } else {
      MadeParts<Made>::encode(writer, target_as<F>(target)(size, seed));
    }
    return HARNESS_OK;
  }
};

template <class Result, class... P>
constexpr bool check_checker(TypeList<P...>) {
  constexpr bool kFine = (std::is_same_v<Result, bool> || std::is_same_v<Result, std::string>)&&sizeof...(P) > 0 &&
                         !answers_through_parameter(TypeList<P...>{});
  static_assert(
      kFine,
      "harness: a checker takes the arguments and then the answer, by value or const reference, and returns bool "
      "or std::string (empty = right, else the reason)");
  return kFine;
}

template <class F>
constexpr bool check_generator() {
  constexpr bool kCallable = std::is_invocable_v<F, uint64_t, Random&> || std::is_invocable_v<F, uint64_t, uint64_t>;
  static_assert(kCallable,
                "harness: a generator takes (uint64_t size, harness::Random&) or (uint64_t size, uint64_t seed)");
  constexpr bool kMade = MadeParts<std::remove_cvref_t<typename Callable<F>::Result>>::kKnown;
  static_assert(
      kMade,
      "harness: a generator returns std::tuple of the arguments, or harness::Generated{tuple, answer}, of types "
      "that cross the boundary (see harness/sdk/codec.hpp)");
  return kCallable && kMade;
}

// The signature of a checker: its arguments; the last parameter is the answer.
template <class Answer, class... Seen, class... Rest>
constexpr auto checker_signature(TypeList<Seen...> seen, TypeList<Answer, Rest...>) {
  if constexpr (sizeof...(Rest) == 0) {
    return signature_of<typename Parameter<Answer>::Value>(seen);
  } else {
    return checker_signature(TypeList<Seen..., Answer>{}, TypeList<Rest...>{});
  }
}
template <class Parameters>
struct CheckerSignature {
  static constexpr auto kText = checker_signature(TypeList<>{}, Parameters{});
};
template <class R, class Parameters>
struct ReferenceSignature {
  static constexpr auto kText = signature_of<R>(Parameters{});
};

class ProblemBuilder {
 public:
  explicit ProblemBuilder(const char* problem);

  template <class F>
  const ProblemBuilder& check(F f) const {
    if constexpr (check_target<F>()) {
      using Parameters = typename Callable<F>::Parameters;
      using Result = typename Callable<F>::Result;
      if constexpr (check_parameters(Parameters{}) && check_checker<Result>(Parameters{})) {
        ProblemParts& parts = problem_parts();
        parts.checker = target_of(f);
        parts.check = &CheckAdapter<F, Parameters>::check;
        parts.table.has_checker = 1;
        if (parts.reference == nullptr) parts.table.signature = CheckerSignature<Parameters>::kText.text;
      }
    }
    return *this;
  }

  template <class F>
  const ProblemBuilder& generate(const char* name, F f) const {
    if constexpr (check_target<F>()) {
      if constexpr (check_generator<F>()) add(name, target_of(f), &GeneratorAdapter<F>::make);
    }
    return *this;
  }

  template <class F>
  const ProblemBuilder& reference(F f) const {
    if constexpr (check_target<F>()) {
      using Parts = Callable<F>;
      using Parameters = typename Parts::Parameters;
      using Result = typename Parts::Result;
      if constexpr (check_parameters(Parameters{}) && check_result<Result>() && check_effect<Parts>()) {
        ProblemParts& parts = problem_parts();
        parts.answerer = target_of(f);
        parts.reference = &ReferenceAdapter<F, Parameters>::answer;
        parts.table.has_reference = 1;
        parts.table.signature = ReferenceSignature<Result, Parameters>::kText.text;
      }
    }
    return *this;
  }

 private:
  static void add(const char* name, Target target, Generator::Make make) {
    ProblemParts& parts = problem_parts();
    if (!parts.generators.empty()) parts.generator_names += '\n';
    parts.generator_names += name;
    parts.generators.push_back({name, target, make});
    parts.table.generators = parts.generator_names.c_str();
  }
};

namespace problem_entry {

inline harness_status generate(const char* name, uint64_t size, uint64_t seed, harness_bytes* made) noexcept {
  ProblemParts& parts = problem_parts();
  return guarded(parts.message, [&]() -> harness_status {
    for (const Generator& generator : parts.generators) {
      if (std::string_view(generator.name) != name) continue;
      parts.bytes.clear();
      const harness_status status = generator.make(generator.target, size, seed, parts.bytes);
      *made = {parts.bytes.data(), parts.bytes.size()};
      return status;
    }
    parts.message.set("no generator \"" + std::string(name) + "\"");
    return HARNESS_BAD_INPUT;
  });
}

inline harness_status check(const uint8_t* args, size_t args_size, const uint8_t* answer, size_t answer_size,
                            uint32_t* accepted) noexcept {
  ProblemParts& parts = problem_parts();
  *accepted = 0;
  return guarded(parts.message, [&]() -> harness_status {
    if (parts.check == nullptr) {
      parts.message.set("the problem has no checker");
      return HARNESS_BAD_STATE;
    }
    return parts.check(parts.checker, {args, args_size}, {answer, answer_size}, *accepted, parts.message);
  });
}

inline harness_status reference(const uint8_t* args, size_t args_size, harness_bytes* answer) noexcept {
  ProblemParts& parts = problem_parts();
  return guarded(parts.message, [&]() -> harness_status {
    if (parts.reference == nullptr) {
      parts.message.set("the problem has no reference");
      return HARNESS_BAD_STATE;
    }
    parts.bytes.clear();
    const harness_status status = parts.reference(parts.answerer, {args, args_size}, parts.bytes, parts.message);
    *answer = {parts.bytes.data(), parts.bytes.size()};
    return status;
  });
}

inline const char* last_error() noexcept { return problem_parts().message.text(); }

}  // namespace problem_entry

inline ProblemBuilder::ProblemBuilder(const char* problem) {
  ProblemParts& parts = problem_parts();
  parts.table = {sizeof(harness_problem),
                 HARNESS_BOUNDARY_VERSION,
                 problem,
                 "",
                 "",
                 0,
                 0,
                 &problem_entry::generate,
                 &problem_entry::check,
                 &problem_entry::reference,
                 &problem_entry::last_error};
}

}  // namespace harness::sdk

#if defined(HARNESS_PLUGIN_NAME)
#define HARNESS_SDK_CHECK_PROBLEM(name)                               \
  static_assert(::harness::sdk::same_text(name, HARNESS_PLUGIN_NAME), \
                "harness: HARNESS_PROBLEM names another problem than `problem` in problem.yaml")
#else
#define HARNESS_SDK_CHECK_PROBLEM(name) static_assert(true)
#endif

#define HARNESS_PROBLEM(name)                                                            \
  HARNESS_SDK_CHECK_PROBLEM(name);                                                       \
  extern "C" HARNESS_SDK_EXPORT const harness_problem* harness_problem_v1(void) {        \
    return &::harness::sdk::problem_parts().table;                                       \
  }                                                                                      \
  [[maybe_unused]] static const ::harness::sdk::ProblemBuilder harness_problem_builder = \
      ::harness::sdk::ProblemBuilder(name)
