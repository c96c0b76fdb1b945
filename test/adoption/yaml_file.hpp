// A YAML text as a tree, for files that other programs than ours read.
#pragma once

#include <string>
#include <vector>

namespace adoption {

struct Yaml {
  struct Member;
  enum class Kind { kAbsent, kScalar, kList, kMap } kind = Kind::kAbsent;
  int line = 0;                 // 1-based
  std::string text;             // of a scalar
  std::vector<Yaml> items;      // of a list
  std::vector<Member> members;  // of a map, in the file's order

  // A member; an absent one where there is none, or this is no map.
  const Yaml& operator[](const std::string& key) const;
  bool has(const std::string& key) const { return (*this)[key].kind != Kind::kAbsent; }
};

struct Yaml::Member {
  std::string key;
  Yaml value;
};

// Throws std::runtime_error with the parser's words where it is none, or where a map has a key twice.
Yaml read_yaml(const std::string& text);

}  // namespace adoption
