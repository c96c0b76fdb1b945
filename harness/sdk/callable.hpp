// What a function looks like from the boundary: its parameters, how each is held and passed, and its result.
//
//   parameter                                      held
//   const T&, span<const T>, string_view           decoded once, shared by all calls
//   T, T&& where a copy is no more than its bytes  shared: the call copies it anyway
//   T, T&& otherwise                               a fresh copy for each call
//   T&, span<T>                                    a fresh copy for each call; a void function answers with the first
#pragma once

#include <harness/sdk/struct.hpp>

namespace harness::sdk {

template <class... T>
struct TypeList {
  static constexpr size_t kSize = sizeof...(T);
};

// The parts of a function pointer, a member function pointer or a class with one operator().
template <class F>
struct Callable {
  static constexpr bool kKnown = false;
  static constexpr bool kVariadic = false;
};

template <class R, class C, bool kMemberPointer, class... P>
struct CallableParts {
  static constexpr bool kKnown = true;
  static constexpr bool kVariadic = false;
  static constexpr bool kMember = kMemberPointer;  // called through an object of another type
  using Result = R;
  using Object = C;  // void: a plain function
  using Parameters = TypeList<P...>;
};

template <class R, class... P>
struct Callable<R (*)(P...)> : CallableParts<R, void, false, P...> {};
template <class R, class... P>
struct Callable<R (*)(P...) noexcept> : CallableParts<R, void, false, P...> {};

#define HARNESS_SDK_MEMBER(qualifiers)    \
  template <class R, class C, class... P> \
  struct Callable<R (C::*)(P...) qualifiers> : CallableParts<R, C, true, P...> {};
HARNESS_SDK_MEMBER()
HARNESS_SDK_MEMBER(noexcept)
HARNESS_SDK_MEMBER(const)
HARNESS_SDK_MEMBER(const noexcept)
HARNESS_SDK_MEMBER(&)
HARNESS_SDK_MEMBER(&noexcept)
HARNESS_SDK_MEMBER(const&)
HARNESS_SDK_MEMBER(const& noexcept)
#undef HARNESS_SDK_MEMBER

template <class F, class M>
struct FunctorParts;
template <class F, class R, class C, bool kMember, class... P>
struct FunctorParts<F, CallableParts<R, C, kMember, P...>> : CallableParts<R, F, false, P...> {};

template <class R, class C, bool kMember, class... P>
CallableParts<R, C, kMember, P...> parts_of(const CallableParts<R, C, kMember, P...>&);

template <class F>
requires(std::is_class_v<F>&& requires { &F::operator(); } &&
         Callable<decltype(&F::operator())>::kKnown) struct Callable<F>
    : FunctorParts<F, decltype(parts_of(std::declval<Callable<decltype(&F::operator())>>()))> {
};

// A value that was decoded once and outlives all calls.
template <class T>
struct Held {
  T value{};
  bool decode(Decoder& from, const Decoder::Sequence& list, uint64_t index) { return from.element(list, index, value); }
  size_t heap() const { return Codec<T>::heap(value); }
};

// Numbers are looked at where they lie in the document; what is misaligned or of another width is copied.
template <class T>
struct HeldSpan {
  std::vector<T> owned;
  std::span<const T> view;
  bool decode(Decoder& from, const Decoder::Sequence& list, uint64_t index) {
    if constexpr (cbor::Number<T>) {
      cbor::Reader ahead(from.reader());
      cbor::Numbers numbers;
      if (!list.typed && ahead.peek() == cbor::Kind::kNumbers && ahead.numbers(numbers) &&
          numbers.element == cbor::element_of<T>() && numbers.aligned()) {
        view = {reinterpret_cast<const T*>(numbers.data), numbers.count};
        return from.reader().skip();
      }
    }
    if (!from.element(list, index, owned)) return false;
    view = owned;
    return true;
  }
};

struct Nothing {};  // where a shared parameter has no copy

// How one declared parameter is held, copied and passed. kSupported = false: it cannot cross.
//   Shared     what `open` decodes                Copy  what each call gets of its own
//   pass(shared, copy)  the expression that the call takes
template <class P>
struct Parameter;

struct UnsupportedParameter {
  static constexpr bool kSupported = false;
  static constexpr bool kCopied = false;
  static constexpr bool kAnswers = false;
  using Copy = Nothing;
};

template <class T>
struct SharedParameter {
  static constexpr bool kSupported = true;
  static constexpr bool kCopied = false;
  static constexpr bool kAnswers = false;
  using Value = T;
  using Shared = Held<T>;
  using Copy = Nothing;
  static const T& pass(const Shared& shared, Copy&) { return shared.value; }
};

template <class T, bool kAnswersThrough>
struct CopiedParameter {
  static constexpr bool kSupported = true;
  static constexpr bool kCopied = true;
  static constexpr bool kAnswers = kAnswersThrough;
  using Value = T;
  using Shared = Held<T>;
  using Copy = T;
  static const T& copy_of(const Shared& shared) { return shared.value; }
};

template <class T>
struct IsSpan : std::false_type {};
template <class T, size_t N>
struct IsSpan<std::span<T, N>> : std::true_type {};

template <class T>
concept Holdable = Supported<T> && !IsSpan<T>::value;

template <class P>
struct Parameter : UnsupportedParameter {};

// T
template <Holdable T>
requires Plain<T>
struct Parameter<T> : SharedParameter<T> {
};
template <Holdable T>
requires(!Plain<T>) struct Parameter<T> : CopiedParameter<T, false> {
  static T&& pass(const Held<T>&, T& copy) { return static_cast<T&&>(copy); }
};
// const T&
template <Holdable T>
struct Parameter<const T&> : SharedParameter<T> {};
// T&&
template <Holdable T>
requires(Plain<T> && !std::is_const_v<T>) struct Parameter<T&&> : SharedParameter<T> {
  static T pass(const Held<T>& shared, Nothing&) { return shared.value; }
};
template <Holdable T>
requires(!Plain<T> && !std::is_const_v<T>) struct Parameter<T&&> : CopiedParameter<T, false> {
  static T&& pass(const Held<T>&, T& copy) { return static_cast<T&&>(copy); }
};
// T&
template <Holdable T>
requires(!std::is_const_v<T>) struct Parameter<T&> : CopiedParameter<T, true> {
  static T& pass(const Held<T>&, T& copy) { return copy; }
};
// span<const T>, by value or const reference
template <Holdable T>
requires(!std::is_same_v<T, bool>) struct Parameter<std::span<const T>> {
  static constexpr bool kSupported = true;
  static constexpr bool kCopied = false;
  static constexpr bool kAnswers = false;
  using Value = std::vector<T>;
  using Shared = HeldSpan<T>;
  using Copy = Nothing;
  static std::span<const T> pass(const Shared& shared, Copy&) { return shared.view; }
};
template <Holdable T>
requires(!std::is_same_v<T, bool>) struct Parameter<const std::span<const T>&> : Parameter<std::span<const T>> {
};
// span<T>
template <Holdable T>
requires(!std::is_const_v<T> && !std::is_same_v<T, bool>) struct Parameter<std::span<T>>
    : CopiedParameter<std::vector<T>, true> {
  static std::span<T> pass(const Held<std::vector<T>>&, std::vector<T>& copy) { return copy; }
};

// The result as it is kept: a reference as a pointer, so that no copy is made inside the clock.
template <class R>
using Kept = std::conditional_t<std::is_reference_v<R>, std::remove_reference_t<R>*, std::remove_cv_t<R>>;

template <class R>
constexpr bool result_supported() {
  return std::is_void_v<R> || Supported<std::remove_cvref_t<R>>;
}

template <class... P>
constexpr bool answers_through_parameter(TypeList<P...>) {
  return (Parameter<P>::kAnswers || ...);
}

// The index of the first parameter that a void function answers through.
template <class... P>
constexpr size_t answering_parameter(TypeList<P...>) {
  constexpr std::array<bool, sizeof...(P) + 1> kAnswers{Parameter<P>::kAnswers..., true};
  return static_cast<size_t>(std::find(kAnswers.begin(), kAnswers.end(), true) - kAnswers.begin());
}

template <class R, size_t kIndex, size_t N>
constexpr auto signature_from(const Words<N>& before, TypeList<>) {
  if constexpr (std::is_void_v<R>) {
    return before + Words(") -> void");
  } else {
    return before + Words(") -> ") + Codec<std::remove_cvref_t<R>>::word();
  }
}
template <class R, size_t kIndex, size_t N, class First, class... Rest>
constexpr auto signature_from(const Words<N>& before, TypeList<First, Rest...>) {
  const auto word = Codec<typename Parameter<First>::Value>::word();
  constexpr bool kMarked = kIndex == 0;
  const auto marked = [&] {
    if constexpr (kMarked) {
      return word + Words("&");
    } else {
      return word;
    }
  }();
  if constexpr (sizeof...(Rest) == 0) {
    return signature_from<R, kIndex - 1>(before + marked, TypeList<>{});
  } else {
    return signature_from<R, kIndex - 1>(before + marked + Words(", "), TypeList<Rest...>{});
  }
}

// `(integer[], integer) -> integer[]`; the parameter that a void function answers through carries a '&'.
template <class R, class... P>
constexpr auto signature_of(TypeList<P...> parameters) {
  constexpr size_t kMarked = std::is_void_v<R> ? answering_parameter(TypeList<P...>{}) : sizeof...(P);
  return signature_from<R, kMarked>(Words("("), parameters);
}

// Readable refusals; each is one line of the compiler's output.
template <class P>
constexpr bool check_parameter() {
  using T = std::remove_cvref_t<P>;
  static_assert(!std::is_pointer_v<T>,
                "harness: a pointer does not cross the boundary; take a const std::vector<T>&, a std::span<const T>, a "
                "std::string or a std::string_view instead");
  static_assert(
      std::is_pointer_v<T> || Parameter<P>::kSupported,
      "harness: this parameter's type does not cross the boundary; allowed are integers, float, double, bool, "
      "char, string, string_view, vector, span, array, pair, tuple, map, set, unordered_map, unordered_set, "
      "optional and types with a HARNESS_STRUCT, taken as T, const T&, T& or T&&");
  return Parameter<P>::kSupported;
}

template <class R>
constexpr bool check_result() {
  static_assert(result_supported<R>(),
                "harness: this result's type does not cross the boundary; allowed are integers, float, double, bool, "
                "char, string, string_view, vector, span, array, pair, tuple, map, set, unordered_map, unordered_set, "
                "optional and types with a HARNESS_STRUCT");
  return result_supported<R>();
}

template <class... P>
constexpr bool check_parameters(TypeList<P...>) {
  bool fine = true;
  ((fine = check_parameter<P>() && fine), ...);  // each: one line a mistake
  return fine;
}

// Words for the last fault, in memory of their own: keeping them cannot fail.
class Message {
 public:
  void set(std::string_view words) noexcept {
    const size_t size = std::min(words.size(), sizeof(text_) - 1);
    std::memcpy(text_, words.data(), size);
    text_[size] = '\0';
  }
  const char* text() const noexcept { return text_; }

 private:
  char text_[512] = {};
};

}  // namespace harness::sdk
