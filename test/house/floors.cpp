#include "floors.hpp"

#include <regex>

#include "repository.hpp"

namespace house {
namespace {

std::vector<std::string> cells_of(const std::string& row) {
  std::vector<std::string> cells;
  std::size_t from = row.find('|');
  while (from != std::string::npos) {
    const auto to = row.find('|', from + 1);
    if (to == std::string::npos) {
      break;
    }
    cells.push_back(row.substr(from + 1, to - from - 1));
    from = to;
  }
  return cells;
}

std::vector<std::string> words_in_backticks(const std::string& text) {
  static const std::regex kWord("`([^`]+)`");
  std::vector<std::string> words;
  for (std::sregex_iterator found(text.begin(), text.end(), kWord), end; found != end; ++found) {
    words.push_back((*found)[1]);
  }
  return words;
}

bool begins_with(const std::string& text, const std::string& beginning) {
  return text.compare(0, beginning.size(), beginning) == 0;
}

}  // namespace

Floors parse_floors(const std::string& markdown) {
  Floors floors;
  bool in_table = false;
  for (const auto& line : lines_of(markdown)) {
    if (begins_with(line, "| floor |")) {
      in_table = true;
    } else if (!begins_with(line, "|")) {
      in_table = false;
    } else if (in_table && !begins_with(line, "|-")) {
      const auto cells = cells_of(line);
      const auto names = cells.size() >= 5 ? words_in_backticks(cells[1]) : std::vector<std::string>();
      if (names.size() == 1) {
        floors[names[0]] = Module{std::stoi(cells[0]), words_in_backticks(cells[4])};
      }
    }
  }
  return floors;
}

std::vector<std::string> forbidden_includes(const Floors& floors, const std::string& module, const std::string& path,
                                            const std::string& text) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])");
  static const std::regex kOfTree(R"(^harness/([^/]+)/)");
  std::vector<std::string> faults;
  const auto self = floors.find(module);
  if (self == floors.end()) {
    return {path + ": harness/" + module + " has no row in the floors table"};
  }
  int number = 0;
  for (const auto& line : lines_of(text)) {
    ++number;
    std::smatch include;
    if (!std::regex_search(line, include, kInclude)) {
      continue;
    }
    const std::string header = include[1];
    const auto fault = [&](const std::string& why) {
      faults.push_back(path + ":" + std::to_string(number) + ": includes <" + header + ">: " + why);
    };
    std::smatch of_tree;
    if (std::regex_search(header, of_tree, kOfTree)) {
      const auto used = floors.find(of_tree[1]);
      if (used == floors.end()) {
        fault("harness/" + of_tree[1].str() + " has no row in the floors table");
      } else if (used->first != module && used->second.floor >= self->second.floor) {
        fault(module + " (floor " + std::to_string(self->second.floor) + ") may only use lower floors, " + used->first +
              " is on " + std::to_string(used->second.floor));
      }
      continue;
    }
    if (begins_with(header, "solvers/") || begins_with(header, "datasets/") || begins_with(header, "test/") ||
        begins_with(header, "../")) {
      fault("the program includes nothing of the tree outside of harness/");
    }
    if (module == "sdk" && header.find('/') != std::string::npos) {
      fault("sdk has no dependency");
    }
    for (const auto& [owner, row] : floors) {
      for (const auto& owned : row.owns) {
        if (owner != module && begins_with(header, owned)) {
          fault("only " + owner + " may include " + owned);
        }
      }
    }
  }
  return faults;
}

}  // namespace house
