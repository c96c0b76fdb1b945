#include <harness/store/build_cache.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <harness/store/atomic_file.hpp>
#include <test/catch.hpp>
#include <test/store/environment.hpp>
#include <test/store/temporary_directory.hpp>

using namespace harness;
using namespace harness::store;

namespace {

namespace fs = std::filesystem;

std::string key_of(char letter) { return std::string(64, letter); }

// Makes a build of one file, and counts.
struct Maker {
  int count = 0;
  std::string text = "built";
  BuildCache::Make make = [this](const fs::path& folder) -> Result<void> {
    ++count;
    std::ofstream(folder / "library.so") << text;
    return {};
  };
};

std::string text_of(const Result<fs::path>& got) { return got ? "fine" : got.error().text(); }

std::set<std::string> names_in(const fs::path& directory) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) names.insert(entry.path().filename().string());
  return names;
}

std::set<std::string> builds_in(const fs::path& directory) {
  std::set<std::string> names;
  for (const std::string& name : names_in(directory)) {
    if (name.find('.') == std::string::npos) names.insert(name.substr(0, 1));
  }
  return names;
}

void set_used(const fs::path& folder, int hours_ago) {
  fs::last_write_time(folder, fs::file_time_type::clock::now() - std::chrono::hours(hours_ago));
}

// Runs a part of a test in a process of its own: its exit status, 128 + the signal that ended it.
template <class Body>
pid_t start(Body body) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(body());
  return child;
}
int status_of(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void wait_for(const fs::path& file) {
  for (int i = 0; i < 2000 && !fs::exists(file); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  REQUIRE(fs::exists(file));
}

}  // namespace

TEST_CASE("a build is made once, and found from then on") {
  const TemporaryDirectory directory;
  const fs::path place = directory / "harness/builds";
  Maker maker;
  for (int i = 0; i < 3; ++i) {
    BuildCache cache(place);
    const auto folder = cache.get(key_of('a'), maker.make);
    REQUIRE(text_of(folder) == "fine");
    CHECK(*folder == place / key_of('a'));
    CHECK(TemporaryDirectory::read(*folder / "library.so") == "built");
    CHECK(*cache.get(key_of('a'), maker.make) == *folder);
  }
  CHECK(maker.count == 1);
  CHECK(names_in(place) == std::set<std::string>{key_of('a'), key_of('a') + ".lock"});
  CHECK(text_of(BuildCache(place).get(key_of('b'), maker.make)) == "fine");
  CHECK(maker.count == 2);
}

TEST_CASE("a build that fails is not kept, and says why") {
  const TemporaryDirectory directory;
  BuildCache cache(directory.path());
  Maker maker;
  const auto failed = cache.get(key_of('a'), [&](const fs::path& folder) -> Result<void> {
    (void)maker.make(folder);
    return fail("solvers/CMakeLists.txt", "does not build", {}, Exit::kIncomplete);
  });
  CHECK(text_of(failed) == "solvers/CMakeLists.txt: does not build");
  CHECK(failed.error().exit == Exit::kIncomplete);
  CHECK(fs::is_empty(directory.path()));
  CHECK_THROWS(
      cache.get(key_of('a'), [&](const fs::path&) -> Result<void> { throw std::runtime_error("unforeseen"); }));
  CHECK(builds_in(directory.path()).empty());
  const auto removed = cache.get(key_of('a'), [](const fs::path& folder) -> Result<void> {
    fs::remove_all(folder);
    return {};
  });
  CHECK_THAT(text_of(removed), ContainsSubstring("No such file or directory"));
  CHECK(text_of(cache.get(key_of('a'), maker.make)) == "fine");
  CHECK(maker.count == 2);
}

TEST_CASE("a build with folders that nobody may write is taken away all the same") {
  const TemporaryDirectory directory;
  const auto failed = BuildCache(directory.path()).get(key_of('a'), [](const fs::path& folder) -> Result<void> {
    fs::create_directories(folder / "deep/er");
    std::ofstream(folder / "deep/er/x") << "x";
    fs::permissions(folder / "deep/er", fs::perms::owner_read | fs::perms::owner_exec);
    fs::permissions(folder / "deep", fs::perms::owner_read | fs::perms::owner_exec);
    return fail("build", "failed");
  });
  CHECK_FALSE(failed);
  CHECK(fs::is_empty(directory.path()));
}

TEST_CASE("a key is 64 hexadecimal digits, and a place is needed") {
  const TemporaryDirectory directory;
  Maker maker;
  BuildCache cache(directory.path());
  for (const std::string& key : {std::string(), std::string("../") + std::string(61, 'a'), std::string(63, 'a'),
                                 std::string(64, 'A'), std::string(64, '/')}) {
    CHECK_THAT(text_of(cache.get(key, maker.make)), ContainsSubstring("expected a key of 64 hexadecimal digits"));
  }
  CHECK_THAT(text_of(BuildCache("").get(key_of('a'), maker.make)),
             ContainsSubstring("expected XDG_CACHE_HOME or HOME to be an absolute path"));
  CHECK(maker.count == 0);
  {
    const Variable cache_home("XDG_CACHE_HOME", "/somewhere"), home("HOME", "/home/x");
    CHECK(BuildCache::default_directory() == "/somewhere/harness/builds");
  }
  const Variable cache_home("XDG_CACHE_HOME", nullptr), home("HOME", "/home/x");
  CHECK(BuildCache::default_directory() == "/home/x/.cache/harness/builds");
}

TEST_CASE("two processes and two threads that want the same build make it once") {
  const TemporaryDirectory directory;
  const fs::path place = directory / "builds", log = directory / "log";
  const auto want = [&] {
    BuildCache cache(place);
    const auto got = cache.get(key_of('a'), [&](const fs::path& folder) -> Result<void> {
      const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
      const bool counted = ::write(file, "x", 1) == 1;
      ::close(file);
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      std::ofstream(folder / "library.so") << "built";
      return counted ? Result<void>{} : fail("test", "cannot count");
    });
    // Held on, as a gate does while it measures: that must keep nobody waiting.
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return got && TemporaryDirectory::read(*got / "library.so") == "built" ? 0 : 1;
  };
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) children.push_back(start(want));
  for (const pid_t child : children) CHECK(status_of(child) == 0);
  CHECK(TemporaryDirectory::read(log) == "x");

  fs::remove_all(place);
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { failures += want(); });
  for (std::thread& thread : threads) thread.join();
  CHECK(failures == 0);
  CHECK(TemporaryDirectory::read(log) == "xx");
}

