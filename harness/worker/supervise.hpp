// What stands between the harness and a foreign program, so that neither outlives the run: harness-worker with the words
//
//   --command <pid of the parent> <core, or -> <path> <words of the program...>
//
// It starts the program as its child, in its own process group, and ends as that one ended: by the same status or
// signal. When the harness dies it ends its whole group; when it is killed itself the program dies too. What left the
// group and is no child of the program's own is out of its reach.
#pragma once

namespace harness::worker {

inline constexpr const char* kSuperviseWord = "--command";

// `words` are those after --command. `channel`: errno is written to it as an int when the program could not be started;
// it is closed without a word when it was. Does not return when the program ended by a signal.
int supervise(int channel, int count, char** words);

}  // namespace harness::worker
