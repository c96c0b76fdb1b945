#include "running.hpp"

#include <cstdio>
#include <set>

#include <test/catch.hpp>

using harness::worker::FailureKind;
using namespace running;

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

// Sanitizers reserve terabytes, so that nothing limits the address space, and do not bear pthread_exit.
bool left_out(const std::string& behaviour) {
  if (!kSanitized || (behaviour != "allocate_without_end" && behaviour != "exit_thread")) return false;
  static std::set<std::string> said;
  if (said.insert(behaviour).second) WARN("left out under sanitizers: " << behaviour);
  return true;
}

struct Expected {
  const char* behaviour;
  FailureKind kind;
  const char* words;
  bool waits = false;  // until the deadline: give it a short one
};

constexpr Expected kExpected[] = {
    {"null_dereference", FailureKind::kCrashed, "crashed: SIGSEGV (invalid memory access) while running"},
    {"division_by_zero", FailureKind::kCrashed, "crashed: SIGFPE"},
    {"abort_call", FailureKind::kCrashed, "crashed: SIGABRT"},
    {"terminate", FailureKind::kCrashed, "crashed: SIGABRT"},
    {"endless_loop", FailureKind::kTimedOut, "did not answer within 1 s (limit of a call) while running and was ended",
     true},
    {"sleep_for_ever", FailureKind::kTimedOut, "did not answer within 1 s", true},
    {"stop_itself", FailureKind::kTimedOut, "did not answer within 1 s", true},
    {"stack_overflow", FailureKind::kCrashed, "crashed: SIGSEGV"},
    {"allocate_without_end", FailureKind::kNoMemory, "ran out of memory while running"},
    {"exit_0", FailureKind::kExited, "called exit(0) while running"},
    {"exit_now", FailureKind::kExited, "called exit(0) while running"},
    {"exit_quickly", FailureKind::kExited, "called exit(0) while running"},
    {"exit_by_system_call", FailureKind::kExited, "called exit(0) while running"},
    {"exit_thread", FailureKind::kExited, "called exit(0) while running"},
    {"killed_from_outside", FailureKind::kCrashed, "ended by SIGKILL while running; the system may be out of memory"},
    {"flood_stdout", FailureKind::kFlooded, "wrote more than 1 MiB to its output"},
    {"flood_stderr", FailureKind::kFlooded, "wrote more than 1 MiB to its output"},
    {"write_a_file", FailureKind::kCrashed, "SIGXFSZ (wrote a file, which a solver may not)"},
    {"garbage_frame", FailureKind::kProtocol, "none of ours"},
    {"flood_the_channel", FailureKind::kProtocol, "none of ours"},
    {"oversized_frame", FailureKind::kProtocol, "larger than allowed"},
    {"empty_frame", FailureKind::kProtocol, "cut its connection"},
    {"forged_time", FailureKind::kProtocol, "sent a frame"},
    {"forged_sequence", FailureKind::kProtocol, "out of order"},
    {"forged_kind", FailureKind::kProtocol, "out of order"},
    {"forged_negative_time", FailureKind::kProtocol, "negative or no number"},
    {"forged_nan_time", FailureKind::kProtocol, "negative or no number"},
    {"forged_long_time", FailureKind::kProtocol, "claims 3.6e+03 s"},
    {"stop_the_clock", FailureKind::kProtocol, "of processor time"},
    {"throw_standard", FailureKind::kThrew, "threw std::out_of_range: vector::_M_range_check"},
    {"throw_number", FailureKind::kThrew, "threw int while running"},
    {"throw_no_memory", FailureKind::kNoMemory, "ran out of memory while running"},
    {"throw_foreign", FailureKind::kThrew, "threw an exception of another language"},
    {"report_threw", FailureKind::kThrew, "threw std::runtime_error: two lines while running"},
    {"report_no_memory", FailureKind::kNoMemory, "ran out of memory"},
    {"report_bad_input", FailureKind::kBadInput, "argument [0]: expected an integer"},
    {"report_bad_state", FailureKind::kBadState, "out of order"},
    {"report_unknown", FailureKind::kProtocol, "an unknown status, 77"},
    {"double_free", FailureKind::kCrashed, "crashed: SIGABRT"},
    {"close_every_descriptor", FailureKind::kProtocol, "cut its connection to the harness while running"},
    {"close_and_stay", FailureKind::kProtocol, "cut its connection to the harness while running"},
    {"endless_answer", FailureKind::kProtocol, "more than 1 GiB"},
    {"wild_answer", FailureKind::kCrashed, "while giving its answer"},
    {"null_answer", FailureKind::kProtocol, "bytes without data"},
    {"hang_when_closed", FailureKind::kTimedOut, "while finishing", true},
    {"hang_when_destroyed", FailureKind::kTimedOut, "while finishing", true},
    {"hang_in_a_destructor", FailureKind::kTimedOut, "while finishing", true},
    {"change_the_exit_status", FailureKind::kExited, "called exit(3) while finishing"},
    {"no_such_behaviour", FailureKind::kBadInput, "no behaviour is called no_such_behaviour"},
};

