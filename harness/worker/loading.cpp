#include <harness/worker/loading.hpp>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <memory>
#include <mutex>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>

#include <dlfcn.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace harness::worker {
namespace {

constexpr std::size_t kLongestSignature = 4096;

// Does `address` lie in a mapping of the file behind `descriptor`?
bool maps_file(const void* address, int descriptor) {
  struct stat file {};
  if (::fstat(descriptor, &file) != 0) return false;
  std::FILE* maps = std::fopen("/proc/self/maps", "re");
  if (maps == nullptr) return false;
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  bool same = false;
  char line[512];
  while (std::fgets(line, sizeof line, maps) != nullptr) {
    std::uintptr_t begin = 0, end = 0;
    unsigned major_number = 0, minor_number = 0;
    std::uint64_t inode = 0;
    if (std::sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %*s %*s %x:%x %" SCNu64, &begin, &end, &major_number,
                    &minor_number, &inode) != 5)
      continue;
    if (wanted < begin || wanted >= end) continue;
    same = inode == file.st_ino && makedev(major_number, minor_number) == file.st_dev;
    break;
  }
  std::fclose(maps);
  return same;
}

// glibc's words, without Boost's frame around them and with the library's name instead of a descriptor's.
std::string words_of_dlopen(std::string text, const std::string& path, const std::string& name) {
  constexpr std::string_view opening = "dlerror system message: ";
  if (const auto at = text.find(opening); at != std::string::npos) {
    text.erase(0, at + opening.size());
    if (const auto end = text.rfind("): "); end != std::string::npos) text.resize(end);
  }
  for (std::size_t at = 0; (at = text.find(path, at)) != std::string::npos; at += name.size())
    text.replace(at, path.size(), name);
  if (text.starts_with(name + ": ")) text.erase(0, name.size() + 2);
  return text;
}

// 0 when the system does not tell.
std::size_t count_threads() {
  std::error_code error;
  std::filesystem::directory_iterator threads("/proc/self/task", error);
  return error ? 0 : static_cast<std::size_t>(std::distance(std::filesystem::begin(threads), {}));
}

constexpr std::size_t least_size(const harness_solver*) { return HARNESS_SOLVER_LEAST_SIZE; }
constexpr std::size_t least_size(const harness_problem*) { return sizeof(harness_problem); }

template <class Table>
std::string wrong_table(const Table* table, const char* entry) {
  if (table == nullptr) return std::string(entry) + " answered with a null table";
  if (table->boundary != HARNESS_BOUNDARY_VERSION)
    return "built for boundary " + std::to_string(table->boundary) + ", this harness speaks " +
           std::to_string(HARNESS_BOUNDARY_VERSION) + "; rebuild it";
  if (table->size < least_size(table))
    return "its table has " + std::to_string(table->size) + " bytes, expected at least " +
           std::to_string(least_size(table)) + "; rebuild it";
  if (table->signature == nullptr || ::strnlen(table->signature, kLongestSignature) == kLongestSignature)
    return "its table has no signature, or one longer than 4096 characters";
  return {};
}

bool has_null_function(const harness_solver& t) {
  return !t.open || !t.bytes_per_call || !t.prepare || !t.run || !t.answer || !t.close || !t.last_error;
}
bool has_null_function(const harness_problem& t) {
  return !t.generate || !t.check || !t.reference || !t.last_error || !t.problem || !t.generators;
}

}  // namespace

struct LoadedLibrary::Opened {
  boost::dll::shared_library library;
  void* apart = nullptr;  // instead of it, in a namespace of its own
  std::string path;
  int descriptor = -1;

  void* address_of(const char* symbol) const { return ::dlsym(apart != nullptr ? apart : library.native(), symbol); }

  ~Opened() {
    if (apart != nullptr) {
      ::dlclose(apart);
      ::close(descriptor);  // the next namespace is another, and knows no names
      return;
    }
    library.unload();
    // A thread_local with a destructor or a unique symbol keeps the code mapped: then its name must stay taken.
    if (void* still_mapped = ::dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD); still_mapped != nullptr)
      ::dlclose(still_mapped);
    else
      ::close(descriptor);
  }
};

LoadedLibrary::LoadedLibrary(int descriptor) : opened_(std::make_unique<Opened>()) {
  opened_->descriptor = descriptor;
  opened_->path = "/proc/self/fd/" + std::to_string(descriptor);
}
LoadedLibrary::LoadedLibrary(LoadedLibrary&&) noexcept = default;
LoadedLibrary& LoadedLibrary::operator=(LoadedLibrary&&) noexcept = default;
LoadedLibrary::~LoadedLibrary() = default;
void LoadedLibrary::keep_until_exit() {
  static std::mutex guard;
  static auto& kept = *new std::vector<std::unique_ptr<Opened>>;  // never destroyed: that would let go of the code
  const std::lock_guard<std::mutex> lock(guard);
  kept.push_back(std::move(opened_));
}

