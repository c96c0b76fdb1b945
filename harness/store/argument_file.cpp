#include <harness/store/argument_file.hpp>

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include <harness/model/sha256.hpp>
#include <harness/model/text.hpp>
#include <harness/store/input_file.hpp>

namespace harness::store {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 32;

tl::unexpected<ArgumentFileFault> refuse(std::string expected, std::string found) {
  return tl::unexpected(ArgumentFileFault{ArgumentFileFault::Key::kFile, std::move(expected), std::move(found)});
}

}  // namespace

tl::expected<std::vector<char>, ArgumentFileFault> read_argument_file(const fs::path& directory,
                                                                      const std::string& file,
                                                                      const std::string& sha256) {
  if (directory.empty()) return refuse("an argument written out", "a file");
  const fs::path relative(file);
  const bool leaves = relative.is_absolute() || std::find(relative.begin(), relative.end(), "..") != relative.end();
  const auto outside = [&] { return refuse("a file inside of the dataset's folder", model::in_quotes(file)); };
  if (leaves) return outside();
  std::error_code failed;
  const fs::path home = fs::canonical(directory, failed);
  const fs::path target = failed ? fs::path() : fs::canonical(home / relative, failed);
  if (failed) {
    return refuse("a file beside the dataset", fmt::format("{}: {}", model::in_quotes(file), failed.message()));
  }
  // Component by component: `/data/x-evil` is not inside of `/data/x`.
  if (std::mismatch(home.begin(), home.end(), target.begin(), target.end()).first != home.end()) return outside();

  auto opened = InputFile::open(target);
  if (!opened) return refuse("a readable file", opened.error().text());
  if (opened->size() > kMostBytes) return refuse("at most 4 GiB", fmt::format("{} bytes", opened->size()));
  std::vector<char> content(static_cast<std::size_t>(opened->size()));
  const auto size = opened->read(content.data(), content.size());
  if (!size) return refuse("a readable file", size.error().text());
  content.resize(*size);
  const std::string hash = model::sha256_hex({reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
  if (hash != sha256) {
    return tl::unexpected(ArgumentFileFault{ArgumentFileFault::Key::kSha256, hash + " (the file's)", sha256});
  }
  return content;
}

}  // namespace harness::store
