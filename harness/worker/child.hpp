// The child's loop: reads requests, calls the library, answers. One code path for a process and for a thread.
#pragma once

namespace harness::worker {

// Serves requests on `channel` until BYE or until the other end closes it, then closes it. In a process of its own the
// library stays loaded until exit and processor time is limited; in a thread of the harness it is unloaded here.
// Answers the exit status: 0, or kChannelLostStatus when it could not answer.
int serve(int channel, bool own_process);

}  // namespace harness::worker
