#include <harness/bench/flags.hpp>

#include <regex.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace harness::bench {
namespace {

std::optional<bool> parse_bool(std::string value) {
  std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const auto* yes : {"", "1", "t", "true", "y", "yes", "on"}) {
    if (value == yes) return true;
  }
  for (const auto* no : {"0", "f", "false", "n", "no", "off"}) {
    if (value == no) return false;
  }
  return std::nullopt;
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> parse_seconds(std::string_view text) {
  if (text.ends_with('s')) text.remove_suffix(1);
  const auto seconds = parse_number<double>(text);
  if (!seconds || !std::isfinite(*seconds) || *seconds < 0) return std::nullopt;
  return seconds;
}

// Of the report's context, see docs/formats.md.
bool is_own_key(std::string_view key) {
  for (const auto* own : {"harness_schema", "harness_version", "run_id", "git_sha", "git_dirty", "machine", "isolation", "allocator"}) {
    if (key == own) return true;
  }
  return key.starts_with("solver:") || key.starts_with("skipped:");
}

tl::unexpected<Error> bad_value(const std::string& name, const std::string& expected, const std::string& found) {
  return fail("--benchmark_" + name, fmt::format("expected {}, found \"{}\"", expected, found));
}

Result<void> take(Flags& flags, const std::string& name, const std::string& value) {
  const auto boolean = [&](bool& target) -> Result<void> {
    const auto parsed = parse_bool(value);
    if (!parsed) return bad_value(name, "true or false", value);
    target = *parsed;
    return {};
  };
  const auto one_of = [&](std::string& target, std::initializer_list<const char*> words) -> Result<void> {
    for (const auto* word : words) {
      if (value == word) {
        target = value;
        return {};
      }
    }
    return bad_value(name, fmt::format("one of {}", fmt::join(words, ", ")), value);
  };

  if (name == "filter") {
    flags.filter = value;
    return {};
  }
  if (name == "list_tests") return boolean(flags.list_tests);
  if (name == "dry_run") return boolean(flags.dry_run);
  if (name == "format") return one_of(flags.format, {"console", "json", "csv"});
  if (name == "out_format") return one_of(flags.out_format, {"json", "csv", "console"});
  if (name == "out") {
    flags.out = value;
    return {};
  }
  if (name == "color") {
    if (value == "auto") return {};
    const auto parsed = parse_bool(value);
    if (!parsed) return bad_value(name, "auto, true or false", value);
    flags.color = *parsed ? "yes" : "no";
    return {};
  }
  if (name == "repetitions") {
    const auto count = parse_number<std::uint64_t>(value);
    if (!count || *count < 1 || *count > 1'000'000) return bad_value(name, "a whole number from 1 to 1000000", value);
    flags.repetitions = *count;
    return {};
  }
  if (name == "min_time") {
    if (value.ends_with('x')) {
      const auto calls = parse_number<std::uint64_t>(std::string_view(value).substr(0, value.size() - 1));
      if (!calls || *calls < 1 || *calls > 1'000'000'000) {
        return bad_value(name, "seconds (0.05, 0.05s) or a number of calls (30x)", value);
      }
      flags.fixed_calls = *calls;
      return {};
    }
    const auto seconds = parse_seconds(value);
    if (!seconds || *seconds > 86'400) return bad_value(name, "seconds (0.05, 0.05s) or a number of calls (30x)", value);
    flags.min_time_seconds = *seconds;
    flags.fixed_calls.reset();
    return {};
  }
  if (name == "min_warmup_time") {
    const auto seconds = parse_seconds(value);
    if (!seconds || *seconds > 86'400) return bad_value(name, "seconds", value);
    flags.min_warmup_seconds = *seconds;
    return {};
  }
  if (name == "perf_counters") {
    if (value.empty()) return {};
    return fail("--benchmark_perf_counters", "would count this process, while the solver runs in a worker of its own",
                "leave it out");
  }
  bool ignored = false;
  for (const auto* word :
       {"enable_random_interleaving", "report_aggregates_only", "display_aggregates_only", "counters_tabular"}) {
    if (name != word) continue;
    if (auto parsed = boolean(ignored); !parsed) return parsed;
    flags.passed.push_back(fmt::format("--benchmark_{}={}", name, ignored ? "true" : "false"));
    return {};
  }
  if (name == "time_unit") {
    std::string unit;
    if (auto parsed = one_of(unit, {"ns", "us", "ms", "s"}); !parsed) return parsed;
    flags.passed.push_back("--benchmark_time_unit=" + unit);
    return {};
  }
  if (name == "context") {
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto pair = rest.substr(0, rest.find(','));
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || equals == 0) return bad_value(name, "key=value pairs, comma separated", value);
      if (is_own_key(pair.substr(0, equals))) {
        return bad_value(name, "keys other than those that every report has", std::string(pair.substr(0, equals)));
      }
      rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    }
    flags.passed.push_back("--benchmark_context=" + value);
    return {};
  }
  return fail("--benchmark_" + name, "is not a flag of Google Benchmark that this program knows", "see harness --help");
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

struct Filter::Compiled {
  regex_t expression{};
  Compiled() = default;
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
  ~Compiled() { regfree(&expression); }
};

Result<Filter> Filter::parse(const std::string& text) {
  constexpr std::size_t kMostCharacters = 1000;
  if (text.size() > kMostCharacters) {
    return fail("--benchmark_filter", fmt::format("expected at most {} characters, found {}", kMostCharacters, text.size()));
  }
  Filter filter;
  filter.text_ = text;
  auto expression = text;
  if (expression.starts_with('-')) {
    filter.negative_ = true;
    expression.erase(0, 1);
  }
  filter.everything_ = expression.empty() || expression == "all";
  if (filter.everything_) return filter;
  auto compiled = std::make_shared<Compiled>();
  if (const int error = regcomp(&compiled->expression, expression.c_str(), REG_EXTENDED | REG_NOSUB); error != 0) {
    std::array<char, 200> words{};
    regerror(error, &compiled->expression, words.data(), words.size());
    compiled->expression = {};
    return fail("--benchmark_filter", fmt::format("\"{}\" is not a regular expression: {}", text, words.data()));
  }
  filter.expression_ = std::move(compiled);
  return filter;
}

bool Filter::matches(const std::string& name) const {
  const bool found = everything_ || regexec(&expression_->expression, name.c_str(), 0, nullptr, 0) == 0;
  return found != negative_;
}

bool is_benchmark_flag(std::string_view argument) {
  return argument.starts_with("--benchmark_") || argument.starts_with("--v=");
}

Result<Flags> parse_flags(const std::vector<std::string>& arguments,
                          const std::function<const char*(const char*)>& environment) {
  Flags flags;
  for (const auto* name : {"filter", "format", "out", "out_format", "min_time", "min_warmup_time", "repetitions", "color",
                           "list_tests", "dry_run", "enable_random_interleaving", "report_aggregates_only", "display_aggregates_only",
                           "counters_tabular", "time_unit", "context", "perf_counters"}) {
    std::string variable = fmt::format("benchmark_{}", name);
    std::transform(variable.begin(), variable.end(), variable.begin(), [](unsigned char c) { return std::toupper(c); });
    const char* value = environment(variable.c_str());
    if (value == nullptr || *value == '\0') continue;
    if (auto taken = take(flags, name, value); !taken) {
      return fail(variable, taken.error().why, "it is set in the environment");
    }
  }
  for (const auto& argument : arguments) {
    if (argument.starts_with("--v=")) {
      const auto verbosity = parse_number<int>(argument.substr(4));
      if (!verbosity) return fail("--v", fmt::format("expected a whole number, found \"{}\"", argument.substr(4)));
      flags.passed.push_back(argument);
      continue;
    }
    const auto rest = argument.substr(std::string_view("--benchmark_").size());
    const auto equals = rest.find('=');
    const auto name = rest.substr(0, equals);
    if (auto taken = take(flags, name, equals == std::string::npos ? "" : rest.substr(equals + 1)); !taken) {
      return tl::unexpected(taken.error());
    }
  }
  if (flags.dry_run) {
    flags.repetitions = 1;
    flags.fixed_calls = 1;
    flags.min_warmup_seconds = 0;
  }
  return flags;
}

std::uint64_t calls_for(const Flags& flags, double seconds_per_call) {
  if (flags.fixed_calls) return *flags.fixed_calls;
  const double calls = std::ceil(flags.min_time_seconds / std::max(seconds_per_call, 1e-12));
  return static_cast<std::uint64_t>(std::clamp(calls, 1.0, 1e9));
}

std::vector<std::string> nearest(const std::string& wanted, const std::vector<std::string>& names) {
  std::vector<std::pair<std::size_t, std::string>> by_distance;
  for (const auto& name : names) by_distance.emplace_back(edit_distance(wanted.substr(0, 200), name), name);
  std::sort(by_distance.begin(), by_distance.end());
  by_distance.erase(std::unique(by_distance.begin(), by_distance.end()), by_distance.end());
  std::vector<std::string> best;
  for (const auto& [distance, name] : by_distance) {
    if (best.size() == 3) break;
    best.push_back(name);
  }
  return best;
}

}  // namespace harness::bench
