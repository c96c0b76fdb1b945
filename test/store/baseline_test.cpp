#include <harness/store/baseline.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <limits>
#include <set>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include <test/catch.hpp>
#include <test/model/histories.hpp>
#include <test/store/temporary_directory.hpp>

using namespace harness;
using namespace harness::store;
namespace fs = std::filesystem;

namespace {

const std::string kMachine = "Intel(R) Xeon(R) Processor, 2 cores, glibc 2.36, Linux 6";
const std::string kFolder = "intel-r-xeon-r-processor-2-cores-glibc-2-36-linux-6";

// An edit that appends one run.
auto append(std::uint64_t number) {
  return [number](model::Baseline& baseline) -> Result<void> {
    if (baseline.cases.empty()) baseline.cases.push_back(histories::history("v2.0.0", "v2", "uniform/64"));
    baseline.cases[0].runs.push_back(histories::run(number));
    return {};
  };
}

std::vector<std::string> files(const fs::path& directory) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(directory)) found.push_back(entry.path().filename().string());
  std::sort(found.begin(), found.end());
  return found;
}

// Root may write everywhere: for one test somebody else, who may read what others left readable.
class Nobody {
 public:
  Nobody() {
    if (::geteuid() == 0) changed_ = ::seteuid(65534) == 0;
  }
  ~Nobody() {
    if (changed_ && ::seteuid(0) != 0) std::abort();
  }

 private:
  bool changed_ = false;
};

// Files cannot grow beyond so many bytes: what a full disk is like.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : signal_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }

 private:
  void (*signal_)(int);
  rlimit before_{};
};

}  // namespace

TEST_CASE("a machine's folder is its key in kebab-case") {
  CHECK(Baselines("baselines", kMachine).file_of("two-sum") == fs::path("baselines") / kFolder / "two-sum.json");
  CHECK(Baselines("b", "  --A, b!  ").file_of("p") == "b/a-b/p.json");
  CHECK(Baselines("b", "\xc3\xa9").file_of("p") == "b/unknown-machine/p.json");
  CHECK(Baselines("b", std::string(99, 'x') + " y").file_of("p") == fs::path("b") / std::string(99, 'x') / "p.json");
  CHECK(Baselines("b", "../../etc").file_of("p") == "b/etc/p.json");
}

TEST_CASE("where nothing was recorded a baseline is empty, and reading makes nothing") {
  TemporaryDirectory directory;
  const Baselines baselines(directory / "baselines", kMachine);
  const auto read = baselines.read("two-sum");
  REQUIRE(read);
  CHECK(read->machine == kMachine);
  CHECK(read->problem == "two-sum");
  CHECK(read->cases.empty());
  REQUIRE(baselines.problems());
  CHECK(baselines.problems()->empty());
  CHECK(baselines.check_writable("two-sum"));
  CHECK(files(directory.path()).empty());
}

TEST_CASE("what was changed is read again, by everybody, and is listed") {
  TemporaryDirectory directory;
  const Baselines baselines(directory / "baselines", kMachine);
  REQUIRE(baselines.change("two-sum", append(1)));
  REQUIRE(baselines.change("two-sum", append(2)));
  REQUIRE(baselines.change("lru-cache", append(3)));
  const auto read = baselines.read("two-sum");
  REQUIRE(read);
  REQUIRE(read->cases.size() == 1);
  REQUIRE(read->cases[0].runs.size() == 2);
  CHECK(read->cases[0].runs[1].run_id == histories::run(2).run_id);
  CHECK(fs::status(baselines.file_of("two-sum")).permissions() == static_cast<fs::perms>(0644));
  directory.write("baselines/" + kFolder + "/README.md", "mine");
  CHECK(*baselines.problems() == std::vector<std::string>{"lru-cache", "two-sum"});
  CHECK(Baselines(directory / "baselines", "another machine").problems()->empty());
}

TEST_CASE("an edit may refuse, and then nothing is written") {
  TemporaryDirectory directory;
  const Baselines baselines(directory.path(), kMachine);
  const auto refuse = [](model::Baseline& baseline) -> Result<void> {
    baseline.cases.clear();
    return fail("edit", "not today");
  };
  CHECK(baselines.change("two-sum", refuse).error().text() == "edit: not today");
  CHECK_FALSE(fs::exists(baselines.file_of("two-sum")));
  REQUIRE(baselines.change("two-sum", append(1)));
  const std::string before = TemporaryDirectory::read(baselines.file_of("two-sum"));
  CHECK_FALSE(baselines.change("two-sum", refuse));
  CHECK(TemporaryDirectory::read(baselines.file_of("two-sum")) == before);
}

