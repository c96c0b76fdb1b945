// Numbers with a unit, as they are typed: `2%`, `0.5%`, `5s`, `500ms`.
#pragma once

#include <string>

#include <harness/model/error.hpp>

namespace harness::cli {

// `2%` -> 0.02. From 0.01% to 1000%; without the sign it is refused, because 2 and 0.02 could both be meant.
Result<double> read_percent(const std::string& flag, const std::string& text);

// `5s`, `500ms`, `2min`; from 1ms to 24h. Without a unit: seconds.
Result<double> read_seconds(const std::string& flag, const std::string& text);

}  // namespace harness::cli
