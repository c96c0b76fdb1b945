// The documents' console blocks: commands with the output that they are promised to have.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace docs {

struct Step {
  int line = 0;                       // of the command, 1-based
  std::string command;                // what follows `$ `
  std::vector<std::string> expected;  // the lines under it
};

struct Block {
  int line = 0;  // of its opening fence
  std::vector<Step> steps;
};

// All fenced blocks marked `console`, in order. Lines before the first `$ ` of a block are dropped.
std::vector<Block> console_blocks(const std::string& markdown);

// The texts of all fenced blocks marked `language`.
std::vector<std::string> fenced_texts(const std::string& markdown, const std::string& language);

// A block is executed when each of its commands is `harness ...`, `scripts/harness ...` or one of `echo`, `cat`, `ls`.
bool is_executed(const Block& block);

// The first difference in one line, nothing when `actual` is what the document says. Loosely:
//  - a line `...` stands for any number of lines, ` ...` or `...` inside of a line for any text
//  - a figure with a unit (`1.23 μs`, `4 ± 1 %`, `11.2M/s`, `1.34 ± 0.02 times`) matches any figure with a unit
//  - runs of spaces count as one: columns are as wide as their figures
//  - ` CPU ...` or ` p95 ...` at the end of a row, which tell that the processor was shared, may be there or not
std::optional<std::string> first_difference(const std::vector<std::string>& expected,
                                            const std::vector<std::string>& actual);

}  // namespace docs