tl::expected<LoadedLibrary, std::string> LoadedLibrary::load(int descriptor, const std::string& name) {
  LoadedLibrary loaded(descriptor);
  auto& opened = *loaded.opened_;
  try {
    opened.library.load(opened.path, boost::dll::load_mode::rtld_now);
  } catch (const std::exception& error) {
    return tl::unexpected<std::string>(words_of_dlopen(error.what(), opened.path, name));
  }
  if (auto taken = loaded.take_table(); !taken) return tl::unexpected<std::string>(std::move(taken.error()));
  return loaded;
}

tl::expected<LoadedLibrary, std::string> LoadedLibrary::load_apart(int descriptor, const std::string& name,
                                                                   std::uint64_t padding_bytes) {
  LoadedLibrary loaded(descriptor);
  auto& opened = *loaded.opened_;
  const auto threads_before = count_threads();
  opened.apart = ::dlmopen(LM_ID_NEWLM, opened.path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (opened.apart == nullptr) {
    const char* error = ::dlerror();
    return tl::unexpected<std::string>(
        "not available here: " + words_of_dlopen(error != nullptr ? error : "dlmopen failed", opened.path, name));
  }
  // One that needs no C library has no heap to pad.
  if (void* const allocate = opened.address_of("malloc"))
    take_padding(padding_bytes, reinterpret_cast<void* (*)(std::size_t)>(allocate));
  // A C library beside the program's own takes itself for threaded and locks what the first one does not (glibc 2.32
  // on): allocating would cost more here than there. It takes note of each thread that is started with it from now on;
  // one that a constructor started needs the locks.
  auto* const single_threaded = static_cast<char*>(opened.address_of("__libc_single_threaded"));
  if (single_threaded != nullptr && threads_before == 1 && count_threads() == 1) *single_threaded = 1;
  // What it printed before it crashed should be seen, as in the program's own C library.
  using SetBuffer = int (*)(std::FILE*, char*, int, std::size_t);
  auto** const its_stdout = static_cast<std::FILE**>(opened.address_of("stdout"));
  if (const auto set_buffer = reinterpret_cast<SetBuffer>(opened.address_of("setvbuf")); set_buffer && its_stdout)
    set_buffer(*its_stdout, nullptr, _IOLBF, 0);
  if (auto taken = loaded.take_table(); !taken) return tl::unexpected<std::string>(std::move(taken.error()));
  return loaded;
}

tl::expected<void, std::string> LoadedLibrary::take_table() {
  const auto read = [&](const char* entry, auto*& table) -> tl::expected<void, std::string> {
    const auto refuse = [](std::string why) { return tl::unexpected<std::string>(std::move(why)); };
    void* const address = opened_->address_of(entry);
    if (!maps_file(address, opened_->descriptor))
      return refuse("another library's code was given instead of this one's");
    using Table = std::remove_reference_t<decltype(table)>;
    table = reinterpret_cast<Table (*)()>(address)();
    if (auto wrong = wrong_table(table, entry); !wrong.empty()) return refuse(std::move(wrong));
    if (has_null_function(*table)) return refuse("its table has a null function");
    return {};
  };
  if (opened_->address_of(HARNESS_SOLVER_ENTRY) != nullptr) return read(HARNESS_SOLVER_ENTRY, solver_);
  if (opened_->address_of(HARNESS_PROBLEM_ENTRY) != nullptr) return read(HARNESS_PROBLEM_ENTRY, problem_);
  return tl::unexpected<std::string>(std::string("exports neither ") + HARNESS_SOLVER_ENTRY + " nor " +
                                     HARNESS_PROBLEM_ENTRY);
}

std::vector<void*> take_padding(std::uint64_t bytes, void* (*allocate)(std::size_t)) {
  constexpr std::uint64_t kPiece = 16 << 10;
  std::vector<void*> pieces;
  for (std::uint64_t left = bytes; left > 0;) {
    const auto size = static_cast<std::size_t>(std::min(left, kPiece));
    pieces.push_back(nullptr);
    void* const piece = allocate(size);
    if (piece == nullptr) throw std::bad_alloc();
    std::memset(piece, 1, size);
    pieces.back() = piece;
    left -= size;
  }
  return pieces;
}

const char* no_own_heaps() {
#if defined(HARNESS_NO_OWN_HEAPS)
  return HARNESS_NO_OWN_HEAPS;
#else
  return nullptr;
#endif
}

}  // namespace harness::worker
