// The records as Markdown: rates with counts and exact bounds, seconds, and the aims they are held against.
#pragma once

#include <vector>

#include "cells.hpp"
#include "records.hpp"
#include "rivals.hpp"

namespace detection {

// Prints what there is. False when an aim is missed whose decisions have all been made.
bool print_tables(const std::vector<Cell>& cells, const Records& records, const Rivals& rivals);

}  // namespace detection
