#include <harness/store/input_cache.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <span>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <harness/model/sha256.hpp>
#include <harness/store/atomic_file.hpp>
#include <harness/store/input_file.hpp>
#include <harness/store/user_directory.hpp>

namespace harness::store {
namespace {

namespace fs = std::filesystem;

// A kept input: this head, the arguments, the expected answer. Little endian, as the machine that wrote it.
struct Head {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t has_expect;
  std::uint64_t args_size;
  std::uint64_t expect_size;
  std::array<char, 64> sha256;  // of key, sizes and both payloads, in hexadecimal
};
static_assert(sizeof(Head) == 96);

constexpr std::array<char, 8> kMagic = {'H', 'R', 'N', 'I', 'N', 'P', 'U', 'T'};
constexpr std::uint32_t kVersion = 1;
constexpr const char* kExtension = ".input";

std::string text_of(const InputCache::Key& key) {
  // Lengths keep ("a", "bc") apart from ("ab", "c").
  return fmt::format("{}:{} {}:{} {} {}", key.problem_code_hash.size(), key.problem_code_hash, key.generator.size(),
                     key.generator, key.size, key.seed);
}

fs::path file_of(const fs::path& directory, const InputCache::Key& key) {
  return directory / (model::Sha256().add(text_of(key)).hex() + kExtension);
}

std::string checksum(const InputCache::Key& key, const Head& head, const model::Bytes& args,
                     const model::Bytes& expect) {
  return model::Sha256()
      .add(fmt::format("{} {} {} {}\n", text_of(key), head.has_expect, head.args_size, head.expect_size))
      .add(args)
      .add(expect)
      .hex();
}

// Nothing: the file is damaged.
std::optional<GeneratedInput> read_input(InputFile& file, const InputCache::Key& key) {
  Head head;
  const auto got = file.read(reinterpret_cast<char*>(&head), sizeof(head));
  if (file.size() < sizeof(head) || !got || *got != sizeof(head) || head.magic != kMagic || head.version != kVersion ||
      head.has_expect > 1)
    return std::nullopt;
  const std::uint64_t payload = file.size() - sizeof(head);
  if (head.args_size > payload || head.expect_size != payload - head.args_size ||
      (!head.has_expect && head.expect_size > 0)) {
    return std::nullopt;
  }
  GeneratedInput input;
  model::Bytes expect;
  const auto fill = [&file](model::Bytes& bytes, std::uint64_t size) {
    bytes.resize(static_cast<std::size_t>(size));
    const auto read = file.read(reinterpret_cast<char*>(bytes.data()), bytes.size());
    return read && *read == bytes.size();
  };
  if (!fill(input.args, head.args_size) || !fill(expect, head.expect_size)) return std::nullopt;
  const std::string expected = checksum(key, head, input.args, expect);
  if (!std::equal(expected.begin(), expected.end(), head.sha256.begin(), head.sha256.end())) return std::nullopt;
  if (head.has_expect) input.expect = std::move(expect);
  return input;
}

// Removes what was used longest ago until `most_bytes` hold, and temporary files that a crash left behind.
void make_room(const fs::path& directory, std::uint64_t most_bytes) {
  struct Kept {
    fs::file_time_type used;
    std::uint64_t bytes;
    fs::path file;
  };
  std::vector<Kept> kept;
  std::uint64_t total = 0;
  std::error_code failed;
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(1);
  fs::directory_iterator entry(directory, failed);
  for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    std::error_code gone;
    const fs::path& file = entry->path();
    const auto used = entry->last_write_time(gone);
    const std::uint64_t bytes = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
    if (gone) continue;
    if (file.extension() == ".tmp" && used < long_ago) fs::remove(file, gone);
    if (file.extension() != kExtension) continue;
    kept.push_back({used, bytes, file});
    total += bytes;
  }
  std::sort(kept.begin(), kept.end(), [](const Kept& a, const Kept& b) { return a.used < b.used; });
  for (const Kept& oldest : kept) {
    if (total <= most_bytes) return;
    std::error_code ignored;
    fs::remove(oldest.file, ignored);
    total -= oldest.bytes;
  }
}

}  // namespace

InputCache::InputCache(fs::path directory, std::uint64_t most_bytes)
    : directory_(std::move(directory)), most_bytes_(most_bytes) {}

fs::path InputCache::default_directory() {
  const fs::path base = user_directory("XDG_CACHE_HOME", ".cache");
  return base.empty() ? base : base / "inputs";
}

std::optional<GeneratedInput> InputCache::find(const Key& key) const {
  if (directory_.empty()) return std::nullopt;
  const fs::path path = file_of(directory_, key);
  auto file = InputFile::open(path);
  if (!file) return std::nullopt;
  auto input = read_input(*file, key);
  if (input) {
    ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);  // used now
  } else {
    ::unlink(path.c_str());
  }
  return input;
}

Result<void> InputCache::keep(const Key& key, const GeneratedInput& input) {
  if (directory_.empty()) {
    return fail("input cache", "expected XDG_CACHE_HOME or HOME to be an absolute path, found neither",
                "inputs are made anew");
  }
  const model::Bytes none;
  const model::Bytes& expect = input.expect ? *input.expect : none;
  const std::uint64_t size = sizeof(Head) + input.args.size() + expect.size();
  if (size > most_bytes_) {
    return fail("input cache",
                fmt::format("expected at most {} bytes for all inputs, found one of {}", most_bytes_, size),
                "it is made anew");
  }
  if (const int error = make_user_directories(directory_); error != 0) {
    return fail(directory_.string(), "cannot be created: " + system_words(error), "inputs are made anew");
  }
  make_room(directory_, most_bytes_ - size);

  Head head{kMagic, kVersion, input.expect ? 1u : 0u, input.args.size(), expect.size(), {}};
  const std::string hash = checksum(key, head, input.args, expect);
  std::copy(hash.begin(), hash.end(), head.sha256.begin());
  auto file = AtomicFile::create(file_of(directory_, key));
  if (!file) return tl::unexpected(file.error());
  for (const std::span<const std::uint8_t> part :
       {std::span<const std::uint8_t>(reinterpret_cast<const std::uint8_t*>(&head), sizeof(head)),
        std::span<const std::uint8_t>(input.args), std::span<const std::uint8_t>(expect)}) {
    if (auto written = file->write(part); !written) return written;
  }
  return file->commit();
}

}  // namespace harness::store