TEST_CASE("a build that another process holds is found at once") {
  const TemporaryDirectory directory;
  Maker maker;
  BuildCache holder(directory.path());
  REQUIRE(holder.get(key_of('a'), maker.make));
  const auto begin = std::chrono::steady_clock::now();
  CHECK(text_of(BuildCache(directory.path()).get(key_of('a'), maker.make, [] { return true; })) == "fine");
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(1));
  CHECK(maker.count == 1);
}

TEST_CASE("nothing of a maker that is killed is ever found, and the next one removes it") {
  const TemporaryDirectory directory;
  const fs::path mark = directory / "half";
  const fs::path place = directory / "builds";
  const auto killed = [&] {
    const pid_t child = start([&] {
      BuildCache cache(place);
      (void)cache.get(key_of('a'), [&](const fs::path& folder) -> Result<void> {
        std::ofstream(folder / "half.so") << "half";
        std::ofstream(mark) << "x";
        while (true) ::pause();
      });
      return 1;
    });
    wait_for(mark);
    ::kill(child, SIGKILL);
    CHECK(status_of(child) == 128 + SIGKILL);
    fs::remove(mark);
  };
  killed();
  CHECK(builds_in(place).empty());
  CHECK(names_in(place).size() == 2);  // the lock's file and what was half made
  Maker maker;
  SECTION("of the same build") {
    const auto got = BuildCache(place).get(key_of('a'), maker.make);
    REQUIRE(text_of(got) == "fine");
    CHECK(names_in(*got) == std::set<std::string>{"library.so"});
    CHECK(names_in(place) == std::set<std::string>{key_of('a'), key_of('a') + ".lock"});
  }
  SECTION("of another build") {
    REQUIRE(BuildCache(place).get(key_of('b'), maker.make));
    CHECK(names_in(place) == std::set<std::string>{key_of('b'), key_of('b') + ".lock"});
  }
  SECTION("while another one waits for it") {
    std::ofstream waits(directory / "none");
    const pid_t second = start([&] {
      BuildCache cache(place);
      const auto got = cache.get(key_of('a'), maker.make);
      return got && names_in(*got) == std::set<std::string>{"library.so"} ? 0 : 1;
    });
    CHECK(status_of(second) == 0);
    CHECK(builds_in(place) == std::set<std::string>{"a"});
  }
}

