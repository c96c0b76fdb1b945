/* The boundary between harness and a shared library: plain C, versioned, and nothing else crosses.
 *
 * One library = one solver = one exported symbol, `harness_solver_v1`; a problem's library exports
 * `harness_problem_v1` in the same manner. Both return an immutable table that lives as long as the library.
 *
 * Rules that hold for every function below
 *  - No exception leaves. A function answers with a harness_status; the words are in `last_error`.
 *  - Bytes are CBOR (RFC 8949, definite lengths; arrays of numbers as RFC 8746 typed arrays, payload aligned
 *    to the size of its element, counted from the start of the document, which is page aligned).
 *  - An instance belongs to one thread at a time.
 *  - Bytes handed out by the library stay valid until the next call with the same instance.
 *  - A table carries its size and grows only at its end; a changed meaning gets a new symbol.
 */
#ifndef HARNESS_SDK_ABI_H
#define HARNESS_SDK_ABI_H

#include <stddef.h>
#include <stdint.h>

#define HARNESS_BOUNDARY_VERSION 1
#define HARNESS_SOLVER_ENTRY "harness_solver_v1"
#define HARNESS_PROBLEM_ENTRY "harness_problem_v1"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  HARNESS_OK = 0,
  HARNESS_BAD_INPUT = 1,    /* the bytes do not fit the parameters: the dataset's fault */
  HARNESS_SOLVER_THREW = 2, /* an exception left the solver, the checker, the generator or the reference */
  HARNESS_NO_MEMORY = 3,    /* std::bad_alloc */
  HARNESS_BAD_STATE = 4     /* called out of order, e.g. run without a fresh prepare */
};
typedef int32_t harness_status;

typedef struct harness_bytes {
  const uint8_t* data;
  size_t size;
} harness_bytes;

typedef struct harness_solver {
  uint32_t size;     /* sizeof(harness_solver) of the library's build */
  uint32_t boundary; /* HARNESS_BOUNDARY_VERSION of the library's build */

  /* Parameters and answer in LeetCode's type words, e.g. "(integer[], integer) -> integer[]". A parameter
   * that the solver answers through (the first `T&` of a void function) carries a trailing '&'. */
  const char* signature;

  /* clock off. Decodes a CBOR array of the arguments, in parameter order, once. `data` stays mapped until close. */
  harness_status (*open)(const uint8_t* data, size_t size, void** instance);
  /* clock off. Bytes that one call's private arguments take; 0 = nothing is copied, `prepare` is not needed. */
  size_t (*bytes_per_call)(void* instance);
  /* clock off. Builds `calls` fresh argument sets; the next `run` of as many calls uses them up. */
  harness_status (*prepare)(void* instance, uint64_t calls);
  /* CLOCK ON. `calls` calls, each result destroyed right before the next call; the last one stays for `answer`. */
  harness_status (*run)(void* instance, uint64_t calls);
  /* clock off. The last result (of a void solver: its first `T&` argument) as CBOR. BAD_STATE before any run. */
  harness_status (*answer)(void* instance, harness_bytes* answer);
  void (*close)(void* instance);
  /* Words for the last status other than OK; `instance` may be NULL (then: of the last failed `open`). Never NULL. */
  const char* (*last_error)(void* instance);
  /* May be NULL. Called once before the library is let go. */
  void (*on_destroy)(void);

  /* Tables of the first builds end here: ask HARNESS_SOLVER_HAS before reading what follows. */

  /* May be NULL. clock off. The solver's own counters as a CBOR map text -> double: what it counted since the last
   * `run` began, divided by that run's calls. BAD_STATE before any run, and where it counted too many names. */
  harness_status (*counters)(void* instance, harness_bytes* counters);
} harness_solver;

/* The size of the first builds' tables: a smaller one is none. */
#define HARNESS_SOLVER_LEAST_SIZE offsetof(harness_solver, counters)
/* Whether the solver's table reaches as far as the function `member` and has it. */
#define HARNESS_SOLVER_HAS(table, member) \
  ((table)->size >= offsetof(harness_solver, member) + sizeof((table)->member) && (table)->member != NULL)

typedef const harness_solver* (*harness_solver_entry)(void);

typedef struct harness_problem {
  uint32_t size;
  uint32_t boundary;
  const char* problem;    /* e.g. "two-sum" */
  const char* signature;  /* of the reference or, without one, of the checker's arguments; "" when there is neither */
  const char* generators; /* names separated by '\n'; "" = none */
  uint32_t has_checker;
  uint32_t has_reference;

  /* {"args": [...], "expect": ...?} for a generator's name, size and seed. Same arguments, same bytes, on every machine. */
  harness_status (*generate)(const char* name, uint64_t size, uint64_t seed, harness_bytes* made);
  /* `accepted` = 1, or 0 with the reason in `last_error`. BAD_INPUT: the answer's type does not fit. */
  harness_status (*check)(const uint8_t* args, size_t args_size, const uint8_t* answer, size_t answer_size,
                          uint32_t* accepted);
  harness_status (*reference)(const uint8_t* args, size_t args_size, harness_bytes* answer);
  const char* (*last_error)(void);
} harness_problem;

typedef const harness_problem* (*harness_problem_entry)(void);

/* The descriptor: an allocatable ELF note, name "harness", type HARNESS_NOTE_TYPE, whose description always has
 * HARNESS_NOTE_SIZE bytes (zero padded, so that editing a text moves nothing else in the file):
 *
 *   offset  0  u32  format of the note, HARNESS_NOTE_FORMAT
 *           4  u32  boundary version of the build
 *           8  u32  kind: HARNESS_KIND_SOLVER or HARNESS_KIND_PROBLEM
 *          12  u32  size of the facts
 *          16  u32  size of the identity text (version.yaml; problem.yaml for a problem)
 *          20  u32  size of benchmark.json, 0 where there is none
 *          24  facts, identity text, benchmark.json, one after the other
 *
 * Little endian as the machine that it is built for. Facts are lines `key=value\n`, in this order:
 *   compiler=     e.g. `g++ 12.2.0`, `clang 14.0.6`
 *   cxx_library=  `libstdc++ cxx11`, `libstdc++ cow`, `libc++` (+ ABI version)
 *   flags=        space separated, of what may not be mixed: `address-sanitizer`, `thread-sanitizer`,
 *                 `undefined-sanitizer`, `glibcxx-debug`, `glibcxx-assertions` (the last is information only)
 *   git_sha=      40 hex digits of the last commit that touched the solver's folder, `-dirty` appended, or empty
 */
#define HARNESS_NOTE_TYPE 1
#define HARNESS_NOTE_FORMAT 1
#define HARNESS_NOTE_SIZE 16384
#define HARNESS_KIND_SOLVER 1
#define HARNESS_KIND_PROBLEM 2

#ifdef __cplusplus
}
#endif

#endif /* HARNESS_SDK_ABI_H */
