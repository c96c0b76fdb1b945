#include <harness/report/doctor.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <harness/report/page.hpp>

namespace harness::report {
namespace {

// What and found in a line; how to mend it below, where that is to be said.
void print_finding(Page& page, const DoctorFinding& finding, std::size_t width, bool with_mend) {
  const std::size_t columns = page.options().columns;
  const bool beside = columns == 0 || 4 + width <= columns / 3;
  const std::size_t indent = beside ? 4 + width : 4;
  page.folded_line("  " + padded_right(page.safe(finding.what), beside ? width : 0) + "  " + page.safe(finding.found),
                   indent);
  if (with_mend && !finding.mend.empty()) {
    const std::string arrow = page.options().utf8 ? "→ " : "-> ";
    page.folded_line(std::string(indent, ' ') + arrow + page.safe(finding.mend), indent + characters_in(arrow));
  }
}

}  // namespace

std::string doctor_page(const std::vector<DoctorFinding>& findings, const std::string& noise_sentence, bool utf8,
                        std::size_t columns, bool colour) {
  ConsoleOptions options;
  options.utf8 = utf8;
  options.columns = columns;
  options.colour = colour;
  Page page(options);
  std::vector<const DoctorFinding*> spoilers, unknown, good;
  std::size_t width = 0;
  for (const DoctorFinding& finding : findings) {
    (finding.state == "spoils" ? spoilers : finding.state == "good" ? good : unknown).push_back(&finding);
    width = std::max(width, characters_in(page.safe(finding.what)));
  }
  const auto section = [&](const std::vector<const DoctorFinding*>& ones, const std::string& title) {
    if (ones.empty()) {
      return;
    }
    page.add(title);
    for (const DoctorFinding* finding : ones) {
      print_finding(page, *finding, width, finding->state != "good");
    }
    page.blank();
  };
  section(spoilers, page.paint().bad(fmt::format("{} {} measuring here:", spoilers.size(),
                                                 spoilers.size() == 1 ? "thing SPOILS" : "things SPOIL")));
  section(unknown, page.paint().doubtful("could not be told:"));
  section(good, page.paint().good("good:"));
  if (!noise_sentence.empty()) {
    page.folded_line(page.safe(noise_sentence), 2, true);
  }
  std::string text;
  std::vector<std::string> lines = std::move(page).lines();
  if (!lines.empty() && lines.back().empty()) {
    lines.pop_back();
  }
  for (const std::string& line : lines) {
    text += line + "\n";
  }
  return text;
}

}  // namespace harness::report
