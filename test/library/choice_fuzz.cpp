// What a person writes to choose a version: whatever it is, the best choice is the first of all, or it is an error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <harness/library/choice.hpp>

namespace {

using namespace harness;

model::SolverInfo solver(const char* problem, const char* version, const char* variant) {
  model::SolverInfo info;
  info.identity.problem = problem;
  info.identity.version = model::Version::parse(version).value();
  info.identity.variant = variant;
  info.file = "/plugins/" + info.identity.file_name();
  return info;
}

library::Catalog small_catalog() {
  auto latest = solver("two-sum", "2.0.0", "");
  latest.identity.compatible_with = {model::VersionPattern::parse("v1.*").value()};
  return {{solver("a", "0.8.3", ""), solver("a", "1.0.0-rc.1", ""), solver("two-sum", "1.4.0", ""),
           solver("two-sum", "1.4.0+git-a", ""), latest, solver("two-sum", "2.0.0", "optimized")},
          {},
          {{"/plugins/two-sum-v2.5.0.so", "is empty"}, {"/plugins/a-v1.0.0-wide.so", "is text"}}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const library::Catalog catalog = small_catalog();
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find('/') != text.npos && text.find("two-sum/") == text.npos) return 0;  // any file of this machine
  const auto best = library::choose(catalog, text);
  const auto all = library::choices(catalog, text);
  if (best && (all.empty() || all.front().file != best->file)) std::abort();
  if (!best && (best.error().text().find('\n') != std::string::npos || best.error().text().size() > 2000)) std::abort();
  if (library::passed_over(catalog, text).size() > catalog.skipped.size()) std::abort();
  return 0;
}
