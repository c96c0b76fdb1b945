#include <harness/worker/generated.hpp>

#include <algorithm>
#include <cmath>

#include <harness/sdk/cbor.hpp>

namespace harness::worker {

tl::expected<Worker::Generated, const char*> split_generated(std::span<const std::uint8_t> made) {
  const auto refuse = [](const char* why) { return tl::unexpected<const char*>(why); };
  sdk::cbor::Reader reader(made);
  std::uint64_t pairs = 0;
  if (!reader.map(pairs)) return refuse("no map of \"args\" and \"expect\"");
  Worker::Generated generated;
  bool has_args = false;
  for (std::uint64_t i = 0; i < pairs; ++i) {
    std::string_view key;
    if (!reader.text(key)) return refuse("a map whose keys are no strings");
    const auto kind = reader.peek();
    const auto begin = reader.offset();
    if (!reader.skip()) return refuse("a document that is cut off or malformed");
    const auto value = made.subspan(begin, reader.offset() - begin);
    if (key == "args" && !has_args) {
      if (kind != sdk::cbor::Kind::kArray && kind != sdk::cbor::Kind::kNumbers)
        return refuse("\"args\" that are no array");
      generated.args.assign(value.begin(), value.end());
      has_args = true;
    } else if (key == "expect" && !generated.expect) {
      generated.expect.emplace(value.begin(), value.end());
    } else {
      return refuse("a key that is neither \"args\" nor \"expect\", or one twice");
    }
  }
  if (!reader.at_end()) return refuse("something behind the end of the document");
  if (!has_args) return refuse("no \"args\"");
  return generated;
}

tl::expected<std::vector<std::pair<std::string, double>>, const char*> read_counters(
    std::span<const std::uint8_t> told) {
  const auto refuse = [](const char* why) { return tl::unexpected<const char*>(why); };
  constexpr std::size_t kLongestName = 64;
  sdk::cbor::Reader reader(told);
  std::uint64_t pairs = 0;
  if (!reader.map(pairs)) return refuse("what is no map");
  if (pairs > kMostCounters) return refuse("more than 64 names");
  std::vector<std::pair<std::string, double>> counters;
  for (std::uint64_t i = 0; i < pairs; ++i) {
    std::string_view name;
    if (!reader.text(name)) return refuse("a map whose keys are no strings");
    const auto shown = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; };
    if (name.empty() || name.size() > kLongestName || !std::all_of(name.begin(), name.end(), shown))
      return refuse("a name that is empty, longer than 64 bytes or not printable");
    for (const auto& [known, value] : counters)
      if (known == name) return refuse("a name twice");
    double value = 0;
    std::int64_t whole = 0;
    if (reader.peek() == sdk::cbor::Kind::kFloating ? !reader.floating(value) : !reader.integer(whole))
      return refuse("a value that is no number");
    value += static_cast<double>(whole);
    if (!std::isfinite(value)) return refuse("a number that is not finite");
    counters.emplace_back(name, value);
  }
  if (!reader.at_end()) return refuse("something behind the end of the map");
  return counters;
}

}  // namespace harness::worker
