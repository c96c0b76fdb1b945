#include "cells.hpp"

#include <algorithm>

namespace detection {
namespace {

struct Counts {
  std::size_t same, slower;
};

Counts counts_of(const Function& function, bool quick) {
  if (function.seconds < 50e-6) return quick ? Counts{24, 2} : Counts{1500, 60};
  if (function.seconds < 10e-3) return quick ? Counts{6, 2} : Counts{150, 60};
  return quick ? Counts{2, 1} : Counts{60, 30};
}

Cell cell_of(const Function& function, Kind kind, int percent, bool loaded) {
  Cell cell;
  cell.function = function.name;
  cell.kind = kind;
  cell.percent = percent;
  cell.loaded = loaded;
  cell.min_effect = percent == 1 ? 0.01 : 0.02;
  const std::string what = kind == Kind::kSameCode      ? "same"
                           : kind == Kind::kOtherLayout ? "layout"
                                                        : "+" + std::to_string(percent) + "%";
  cell.id = function.name + "/" + what + (loaded ? "/load" : "/quiet");
  return cell;
}

}  // namespace

const std::vector<Function>& functions() {
  static const std::vector<Function> all = {
      {"arithmetic", "10 ns", 10e-9, 0.2}, {"interpreter", "1 us", 1e-6, 0.3},    {"hash-map", "100 us", 100e-6, 0.6},
      {"sort", "5 ms", 5e-3, 1.2},         {"memory-walk", "20 ms", 20e-3, 2.5}, {"edit-distance", "90 ms", 90e-3, 5}};
  return all;
}

std::vector<Cell> plan(bool quick) {
  std::vector<Cell> cells;
  for (const bool loaded : {false, true}) {
    for (const Function& function : functions()) {
      const Counts counts = counts_of(function, quick), all = counts_of(function, false);
      const auto share = [&](std::size_t count) { return loaded ? (count + 2) / 3 : count; };
      const auto add = [&](Kind kind, int percent, std::size_t count, std::size_t judged) {
        if (loaded && quick && percent != 0 && percent != 5) return;
        cells.push_back(cell_of(function, kind, percent, loaded));
        cells.back().count = share(count);
        cells.back().judged = share(judged);
      };
      add(Kind::kSameCode, 0, counts.same, all.same);
      if (!quick || !loaded) add(Kind::kOtherLayout, 0, std::max<std::size_t>(counts.same / 10, quick ? 1 : 6), all.same / 10);
      for (const int percent : {1, 2, 5, 10}) add(Kind::kSlower, percent, counts.slower, all.slower);
    }
  }
  // 60 and 20 over three cases.
  std::size_t slower = 7;
  for (const char* name : {"arithmetic", "interpreter", "hash-map"}) {
    const Function& function = *std::find_if(functions().begin(), functions().end(), [&](const auto& one) { return one.name == name; });
    for (const int percent : {0, 5}) {
      Cell cell = cell_of(function, percent == 0 ? Kind::kSameCode : Kind::kSlower, percent, false);
      cell.id = "programs/" + cell.id;
      cell.programs = true;
      cell.min_effect = 0.05;
      cell.judged = percent == 0 ? 20 : slower;
      cell.count = quick ? 1 : cell.judged;
      cells.push_back(cell);
    }
    slower = name == std::string("interpreter") ? 6 : 7;
  }
  return cells;
}

}  // namespace detection