TEST_CASE("what could not be read again is not written") {
  TemporaryDirectory directory;
  const Baselines baselines(directory.path(), kMachine);
  REQUIRE(baselines.change("two-sum", append(1)));
  const std::string before = TemporaryDirectory::read(baselines.file_of("two-sum"));
  const auto changed = baselines.change("two-sum", [](model::Baseline& baseline) -> Result<void> {
    baseline.cases[0].runs[0].ratio_to_pin = std::numeric_limits<double>::quiet_NaN();
    return {};
  });
  REQUIRE_FALSE(changed);
  CHECK(changed.error().text() ==
        baselines.file_of("two-sum").string() +
            ": what would be written: /cases/0/runs/0/ratio_to_pin: expected a number above 0, at most 1e300, found "
            "null; nothing was changed");
  CHECK(TemporaryDirectory::read(baselines.file_of("two-sum")) == before);
}

TEST_CASE("a file that cannot be read stays as it is") {
  TemporaryDirectory directory;
  const Baselines baselines(directory.path(), kMachine);
  const std::string file = baselines.file_of("two-sum").string();
  const std::vector<std::pair<std::string, std::string>> broken = {
      {"", file + ": byte 0: expected the rest of the JSON document, found the end of the file"},
      {"{\n<<<<<<< HEAD\n", file + ": line 2: a merge conflict was left in it; resolve it"},
      {"{\"harness_baseline_schema\": 2}",
       file + ": written by a newer harness (baseline schema 2, this one reads 1); update harness"}};
  for (const auto& [text, words] : broken) {
    directory.write(kFolder + "/two-sum.json", text);
    const auto changed = baselines.change("two-sum", append(1));
    REQUIRE_FALSE(changed);
    CHECK_THAT(changed.error().text(), StartsWith(words));
    CHECK(changed.error().exit == Exit::kUsage);
    CHECK(TemporaryDirectory::read(file) == text);
  }
}

TEST_CASE("a file of another machine or problem than its place says is refused, and both are told") {
  TemporaryDirectory directory;
  const Baselines first(directory.path(), "CPU (R), 2 cores"), second(directory.path(), "CPU R 2 cores");
  REQUIRE(first.change("two-sum", append(1)));
  REQUIRE(second.file_of("two-sum") == first.file_of("two-sum"));
  const auto read = second.read("two-sum");
  REQUIRE_FALSE(read);
  CHECK(read.error().text() ==
        first.file_of("two-sum").string() +
            ": /machine: expected \"CPU R 2 cores\", found \"CPU (R), 2 cores\"; both machines have this folder's "
            "name: keep one of them under another directory");
  CHECK_FALSE(second.change("two-sum", append(2)));
  CHECK(first.read("two-sum")->cases[0].runs.size() == 1);
  fs::rename(first.file_of("two-sum"), first.file_of("three-sum"));
  CHECK_THAT(first.read("three-sum").error().text(),
             ContainsSubstring("/problem: expected \"three-sum\", found \"two-sum\""));
}

TEST_CASE("a problem's name cannot lead out of the folder") {
  TemporaryDirectory directory;
  const Baselines baselines(directory / "baselines", kMachine);
  for (const char* name : {"../two-sum", "/etc/passwd", "", ".", "Two-Sum", "a/b"}) {
    INFO(name);
    CHECK_THAT(baselines.read(name).error().text(), EndsWith("expected a problem's name such as two-sum"));
    CHECK_FALSE(baselines.check_writable(name));
    CHECK_FALSE(baselines.change(name, append(1)));
  }
  CHECK(files(directory.path()).empty());
}

TEST_CASE("what a killed writer left is removed by the next one, and nothing else") {
  TemporaryDirectory directory;
  const Baselines baselines(directory.path(), kMachine);
  for (const char* name :
       {".two-sum.json.AbCdEf.tmp", ".two-sum.json.tmp", ".three-sum.json.AbCdEf.tmp", "notes.tmp"}) {
    directory.write(kFolder + "/" + name, "half");
  }
  REQUIRE(baselines.change("two-sum", append(1)));
  CHECK(files(directory / kFolder) == std::vector<std::string>{".three-sum.json.AbCdEf.tmp", ".two-sum.json.tmp",
                                                               ".two-sum.lock", "notes.tmp", "two-sum.json"});
}

