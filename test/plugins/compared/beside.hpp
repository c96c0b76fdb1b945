// Is another solver loaded into this process as well? Mapped files carry the names of the libraries.
#pragma once

#include <fstream>
#include <string>

// `variant`: what only this solver's own name holds.
inline bool is_alone(const std::string& variant) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find("two-sum-v") != std::string::npos && line.find(variant) == std::string::npos) return false;
  }
  return true;
}
