// Checks of pictures as XML.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace xml {

// What of well-formed XML this picture can break: tags that nest, attributes in quotes, only known entities and allowed
// characters, one root. Empty: it is well-formed.
inline std::string fault_in(const std::string& text) {
  std::vector<std::string> open;
  std::size_t roots = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 && c != '\n') return "a control character";
    if (text[i] == '&') {
      const std::string entity = text.substr(i, text.find(';', i) - i + 1);
      if (entity != "&amp;" && entity != "&lt;" && entity != "&gt;" && entity != "&quot;" && entity != "&#39;")
        return entity;
    }
    if (text[i] == '>') return "a stray >";
    if (text[i] != '<') {
      if (open.empty() && text[i] != '\n') return "text outside of the root";
      continue;
    }
    if (text.compare(i, 9, "<![CDATA[") == 0) {
      i = text.find("]]>", i);
      if (i == std::string::npos) return "an open CDATA section";
      i += 2;
      continue;
    }
    const auto end = text.find('>', i);
    if (end == std::string::npos) return "an open tag";
    std::string tag = text.substr(i + 1, end - i - 1);
    if (tag.find('<') != std::string::npos) return "a < inside of a tag";
    if (std::count(tag.begin(), tag.end(), '"') % 2 != 0) return "an open quote";
    i = end;
    if (tag.starts_with("/")) {
      if (open.empty() || open.back() != tag.substr(1)) return "</" + tag.substr(1) + "> closes nothing";
      open.pop_back();
      continue;
    }
    const std::string name = tag.substr(0, tag.find_first_of(" /"));
    if (open.empty() && ++roots > 1) return "a second root";
    if (!tag.ends_with("/")) open.push_back(name);
  }
  return open.empty() && roots == 1 ? "" : "an element that is not closed";
}

inline std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++count;
  return count;
}

}  // namespace xml
