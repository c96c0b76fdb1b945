#include <harness/experiment/trace.hpp>

#include <utility>

#include <harness/report/trace.hpp>
#include <harness/store/atomic_file.hpp>

namespace harness::experiment {

Trace::Trace(std::string file, worker::Settings& settings, std::function<void(const std::string&)> say)
    : file_(std::move(file)), say_(std::move(say)) {
  if (!file_.empty()) settings.timeline = &timeline_;
}

bool Trace::write(const model::Context& context) const {
  if (file_.empty()) return true;
  const auto written = store::write_atomically(file_, report::chrome_trace(timeline_.events(), context), 0644);
  if (!written) say_("harness: --trace: " + written.error().text());
  return written.has_value();
}

}  // namespace harness::experiment