TEST_CASE("writers come one after another and lose nothing") {
  TemporaryDirectory directory;
  constexpr std::uint64_t kRuns = 40;
  std::vector<std::thread> writers;
  std::atomic<int> failures = 0;
  for (std::uint64_t writer = 0; writer < 3; ++writer) {
    writers.emplace_back([&, writer] {
      const Baselines own(directory.path(), kMachine);
      for (std::uint64_t i = 0; i < kRuns; ++i) failures += !own.change("two-sum", append(100 * writer + i));
    });
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(failures == 0);
  const auto read = Baselines(directory.path(), kMachine).read("two-sum");
  REQUIRE(read);
  std::set<std::string> seen;
  for (const auto& run : read->cases.at(0).runs) seen.insert(run.run_id);
  CHECK(read->cases[0].runs.size() == 3 * kRuns);
  CHECK(seen.size() == 3 * kRuns);
}

TEST_CASE("a writer that waited too long for another one says so, and is not red") {
  TemporaryDirectory directory;
  const Baselines baselines(directory.path(), kMachine, std::chrono::milliseconds(20));
  REQUIRE(baselines.change("two-sum", append(1)));
  const fs::path lock = directory / kFolder / ".two-sum.lock";
  const int other = ::open(lock.c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(::flock(other, LOCK_EX) == 0);
  const auto changed = baselines.change("two-sum", append(2));
  REQUIRE_FALSE(changed);
  CHECK(changed.error().text() == lock.string() +
                                      ": another process has held this lock for 0.02 s; wait until it has ended and "
                                      "record again");
  CHECK(changed.error().exit == Exit::kIncomplete);
  CHECK(baselines.read("two-sum")->cases[0].runs.size() == 1);
  CHECK(baselines.change("three-sum", append(1)));
  ::close(other);
  CHECK(baselines.change("two-sum", append(2)));
}

TEST_CASE("where nothing may be written it is said before, and nothing is overwritten") {
  TemporaryDirectory directory;
  fs::permissions(directory.path(), static_cast<fs::perms>(0755));
  const Baselines baselines(directory / "baselines", kMachine);
  REQUIRE(baselines.change("two-sum", append(1)));
  const std::string before = TemporaryDirectory::read(baselines.file_of("two-sum"));
  const fs::path folder = directory / "baselines" / kFolder;
  fs::permissions(folder, static_cast<fs::perms>(0555));
  fs::permissions(directory / "baselines", static_cast<fs::perms>(0555));
  {
    Nobody nobody;
    const std::string words =
        baselines.file_of("two-sum").string() + ": cannot be written: Permission denied; nothing was changed";
    CHECK(baselines.check_writable("two-sum").error().text() == words);
    CHECK(baselines.check_writable("two-sum").error().exit == Exit::kUsage);
    CHECK(baselines.change("two-sum", append(2)).error().text() == words);
    CHECK(baselines.read("two-sum"));
    const Baselines elsewhere(directory / "baselines", "another machine");
    CHECK_FALSE(elsewhere.check_writable("two-sum"));
    CHECK_THAT(elsewhere.change("two-sum", append(1)).error().text(),
               EndsWith("cannot be created: Permission denied; nothing was changed"));
  }
  fs::permissions(folder, static_cast<fs::perms>(0755));
  fs::permissions(directory / "baselines", static_cast<fs::perms>(0755));
  CHECK(TemporaryDirectory::read(baselines.file_of("two-sum")) == before);
}

TEST_CASE("a full disk leaves the old file and no half of a new one") {
  TemporaryDirectory directory;
  const Baselines baselines(directory.path(), kMachine);
  REQUIRE(baselines.change("two-sum", append(1)));
  const std::string before = TemporaryDirectory::read(baselines.file_of("two-sum"));
  {
    FullDisk full(100);
    CHECK(baselines.change("two-sum", append(2)).error().text() ==
          baselines.file_of("two-sum").string() + ": cannot be written: File too large");
  }
  CHECK(TemporaryDirectory::read(baselines.file_of("two-sum")) == before);
  CHECK(files(directory / kFolder) == std::vector<std::string>{".two-sum.lock", "two-sum.json"});
}

TEST_CASE("what stands in the way is told, whether a file or a directory") {
  TemporaryDirectory directory;
  directory.write("file", "in the way");
  const Baselines inside(directory / "file", kMachine);
  CHECK_THAT(inside.check_writable("two-sum").error().text(),
             EndsWith("cannot be written: Not a directory; nothing was changed"));
  CHECK_THAT(inside.change("two-sum", append(1)).error().text(),
             ContainsSubstring("cannot be created: Not a directory"));
  CHECK_FALSE(inside.problems());
  CHECK_FALSE(inside.read("two-sum"));
  const Baselines baselines(directory.path(), kMachine);
  fs::create_directories(baselines.file_of("two-sum"));
  CHECK_THAT(baselines.read("two-sum").error().text(), EndsWith("expected a file, found a directory"));
  CHECK_FALSE(baselines.check_writable("two-sum"));
  CHECK_FALSE(baselines.change("two-sum", append(1)));
}
