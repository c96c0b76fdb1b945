// A host that waits for a solver which never answers, until it is killed. Arguments: the library's file; or --command
// and the words of a foreign program that never ends.
#include <fstream>
#include <iterator>

#include <harness/worker/command.hpp>
#include <harness/worker/worker.hpp>

int main(int count, char** words) {
  using namespace harness::worker;
  if (std::string(words[1]) == "--command") {
    Command command;
    command.words.assign(words + 2, words + count);
    return run_command(command) ? 2 : 3;
  }
  std::ifstream file(words[1], std::ios::binary);
  const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(file)), {});
  const std::string behaviour = "endless_loop";
  const auto library = MemoryFile::sealed(bytes, "library.so");
  const auto input =
      MemoryFile::sealed({reinterpret_cast<const std::uint8_t*>(behaviour.data()), behaviour.size()}, "input");
  if (!library || !input) return 1;
  auto worker = Worker::start(*library, "library.so", {}, {});
  if (!worker || !worker->open(*input)) return 1;
  return worker->time(1, 0, 10) ? 2 : 3;
}
