#include <harness/report/shares.hpp>

#include <cmath>

#include <fmt/format.h>

#include <harness/report/change.hpp>

namespace harness::report {

std::string share_text(double share) {
  if (!std::isfinite(share)) return "?";
  const double percent = 100 * share;
  if (percent > 0 && percent < 1) return "<1%";
  if (percent > 99 && percent < 100) return ">99%";
  return fmt::format("{:.0f}%", percent);
}

std::string share_change_text(double before, double after) { return share_text(before) + " -> " + share_text(after); }

std::string exact_share_text(double share) { return std::isfinite(share) ? fmt::format("{:.1f}%", 100 * share) : "?"; }

std::string frame_name(std::string_view function, std::string_view module) {
  if (!function.empty()) return model::short_name(function);
  return fmt::format("[{}]", module.empty() ? "unknown" : module);
}

std::string sampling_text(const model::CpuProfile& profile) {
  std::string text = counted(profile.samples, "sample");
  if (std::isfinite(profile.seconds_per_sample) && profile.seconds_per_sample > 0) {
    text += fmt::format(" of {:.3g} ms", 1000 * profile.seconds_per_sample);
  }
  if (profile.calls > 0) text += " in " + counted(profile.calls, "call");
  if (profile.outside > 0) text += fmt::format(", {} outside of the solver left out", profile.outside);
  return text;
}

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string place_text(std::string_view file, std::uint32_t line) {
  if (file.empty()) return "";
  return line == 0 ? std::string(file) : fmt::format("{}:{}", file, line);
}

}  // namespace harness::report