TEST_CASE("who waits for another process may stop, and goes on when that one is killed") {
  const TemporaryDirectory directory;
  const fs::path mark = directory / "half", place = directory / "builds";
  const pid_t child = start([&] {
    BuildCache cache(place);
    (void)cache.get(key_of('a'), [&](const fs::path&) -> Result<void> {
      std::ofstream(mark) << "x";
      while (true) ::pause();
    });
    return 1;
  });
  wait_for(mark);
  Maker maker;
  BuildCache cache(place);
  int asked = 0;
  const auto stopped = cache.get(key_of('a'), maker.make, [&] { return ++asked == 3; });
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().exit == Exit::kInterrupted);
  CHECK(asked == 3);
  CHECK(maker.count == 0);
  const auto got = cache.get(key_of('a'), maker.make, [&] {
    if (++asked == 6) ::kill(child, SIGKILL);
    return false;
  });
  CHECK(text_of(got) == "fine");
  CHECK(maker.count == 1);
  CHECK(status_of(child) == 128 + SIGKILL);
}

TEST_CASE("what was used longest ago goes first when the cache is full") {
  const TemporaryDirectory directory;
  Maker maker;
  maker.text = std::string(100'000, 'x');
  constexpr std::uint64_t kRoomForThree = 350'000;
  const auto make = [&](char key) {
    REQUIRE(text_of(BuildCache(directory.path(), kRoomForThree).get(key_of(key), maker.make)) == "fine");
  };
  for (const char key : {'a', 'b', 'c'}) make(key);
  CHECK(builds_in(directory.path()) == std::set<std::string>{"a", "b", "c"});
  set_used(directory / key_of('a'), 3);
  set_used(directory / key_of('b'), 2);
  set_used(directory / key_of('c'), 1);
  make('a');  // found: used now
  CHECK(maker.count == 3);
  make('d');
  CHECK(builds_in(directory.path()) == std::set<std::string>{"a", "c", "d"});
  CHECK_FALSE(fs::exists(directory / (key_of('b') + ".lock")));
  SECTION("but none that is held") {
    set_used(directory / key_of('a'), 2);
    BuildCache holder(directory.path(), kRoomForThree);
    REQUIRE(holder.get(key_of('a'), maker.make));
    set_used(directory / key_of('a'), 2);
    make('e');
    CHECK(builds_in(directory.path()) == std::set<std::string>{"a", "d", "e"});
    CHECK(maker.count == 5);
  }
  SECTION("and one that is larger than all the room is kept alone") {
    maker.text = std::string(1'000'000, 'x');
    make('e');
    CHECK(builds_in(directory.path()) == std::set<std::string>{"e"});
    CHECK(TemporaryDirectory::read(directory / key_of('e') / "library.so").size() == 1'000'000);
  }
  SECTION("and what is no build is left alone") {
    directory.write("README", "x");
    directory.write("notes/x", std::string(1'000'000, 'x'));
    make('e');
    CHECK(fs::exists(directory / "README"));
    CHECK(fs::exists(directory / "notes/x"));
  }
}

TEST_CASE("a hundred processes on three keys and room for one see whole builds only") {
  const TemporaryDirectory directory;
  std::vector<pid_t> children;
  for (int i = 0; i < 100; ++i) {
    children.push_back(start([&, i] {
      BuildCache cache(directory.path(), 30'000);
      const std::string key = key_of(static_cast<char>('a' + i % 3));
      const auto got = cache.get(key, [&](const fs::path& folder) -> Result<void> {
        for (int part = 0; part < 4; ++part) std::ofstream(folder / std::to_string(part)) << std::string(5'000, key[0]);
        return {};
      });
      if (!got) return 1;
      for (int part = 0; part < 4; ++part) {
        if (TemporaryDirectory::read(*got / std::to_string(part)) != std::string(5'000, key[0])) return 2;
      }
      return 0;
    }));
    if (i % 7 == 6) ::kill(children.back(), SIGKILL);
  }
  for (std::size_t i = 0; i < children.size(); ++i) {
    const int status = status_of(children[i]);
    CHECK((status == 0 || (i % 7 == 6 && status == 128 + SIGKILL)));
  }
  Maker maker;
  REQUIRE(text_of(BuildCache(directory.path(), 30'000).get(key_of('d'), maker.make)) == "fine");
  for (const std::string& name : names_in(directory.path())) CHECK_THAT(name, !EndsWith(".tmp"));
}

TEST_CASE("a cache that cannot be written is an error in the system's words") {
  const TemporaryDirectory directory;
  Maker maker;
  directory.write("file", "x");
  const auto got = BuildCache(directory / "file/builds").get(key_of('a'), maker.make);
  CHECK(text_of(got) == (directory / "file/builds").string() +
                            ": cannot be created: Not a directory; set XDG_CACHE_HOME to a folder that can be written");
  CHECK(got.error().exit == Exit::kUsage);
  CHECK(maker.count == 0);
}

TEST_CASE("a read-only cache still gives what it has; a full disk leaves nothing half-built") {
  const TemporaryDirectory directory;
  const fs::path said = directory / "said", place = directory / "disk";
  fs::create_directory(place);
  // On a small file system of its own, that only this child sees.
  const pid_t child = start([&] {
    std::ofstream log(said);
    const uid_t user = ::geteuid();
    const gid_t group = ::getegid();
    if (::unshare(user == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0) return 77;
    if (user != 0) {
      std::ofstream("/proc/self/setgroups") << "deny";
      std::ofstream("/proc/self/uid_map") << "0 " << user << " 1";
      std::ofstream("/proc/self/gid_map") << "0 " << group << " 1";
    }
    if (::geteuid() != 0 || ::getegid() != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", place.c_str(), "tmpfs", 0, "size=256k,nr_inodes=12") != 0) {
      return 77;
    }
    Maker maker;
    BuildCache cache(place);
    if (!cache.get(key_of('a'), maker.make)) return 1;
    const auto full = cache.get(key_of('b'), [](const fs::path& folder) -> Result<void> {
      return write_atomically(folder / "library.so", std::string(1'000'000, 'x'));
    });
    log << text_of(full) << '\n';
    if (names_in(place).size() != 2) return 2;
    for (int i = 0; i < 8; ++i) std::ofstream(place / std::to_string(i)) << "";  // 4 of 12 were in use, none is left
    log << text_of(cache.get(key_of('c'), maker.make)) << '\n';
    for (int i = 7; i < 8; ++i) fs::remove(place / std::to_string(i));  // room for the lock's file, not for the folder
    log << text_of(cache.get(key_of('c'), maker.make)) << '\n';
    if (::mount(nullptr, place.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) return 77;
    log << text_of(BuildCache(place).get(key_of('a'), maker.make)) << '\n';
    log << text_of(BuildCache(place).get(key_of('c'), maker.make)) << '\n';
    return maker.count == 1 ? 0 : 3;
  });
  const int status = status_of(child);
  if (status == 77) {
    WARN("no file system can be mounted here: skipped");
    return;
  }
  CHECK(status == 0);
  const std::string builds = place.string(),
                    advice = "make room there, or set XDG_CACHE_HOME to a folder on another disk";
  const std::string text = TemporaryDirectory::read(said);
  INFO(text);
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  REQUIRE(lines.size() == 5);
  CHECK_THAT(lines[0], EndsWith("library.so: cannot be written: No space left on device"));
  CHECK(lines[1] == builds + ": cannot be written: No space left on device; " + advice);
  CHECK_THAT(lines[2], StartsWith(builds) && EndsWith(".tmp: cannot be created: No space left on device; " + advice));
  CHECK(lines[3] == "fine");
  CHECK(lines[4] ==
        builds + ": cannot be written: Read-only file system; set XDG_CACHE_HOME to a folder that can be written");
}
