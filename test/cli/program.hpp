// The program itself, run as a person would: arguments in, both streams and the exit code out.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace harness::test {

struct Ran {
  int exit_code = -1;  // 128 + signal when a signal ended it
  std::string out, err;
};

struct Surround {
  std::map<std::string, std::string> environment = {};  // also in the place of what run_harness sets
  uid_t user = 0;                // run as this user when we are root; 0 = as ourselves
  std::string out = {};          // stdout goes to this file instead
  int interrupt_after_line = 0;  // send SIGINT once stdout has had this many line ends; 0 = never
  std::string interrupt_after_words = {};  // send SIGINT once stderr has had these; "" = never
  std::filesystem::path directory = {};    // run in it; "" = here
};

// $HARNESS_BINARY with the arguments, XDG directories in a scratch place, stdin empty, 120 s at the most.
Ran run_harness(const std::vector<std::string>& arguments, const Surround& surround = {});

// A directory that lives as long as the object.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::filesystem::path& path() const { return path_; }
  // Writes a file below it, directories included; returns its path.
  std::filesystem::path write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path path_;
};

// Directories that the build made: the shipped solvers and datasets, solvers that misbehave, earn figures, are sides.
std::filesystem::path shipped_plugins();
std::filesystem::path shipped_datasets();
std::filesystem::path misbehaving_plugins();
std::filesystem::path measuring_plugins();
std::filesystem::path compared_plugins();

// A file's content.
std::string content_of(const std::filesystem::path& file);

}  // namespace harness::test
