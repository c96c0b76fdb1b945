#include <harness/report/xml_text.hpp>

#include <harness/report/figures.hpp>

namespace harness::report {

std::string xml_text(std::string_view text, std::size_t most_characters) {
  std::string shown;
  const std::string safe = printable(text, true, most_characters);
  for (std::size_t i = 0; i < safe.size(); ++i) {
    const std::string_view rest = std::string_view(safe).substr(i);
    if (rest.starts_with("\xef\xbf\xbe") || rest.starts_with("\xef\xbf\xbf")) {  // no characters of XML
      shown += '?';
      i += 2;
      continue;
    }
    switch (safe[i]) {
      case '&': shown += "&amp;"; break;
      case '<': shown += "&lt;"; break;
      case '>': shown += "&gt;"; break;
      case '"': shown += "&quot;"; break;
      case '\'': shown += "&#39;"; break;
      default: shown += safe[i];
    }
  }
  return shown;
}

}  // namespace harness::report
