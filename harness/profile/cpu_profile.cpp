#include <harness/profile/cpu_profile.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace harness::profile {
namespace {

static_assert(std::endian::native == std::endian::little && sizeof(void*) == 8);

constexpr std::size_t kMostMappings = 10'000;
constexpr std::size_t kWordBytes = 8;
constexpr std::uint64_t kLeastHeaderWords = 3, kMostHeaderWords = 64;
constexpr std::uint64_t kMostPeriod = 3'600'000'000;  // an hour, in microseconds
constexpr std::uint64_t kMostSamples = std::uint64_t{1} << 53;
constexpr const char* kRecord = "profile the solver again";
constexpr const char* kOwnMachine = "read it where it was recorded";

std::optional<std::uint64_t> hexadecimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The next word of a line, and what follows it.
std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(" \t"));
  line.remove_prefix(word.size());
  return word;
}

// `7f0c1000-7f0c2000 r-xp 00001000 00:01 1234   /memfd:two-sum-v2.0.0.so (deleted)`
std::optional<Mapping> mapping_of(std::string_view line) {
  const std::string_view range = take_word(line), rights = take_word(line), offset = take_word(line);
  const std::string_view device = take_word(line), inode = take_word(line);
  const auto dash = range.find('-');
  if (dash == std::string_view::npos || rights.size() != 4 || rights[2] != 'x' || inode.empty()) return std::nullopt;
  const bool are_numbers = device.find_first_not_of("0123456789abcdef:") == std::string_view::npos &&
                           inode.find_first_not_of("0123456789") == std::string_view::npos;
  if (!are_numbers || device.find(':') == std::string_view::npos) return std::nullopt;
  const auto begin = hexadecimal(range.substr(0, dash)), end = hexadecimal(range.substr(dash + 1));
  const auto offset_value = hexadecimal(offset);
  if (!begin || !end || !offset_value || *begin >= *end) return std::nullopt;
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
  return Mapping{*begin, *end, *offset_value, std::string(line)};
}

class Words {
 public:
  explicit Words(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  std::size_t size() const { return bytes_.size() / kWordBytes; }
  std::uint64_t operator[](std::size_t at) const {
    std::uint64_t word;
    std::memcpy(&word, bytes_.data() + at * kWordBytes, kWordBytes);
    return word;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

// One stack once, with the sum of its samples.
void sum_up(std::vector<RawStack>& stacks) {
  std::sort(stacks.begin(), stacks.end(),
            [](const RawStack& a, const RawStack& b) { return a.addresses < b.addresses; });
  std::size_t kept = 0;
  for (std::size_t i = 1; i < stacks.size(); ++i) {
    if (stacks[i].addresses == stacks[kept].addresses) {
      stacks[kept].samples += stacks[i].samples;
    } else if (++kept != i) {
      stacks[kept] = std::move(stacks[i]);
    }
  }
  if (!stacks.empty()) stacks.resize(kept + 1);
}

}  // namespace

std::vector<Mapping> read_mappings(std::string_view text) {
  std::vector<Mapping> mappings;
  while (!text.empty() && mappings.size() < kMostMappings) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (auto mapping = mapping_of(line)) mappings.push_back(std::move(*mapping));
  }
  std::stable_sort(mappings.begin(), mappings.end(),
                   [](const Mapping& a, const Mapping& b) { return a.begin < b.begin; });
  return mappings;
}

Result<RawProfile> read_cpu_profile(std::span<const std::uint8_t> bytes, const std::string& file) {
  const auto refuse = [&file](std::size_t word, const std::string& why, const char* next = kRecord) {
    return fail(fmt::format("{}: at byte {}", file, word * kWordBytes), why, next);
  };
  if (bytes.size() > kMostProfileBytes) {
    return refuse(kMostProfileBytes / kWordBytes,
                  fmt::format("the profile goes on, {} MiB are read", kMostProfileBytes >> 20));
  }
  const Words words(bytes);
  const auto ends = [&](const char* what) {
    return refuse(words.size(), fmt::format("the profile ends within its {}", what));
  };
  if (words.size() == 0) return refuse(0, "this is no CPU profile of gperftools: it has less than a word");

  // 0, 3: the other word size and byte order have the 3 elsewhere.
  constexpr std::uint64_t kOtherOrder = std::uint64_t{3} << 56;
  if (words[0] == std::uint64_t{3} << 32) {
    return refuse(0, "a profile of another machine: its words have 32 bits", kOwnMachine);
  }
  if (words[0] == kOtherOrder) {
    return refuse(0, "a profile of another machine: its words have 32 bits, the highest byte first", kOwnMachine);
  }
  if (words[0] != 0) return refuse(0, "this is no CPU profile of gperftools: it does not begin with 0");
  if (words.size() < 2) return ends("header");
  if (words[1] == kOtherOrder) {
    return refuse(1, "a profile of another machine: its words have the highest byte first", kOwnMachine);
  }
  if (words[1] < kLeastHeaderWords || words[1] > kMostHeaderWords) {
    return refuse(
        1, fmt::format("expected a header of {} to {} words, found {}", kLeastHeaderWords, kMostHeaderWords, words[1]));
  }
  const std::size_t first = 2 + static_cast<std::size_t>(words[1]);
  if (words.size() < first) return ends("header");
  if (words[2] != 0) return refuse(2, fmt::format("expected version 0 of the format, found {}", words[2]));
  if (words[3] == 0 || words[3] > kMostPeriod) {
    return refuse(3, fmt::format("expected a period of 1 to {} microseconds, found {}", kMostPeriod, words[3]));
  }

  RawProfile profile;
  profile.seconds_per_sample = static_cast<double>(words[3]) * 1e-6;
  std::uint64_t samples = 0;
  for (std::size_t at = first;;) {
    if (words.size() - at < 2) return ends("stacks");
    const std::uint64_t count = words[at], depth = words[at + 1];
    if (depth == 0 || depth > kMostFrames) {
      return refuse(at + 1, fmt::format("expected a stack of 1 to {} frames, found {}", kMostFrames, depth));
    }
    if (words.size() - at - 2 < depth) return ends("stacks");
    const bool is_trailer = count == 0 && depth == 1 && words[at + 2] == 0;
    if (count == 0 && !is_trailer) return refuse(at, "expected a stack of at least one sample, found none");
    if (count > kMostSamples - samples) {
      return refuse(at, fmt::format("expected at most 2^53 samples, found {} of one stack", count));
    }
    samples += count;
    at += 2;
    if (is_trailer) {
      const std::size_t text = (at + 1) * kWordBytes;
      profile.mappings = read_mappings({reinterpret_cast<const char*>(bytes.data()) + text, bytes.size() - text});
      break;
    }
    RawStack stack;
    stack.samples = count;
    for (std::size_t i = 0; i < depth; ++i) {
      // Some unwinders give the interrupted address twice: by the signal's context and as the first frame.
      if (i != 1 || words[at + 1] != words[at]) stack.addresses.push_back(words[at + i]);
    }
    at += depth;
    profile.stacks.push_back(std::move(stack));
  }
  sum_up(profile.stacks);
  return profile;
}

}  // namespace harness::profile
