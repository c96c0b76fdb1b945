// The floors table of ARCHITECTURE.md and the includes that it forbids.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace house {

struct Module {
  int floor = 0;
  std::vector<std::string> owns;  // beginnings of include paths that only this module may use, e.g. `boost/json`
};
using Floors = std::map<std::string, Module>;

// Reads rows of the form  | 0 | `model` | what it is | rooms | Boost.JSON (`boost/json`) |  under a heading row that
// begins with `| floor |`; the words in backticks of the last column are what the module owns. Empty without such a table.
Floors parse_floors(const std::string& markdown);

// One line for each include in `text` that the floors forbid to a file of `module`; `path` is for the message.
//  - a module includes itself and modules of lower floors; nothing of the tree outside of harness/
//  - what a module owns is included by nobody else
//  - `sdk` includes nothing but itself and the language's headers
std::vector<std::string> forbidden_includes(const Floors& floors, const std::string& module, const std::string& path,
                                            const std::string& text);

}  // namespace house
