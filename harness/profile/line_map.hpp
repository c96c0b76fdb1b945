// Lines of one file in two versions: which is which although they moved.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace harness::profile {

// The longest common run of lines is kept in place; of what lies between two kept lines the first is taken for the
// first, the second for the second: an edited line stays the line that it was.
class LineMap {
 public:
  LineMap(const std::vector<std::string>& old_lines, const std::vector<std::string>& new_lines);
  // Lines count from 1; nothing = the line is new.
  std::optional<std::uint32_t> old_line(std::uint32_t new_line) const;

 private:
  std::vector<std::uint32_t> old_of_;  // 0 = none
};

// The lines of a file, as far as `text` knows them; at most 5,000.
std::vector<std::string> lines_of_file(const std::function<std::string(const std::string&, std::uint32_t)>& text,
                                       const std::string& file);

}  // namespace harness::profile
