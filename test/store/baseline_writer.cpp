// Records runs until it is killed: baseline_writer DIRECTORY PROBLEM NAME. After each one that is safe it says its number,
// eight bytes on stdout. A test of what a kill leaves behind.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <thread>

#include <unistd.h>

#include <harness/store/baseline.hpp>
#include <test/store/recorded_runs.hpp>

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const harness::store::Baselines baselines(arguments[1], recorded_runs::kMachine);
  for (std::uint64_t number = 0;; ++number) {
    const auto changed =
        baselines.change(arguments[2], [&](harness::model::Baseline& baseline) -> harness::Result<void> {
          recorded_runs::append(baseline, recorded_runs::run_id(arguments[3], number));
          return {};
        });
    if (!changed) {
      std::fprintf(stderr, "%s\n", changed.error().text().c_str());
      return 1;
    }
    if (::write(STDOUT_FILENO, &number, sizeof(number)) != sizeof(number)) return 0;
    // A writer measures between its recordings; without a pause the other one would hardly find the lock free.
    std::this_thread::sleep_for(std::chrono::microseconds(number * 769 % 3000));
  }
}
