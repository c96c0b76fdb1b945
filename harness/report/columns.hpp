// The columns of a row beside the trial's name: how each is called, how wide it is, and its text.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <harness/model/measurement.hpp>
#include <harness/report/figures.hpp>

namespace harness::report {

struct Column {
  std::string name;       // as --columns has it; `counter:NAME` is one of the solver's own
  std::string title;      // what stands over it
  std::size_t width = 0;  // of its cells, in characters; no cell of a known column is wider
  bool left = false;      // cells begin below each other, instead of ending there
};

// Precondition: is_column(name), and neither `all` nor `counters`, which stand for several.
Column column_named(const std::string& name, bool utf8);

// The column's text for a row with figures; "" = the row has no such figure (the pass was off, or could not be made).
// Times have their numbers and units below each other where `aligned`.
std::string cell_text(const Column& column, const model::Measurement& row, const Figures& figures, bool utf8,
                      bool aligned);
// The same where no title stands over it: `p95 12.4 ms`, `peak 410KB`, `11.2M items/s`, `comparisons=120`; `growths -`
// where there is no figure.
std::string labelled_text(const Column& column, const model::Measurement& row, const Figures& figures, bool utf8);

// Every column that the row has a figure for, the solver's own counters last.
std::vector<std::string> columns_of(const model::Measurement& row);

}  // namespace harness::report
