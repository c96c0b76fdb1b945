#include <harness/report/columns.hpp>

#include <algorithm>

#include <harness/report/console.hpp>

#include "../catch.hpp"
#include "rows.hpp"

using namespace harness::report;

namespace {

rows::Measurement full_row(double seconds = 70.7e-9) {
  rows::Measurement row = rows::measured_run()[0];
  row.samples.assign(3, {seconds, seconds});
  row.items_per_call = 16;
  row.bytes_per_call = 64;
  row.instructions_per_call = 1'234'567;
  return row;
}

std::string cell(const std::string& name, const rows::Measurement& row) {
  return cell_text(column_named(name, true), row, figures_of(row), true, false);
}
std::string labelled(const std::string& name, const rows::Measurement& row) {
  return labelled_text(column_named(name, true), row, figures_of(row), true);
}

}  // namespace

TEST_CASE("every known column has a figure in a row that every pass filled") {
  const auto row = full_row();
  CHECK(cell("time", row) == "70.7 ns");
  CHECK(cell("procs", row) == "n=3");
  CHECK(cell("p50", row) == "70.0 ns");
  CHECK(cell("p95", row) == "72.0 ns");
  CHECK(cell("p99", row) == "144 ns");
  CHECK(cell("samples", row) == "100x283");
  CHECK(cell("allocs", row) == "1");
  CHECK(cell("alloc_bytes", row) == "16B");
  CHECK(cell("peak", row) == "128B");
  CHECK(cell("leaked", row) == "0B");
  CHECK(cell("growths", row) == "3");
  CHECK(cell("items/s", row) == "226M/s");
  CHECK(cell("bytes/s", row) == "905MB/s");
  CHECK(cell("instructions", row) == "1234567");
  CHECK(cell("counter:swaps", row) == "2.50");
  for (const std::string& name : known_columns()) {
    CAPTURE(name);
    CHECK(is_column(name));
    if (name != "all" && name != "counters") {
      CHECK_FALSE(cell(name, row).empty());
    }
  }
}

TEST_CASE("what a pass could not tell is no figure, never zero") {
  const auto row = rows::measured("v1.0.0", "uniform", "16", 1e-6);
  for (const char* name : {"p50", "p95", "p99", "samples", "allocs", "alloc_bytes", "peak", "leaked", "growths",
                           "items/s", "bytes/s", "instructions", "counter:swaps"}) {
    CAPTURE(name);
    CHECK(cell(name, row).empty());
    CHECK((labelled(name, row).ends_with(" -") || labelled(name, row) == "swaps=-"));
  }
  auto without_growths = rows::with_memory(row, 3, 128);
  without_growths.memory->heap_growths.reset();
  CHECK(cell("growths", without_growths).empty());
  CHECK(cell("allocs", without_growths) == "3");
}

TEST_CASE("a label says what a figure is where no title does") {
  const auto row = full_row();
  CHECK(labelled("p95", row) == "p95 72.0 ns");
  CHECK(labelled("samples", row) == "100 samples of 283 calls");
  CHECK(labelled("peak", row) == "peak 128B");
  CHECK(labelled("items/s", row) == "226M items/s");
  CHECK(labelled("bytes/s", row) == "905MB/s");
  CHECK(labelled("cpu", row) == "CPU 70.7 ns");
  CHECK(labelled("counter:comparisons", row) == "comparisons=15");
}

TEST_CASE("cells keep to their columns whatever the magnitude") {
  for (double seconds = 1e-11; seconds < 1e4; seconds *= 1.37) {
    auto row = rows::with_latency(full_row(seconds), seconds, 1.2 * seconds, 65536);
    row.memory->allocs = row.memory->alloc_bytes = row.memory->peak_heap_bytes = row.memory->leaked_bytes = 1 / seconds;
    row.instructions_per_call = 1 / seconds;
    for (const std::string& name : known_columns()) {
      if (name == "all" || name == "counters") {
        continue;
      }
      const Column column = column_named(name, true);
      CAPTURE(name, seconds);
      CHECK(characters_in(cell_text(column, row, figures_of(row), true, true)) <= column.width);
    }
  }
}

TEST_CASE("a row names the columns that it can fill") {
  const std::vector<std::string> bare = columns_of(rows::measured("v1.0.0", "uniform", "16", 1e-6));
  CHECK(bare == std::vector<std::string>{"time", "spread", "procs", "calls", "cpu"});
  const std::vector<std::string> full = columns_of(full_row());
  CHECK(std::find(full.begin(), full.end(), "peak") != full.end());
  CHECK(full.back() == "counter:swaps");
  CHECK(columns_of(rows::failed("v1.0.0", "uniform", "16", "crashed")).empty());
}

TEST_CASE("what is no column is known as none") {
  CHECK_FALSE(is_column("alocs"));
  CHECK_FALSE(is_column(""));
  CHECK_FALSE(is_column("counter:"));
  CHECK(is_column("counter:comparisons"));
}

TEST_CASE("a counter's name cannot steer the terminal or take all of its width") {
  CHECK(column_named("counter:\x1b[2J", true).title == "\\x1b[2J");
  CHECK(column_named("counter:" + std::string(1000, 'x'), true).width < 30);
}
