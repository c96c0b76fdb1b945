// What stands between the harness and a foreign program, so that neither outlives the run: harness-worker with the words
//
//   --command <pid of the parent> <core, or -> <path> <words of the program...>
//
// It starts the program as its child, in its own process group, and ends as that one ended: by the same status or
// signal. What the program leaves behind is given to it by the kernel (PR_SET_CHILD_SUBREAPER), whatever group or session
// it went to, and is ended with it. On SIGTERM, and when the harness dies, it ends all of them and itself; when it is
// killed itself the program dies, and what the program had started is set free.
#pragma once

namespace harness::worker {

inline constexpr const char* kSuperviseWord = "--command";

// `words` are those after --command. `channel`: errno is written to it as an int when the program could not be started;
// it is closed without a word when it was. Does not return when the program ended by a signal.
int supervise(int channel, int count, char** words);

}  // namespace harness::worker
