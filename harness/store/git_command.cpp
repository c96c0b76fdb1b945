#include <harness/store/git_command.hpp>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <thread>
#include <utility>

#include <harness/model/text.hpp>

extern char** environ;

namespace harness::store {
namespace {

using End = GitAnswer::End;

constexpr std::size_t kMostGathered = std::size_t{64} << 20;
constexpr off_t kMostErrors = 4096;
constexpr std::size_t kMostLine = 300;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  int get() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_;
};

std::vector<std::string> words_of(const GitCall& call) {
  std::vector<std::string> words = {"git",
                                    "-C",
                                    call.directory.string(),
                                    "--no-pager",
                                    "--no-optional-locks",
                                    "--no-replace-objects",
                                    "--literal-pathspecs",
                                    "-c",
                                    "core.fsmonitor=false",
                                    "-c",
                                    "core.hooksPath=/dev/null",
                                    "-c",
                                    "core.quotePath=false",
                                    "-c",
                                    "protocol.allow=never"};
  words.insert(words.end(), call.words.begin(), call.words.end());
  return words;
}

std::vector<std::string> environment() {
  std::vector<std::string> variables = {"LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0",
                                        "GIT_NO_LAZY_FETCH=1"};
  const std::size_t ours = variables.size();
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const auto is_ours = [&](const std::string& one) {
      return text.substr(0, text.find('=') + 1) == one.substr(0, one.find('=') + 1);
    };
    if (std::none_of(variables.begin(), variables.begin() + static_cast<std::ptrdiff_t>(ours), is_ours))
      variables.emplace_back(text);
  }
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// 0, or what the system says.
int start(const GitCall& call, int output, int errors, pid_t& child) {
  auto words = words_of(call), variables = environment();
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  if (call.input < 0) {
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  } else {
    ::posix_spawn_file_actions_adddup2(&actions, call.input, STDIN_FILENO);
  }
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  const int failed =
      ::posix_spawnp(&child, "git", &actions, nullptr, pointers(words).data(), pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  return failed;
}

// Reads until git closes its end. kExited when it did.
End gather(const GitCall& call, int descriptor, std::string& output) {
  std::array<char, 65536> buffer;
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(call.deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return End::kTooLate;
    pollfd waiting{descriptor, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<std::chrono::milliseconds::rep>(left, 1 << 30)));
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    const ssize_t got = ready < 0 ? -1 : ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return End::kBroken;
    if (got == 0) return End::kExited;
    const std::string_view piece(buffer.data(), static_cast<std::size_t>(got));
    if (call.take) {
      if (!call.take(piece)) return End::kStopped;
    } else {
      if (output.size() + piece.size() > kMostGathered) return End::kTooMuch;
      output += piece;
    }
  }
}

// Nothing: it had to be ended at the deadline.
std::optional<int> status_of(pid_t child, std::chrono::steady_clock::time_point deadline) {
  int status = 0;
  while (std::chrono::steady_clock::now() < deadline) {
    if (::waitpid(child, &status, WNOHANG) == child) return status;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  ::kill(child, SIGKILL);
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return std::nullopt;
}

std::string end_of(int descriptor) {
  struct stat status;
  if (::fstat(descriptor, &status) != 0) return {};
  const off_t from = std::max<off_t>(0, status.st_size - kMostErrors);
  std::string text(static_cast<std::size_t>(status.st_size - from), '\0');
  const ssize_t got = ::pread(descriptor, text.data(), text.size(), from);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

}  // namespace

std::string GitAnswer::last_line() const {
  const std::size_t last = errors.find_last_not_of(" \t\r\n");
  if (last == std::string::npos) return "git ended without a word";
  std::string line = errors.substr(0, last + 1);
  line.erase(0, line.find_last_of('\n') + 1);  // npos + 1 = 0
  line.erase(0, line.find_first_not_of(" \t"));
  if (line.size() > kMostLine) line = line.substr(0, kMostLine) + "...";
  if (model::is_utf8(line) && !model::has_control_character(line) && line.find('\t') == std::string::npos) return line;
  for (char& letter : line) {
    if (letter < ' ' || letter >= '\x7f') letter = '?';  // also what is above ASCII, where char is signed
  }
  return line;
}

GitAnswer run_git(const GitCall& call) {
  GitAnswer answer;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return answer;
  Descriptor output(ends[0]), of_child(ends[1]);
  // A file, so that nobody has to read it while git writes.
  const Descriptor errors(::memfd_create("git", MFD_CLOEXEC));
  if (errors.get() < 0) return answer;
  pid_t child = 0;
  const int failed = start(call, of_child.get(), errors.get(), child);
  of_child.close();
  if (failed != 0) {
    if (failed == ENOENT || failed == EACCES || failed == ENOTDIR) answer.end = End::kNotFound;
    return answer;
  }
  answer.end = gather(call, output.get(), answer.output);
  output.close();
  const auto status = status_of(child, answer.end == End::kExited ? call.deadline : std::chrono::steady_clock::now());
  answer.errors = end_of(errors.get());
  if (answer.end != End::kExited) return answer;
  if (!status) {
    answer.end = End::kTooLate;
  } else if (!WIFEXITED(*status)) {
    answer.end = End::kBroken;
  } else {
    answer.status = WEXITSTATUS(*status);
  }
  return answer;
}

std::vector<std::string> split_at_zeros(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\0', at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

bool is_sha(std::string_view text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace harness::store