struct ExpectedAtLoad {
  const char* library;
  FailureKind kind;
  const char* words;
  bool waits = false;
};

constexpr ExpectedAtLoad kExpectedAtLoad[] = {
    {"constructor_exits", FailureKind::kExited, "called exit(4) while loading"},
    {"constructor_crashes", FailureKind::kCrashed, "crashed: SIGSEGV (invalid memory access) while loading"},
    {"constructor_hangs", FailureKind::kTimedOut, "did not answer within 1 s (limit of a call) while loading", true},
    {"constructor_floods", FailureKind::kFlooded, "while loading"},
    {"wrong_boundary", FailureKind::kNotLoaded, "built for boundary 2, this harness speaks 1"},
    {"short_table", FailureKind::kNotLoaded, "its table has 24 bytes"},
    {"null_function", FailureKind::kNotLoaded, "null function"},
    {"null_signature", FailureKind::kNotLoaded, "no signature"},
    {"null_table", FailureKind::kNotLoaded, "null table"},
    {"no_entry", FailureKind::kNotLoaded, "exports neither harness_solver_v1 nor harness_problem_v1"},
    {"undefined_symbol", FailureKind::kNotLoaded, "undefined symbol: harness_test_nobody_defines_this"},
};

void check_that_nothing_is_left(std::size_t descriptors_before) {
  CHECK(open_descriptors() == descriptors_before);
  CHECK_FALSE(has_children());
  const auto next = run("good_1", "x", patient_limits());
  CHECK_FALSE(next.failure);
  CHECK(next.answer == harness::model::Bytes{1});
}

}  // namespace

TEST_CASE("a solver that misbehaves costs its own run and leaves nothing behind") {
  for (const auto& expected : kExpected) {
    const std::string behaviour = expected.behaviour;
    if (left_out(behaviour)) continue;
    DYNAMIC_SECTION(behaviour) {
      const auto before = open_descriptors();
      const auto made = run("misbehaves_running", behaviour, expected.waits ? short_limits() : patient_limits());
      REQUIRE(made.failure);
      INFO(made.failure->text << "\n" << made.failure->output);
      CHECK(made.failure->kind == expected.kind);
      CHECK_THAT(made.failure->text, ContainsSubstring(expected.words));
      CHECK(made.failure->text.find('\n') == std::string::npos);
      check_that_nothing_is_left(before);
    }
  }
}

TEST_CASE("a library that misbehaves while it is loaded is a failure that says so") {
  for (const auto& expected : kExpectedAtLoad) {
    DYNAMIC_SECTION(expected.library) {
      const auto before = open_descriptors();
      const auto made = run(expected.library, "x", expected.waits ? short_limits() : patient_limits());
      REQUIRE(made.failure);
      INFO(made.failure->text << "\n" << made.failure->output);
      CHECK(made.failure->kind == expected.kind);
      CHECK_THAT(made.failure->text, ContainsSubstring(expected.words));
      check_that_nothing_is_left(before);
    }
  }
}

TEST_CASE("an exception in a constructor ends the loading, as the dynamic linker pleases") {
  const auto before = open_descriptors();
  const auto made = run("constructor_throws", "x", patient_limits());
  REQUIRE(made.failure);
  CHECK((made.failure->kind == FailureKind::kCrashed || made.failure->kind == FailureKind::kThrew));
  CHECK_THAT(made.failure->text, ContainsSubstring("while loading"));
  check_that_nothing_is_left(before);
}

TEST_CASE("a library built before tables grew is loaded and run") {
  const auto made = run("older_table", "x", patient_limits());
  CHECK_FALSE(made.failure);
  CHECK(made.answer == harness::model::Bytes{0});
}

TEST_CASE("the last words of a solver are kept, harmless for a terminal") {
  const auto made = run("misbehaves_running", "print_and_crash", patient_limits());
  REQUIRE(made.failure);
  CHECK(made.failure->kind == FailureKind::kCrashed);
  CHECK_THAT(made.failure->output, StartsWith("first line\nlast words?[31m\n"));
}

TEST_CASE("of a flood the last 4 KiB are kept") {
  const auto made = run("misbehaves_running", "flood_stdout", patient_limits());
  REQUIRE(made.failure);
  CHECK(made.failure->output.size() == 4096);
}

TEST_CASE("a child that a solver forked is gone with its worker") {
  const auto made = run("misbehaves_running", "fork_and_go_on", patient_limits());
  CHECK_FALSE(made.failure);
  REQUIRE(made.answer.size() == 5);
  const int child = made.answer[1] << 24 | made.answer[2] << 16 | made.answer[3] << 8 | made.answer[4];
  REQUIRE(child > 1);
  CHECK(vanishes(child));
}

TEST_CASE("a solver sees no descriptor of the harness and no environment") {
  const auto leaked = std::fopen("/dev/null", "r");  // without close-on-exec, as careless code opens files
  const auto made = run("misbehaves_running", "look_around", patient_limits());
  std::fclose(leaked);
  CHECK_FALSE(made.failure);
  CHECK(made.answer == harness::model::Bytes{0x82, 0, 0});
}
