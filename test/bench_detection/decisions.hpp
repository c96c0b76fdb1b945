// One decision, made as `harness --ab` makes it.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>

#include "cells.hpp"
#include "records.hpp"

namespace detection {

struct Places {
  std::filesystem::path plugins, datasets, programs;
};

// Keeps one core busy as long as it lives, in a child of its own that ends with this program, or after two minutes.
class Busy {
 public:
  Busy();
  ~Busy();
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  pid_t child_ = -1;
};

// The cell's question, asked once more. `index` numbers its decisions: other layouts take turns by it. Nothing: `stop`
// became true before there was an answer.
std::optional<Record> decide(const Cell& cell, std::size_t index, const Places& places, std::atomic<bool>& stop);

struct Instructions {
  double ratio = 0;   // of the slower version to its reference
  std::string why;    // not empty: could not be counted
};
Instructions count_instructions(const std::string& function, int percent, const Places& places, std::atomic<bool>& stop);

}  // namespace detection
