// Builds of revisions, kept in $XDG_CACHE_HOME/harness/builds (else ~/.cache/harness/builds): a folder a key, made
// beside its place and moved there when it is whole, so that nothing half-built is ever found. 2 GB at most: the least
// recently used ones go first.
//
// `<key>/` is a build, `<key>.lock` its lock (held alone by its maker and by who clears it away, shared by its users;
// the kernel ends it with its process), `<key>.<pid>.tmp` what is being made or removed; the next one to hold the lock
// removes what killed processes left.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <harness/model/error.hpp>

namespace harness::store {

// For one thread; other threads have caches of their own on the same directory.
class BuildCache {
 public:
  static constexpr std::uint64_t kMostBytes = 2'000'000'000;
  using Make = std::function<Result<void>(const std::filesystem::path& folder)>;

  explicit BuildCache(std::filesystem::path directory, std::uint64_t most_bytes = kMostBytes);
  BuildCache(const BuildCache&) = delete;
  ~BuildCache();
  static std::filesystem::path default_directory();

  // The folder of that key (64 hex digits), marked as used now; nobody clears it away as long as this object lives.
  // Where it is not there it is made first, by `make` in a temporary folder: it is found under another path later, so
  // nothing in it may rest on the path that it was made in. Two processes that want the same one: the second waits for
  // the first, then finds it. `stop` is asked while waiting.
  // Errors: `make`'s; a cache that cannot be written or a full disk (exit 2 with the system's words); `stop` (exit
  // 130). Nothing of them stays. A read-only cache still gives what it has.
  Result<std::filesystem::path> get(const std::string& key, const Make& make, const std::function<bool()>& stop = {});

 private:
  class Lock;
  Result<void> make_alone(const std::string& key, const Make& make) const;

  std::filesystem::path directory_;
  std::uint64_t most_bytes_;
  std::map<std::string, std::unique_ptr<Lock>> held_;  // shared, by key
};

}  // namespace harness::store
