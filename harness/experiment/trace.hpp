// --trace=F: what the workers of a command did when, written when it ends.
#pragma once

#include <functional>
#include <string>

#include <harness/model/measurement.hpp>
#include <harness/worker/timeline.hpp>
#include <harness/worker/worker.hpp>

namespace harness::experiment {

class Trace {
 public:
  // From here on the steps of workers with these settings are noted; `file` "" = nothing is. `say` takes an error.
  Trace(std::string file, worker::Settings& settings, std::function<void(const std::string&)> say);
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  // False, and said, when the file could not be written.
  bool write(const model::Context& context) const;

 private:
  std::string file_;
  worker::Timeline timeline_;
  std::function<void(const std::string&)> say_;
};

}  // namespace harness::experiment
