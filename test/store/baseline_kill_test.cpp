// Two writers record at once and are killed at random moments. Whatever was acknowledged must be there, in every case of the
// report, and the file must be whole at every moment.
#include <csignal>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <test/catch.hpp>

#include <harness/store/baseline.hpp>
#include <test/store/recorded_runs.hpp>
#include <test/store/temporary_directory.hpp>

extern char** environ;

namespace {

constexpr int kKills = 500;
constexpr int kKillsOfOneFile = 25;  // then another one begins, so that it stays small

class Writer {
 public:
  Writer(const std::string& directory, const std::string& problem, const std::string& name) : name_(name) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    acknowledgements_ = ends[0];
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<std::string> words = {HARNESS_BASELINE_WRITER, directory, problem, name};
    std::vector<char*> command;
    for (std::string& word : words) command.push_back(word.data());
    command.push_back(nullptr);
    const int failed = ::posix_spawn(&process_, command[0], &actions, nullptr, command.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    REQUIRE(failed == 0);
  }
  Writer(const Writer&) = delete;
  ~Writer() {
    kill();
    ::close(acknowledgements_);
  }

  const std::string& name() const { return name_; }

  // Until something was recorded, or it ended.
  void wait_for_first() {
    pollfd waiting{acknowledgements_, POLLIN, 0};
    while (!acknowledged() && ::poll(&waiting, 1, 10000) > 0 && (waiting.revents & POLLIN) != 0) {
    }
  }

  // False: it had ended by itself.
  bool kill() {
    if (process_ == 0) return true;
    ::kill(process_, SIGKILL);
    int status = 0;
    ::waitpid(std::exchange(process_, 0), &status, 0);
    return WIFSIGNALED(status);
  }

  // The last run that it said to be safe.
  std::optional<std::uint64_t> acknowledged() {
    std::uint64_t number = 0;
    while (::read(acknowledgements_, &number, sizeof(number)) == sizeof(number)) last_ = number;
    return last_;
  }

 private:
  std::string name_;
  pid_t process_ = 0;
  int acknowledgements_ = -1;
  std::optional<std::uint64_t> last_;
};

// How many runs of each writer stand in the file. They must be the first ones, without a gap, once each, in all cases.
std::map<std::string, std::uint64_t> recorded(const harness::store::Baselines& baselines, const std::string& problem) {
  const auto read = baselines.read(problem);
  INFO((read ? "" : read.error().text()));
  REQUIRE(read);
  std::map<std::string, std::uint64_t> counts;
  if (read->cases.empty()) return counts;
  REQUIRE(read->cases.size() == recorded_runs::kCases);
  const auto& runs = read->cases[0].runs;
  for (const auto& run : runs) {
    const std::string writer = run.run_id.substr(0, run.run_id.find('-'));
    if (run.run_id != recorded_runs::run_id(writer, counts[writer]++)) FAIL(run.run_id << " is out of its turn");
  }
  for (const auto& one : read->cases) {
    REQUIRE(one.runs.size() == runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i) {
      if (one.runs[i].run_id != runs[i].run_id) FAIL(runs[i].run_id << " is not in every case");
    }
  }
  return counts;
}

}  // namespace

TEST_CASE("500 kills at random moments of two writers lose no acknowledged run and break no file") {
  TemporaryDirectory directory;
  const harness::store::Baselines baselines(directory.path(), recorded_runs::kMachine);
  std::mt19937_64 random(13);
  std::uint64_t total = 0;
  int names = 0;
  for (int file = 0; file * kKillsOfOneFile < kKills; ++file) {
    const std::string problem = "problem-" + std::to_string(file);
    const auto start = [&] {
      return std::make_unique<Writer>(directory.path().string(), problem, "w" + std::to_string(names++));
    };
    std::map<std::string, std::uint64_t> promised;  // by writer: runs that were acknowledged
    const auto check = [&] {
      const auto counts = recorded(baselines, problem);
      for (const auto& [writer, runs] : promised) {
        INFO(writer);
        REQUIRE((counts.count(writer) > 0 ? counts.at(writer) : 0) >= runs);
      }
    };
    std::unique_ptr<Writer> writers[2] = {start(), start()};
    for (int i = 0; i < kKillsOfOneFile; ++i) {
      auto& victim = writers[random() % 2];
      if (random() % 4 != 0) victim->wait_for_first();
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 4000));
      REQUIRE(victim->kill());
      for (auto& writer : writers) {
        if (const auto last = writer->acknowledged()) promised[writer->name()] = *last + 1;
      }
      check();
      victim = start();
    }
    for (auto& writer : writers) {
      REQUIRE(writer->kill());
      if (const auto last = writer->acknowledged()) promised[writer->name()] = *last + 1;
    }
    check();
    for (const auto& [writer, runs] : promised) total += runs;

    // The next writer goes on from there, and nothing of the killed ones is left beside the file.
    REQUIRE(baselines.change(problem, [](harness::model::Baseline& baseline) -> harness::Result<void> {
      recorded_runs::append(baseline, "last-0");
      return {};
    }));
    CHECK(recorded(baselines, problem).at("last") == 1);
    for (const auto& entry : std::filesystem::directory_iterator(baselines.file_of(problem).parent_path())) {
      CHECK(entry.path().extension() != ".tmp");
    }
  }
  CHECK(total >= kKills / 2);
}
