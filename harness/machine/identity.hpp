// Which computer this is, as far as stored numbers depend on it. Nobody else reads /proc or /sys.
#pragma once

#include <string>

namespace harness::machine {

// Measured numbers are comparable between two runs when their keys are equal. The compiler and its flags belong to the
// library and act through its code hash, so they are no part of it.
struct Identity {
  std::string cpu;          // model name as the kernel says it; "unknown CPU" where it does not
  unsigned logical_cores;   // online, >= 1
  std::string libc;         // `glibc 2.36`
  std::string kernel;       // `Linux 6`

  // `Intel(R) Xeon(R) Processor, 2 cores, glibc 2.36, Linux 6`
  std::string key() const;
};

Identity identify();

// Bytes of the second level cache of one core; 1 MiB where the system does not say.
std::size_t l2_cache_bytes();

// Columns of the terminal behind the descriptor; 100 where it is none.
std::size_t terminal_columns(int descriptor);

}  // namespace harness::machine
